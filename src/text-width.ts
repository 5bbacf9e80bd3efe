/**
 * Columns of a terminal that a text takes. It also takes the place of string-width in the bundle, for help
 * (scripts/bundle.mjs): that one makes an Intl.Segmenter when it is loaded, which takes longer than loading all of
 * yargs, and segments every word. Emoji joined from several count as all of them: too wide, never too narrow.
 */
const ASCII = /^[ -~]*$/;
/** East Asian wide and fullwidth, as Unicode's EastAsianWidth.txt has it in blocks, and emoji. */
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/gu;
/** Combining marks, joiners and marks of direction. */
const NONE = /[\p{Mn}\p{Me}\p{Cf}]/gu;

export default function stringWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  return [...text].length + (text.match(WIDE)?.length ?? 0) - (text.match(NONE)?.length ?? 0);
}
