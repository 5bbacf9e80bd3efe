/**
 * Takes the place of string-width in the bundle, for help (scripts/bundle.mjs). That one makes an Intl.Segmenter when it
 * is loaded, which takes longer than loading all of yargs, and segments every word.
 */
const ASCII = /^[ -~]*$/;
const WIDE =
  /\p{Emoji_Presentation}|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]/gu;

export default function stringWidth(text: string): number {
  return ASCII.test(text) ? text.length : [...text].length + (text.match(WIDE)?.length ?? 0);
}
