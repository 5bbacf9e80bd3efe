/** Names of profiles, scenarios and files in other people's formats: whatever is in them stays text. */

/** Without line ends and control characters, which a terminal obeys. */
export function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/** Marks, HTML, mentions and references of GitHub and GitLab. */
export function escapeMarkdown(text: string): string {
  // An underscore within a word, as in response_ms, marks nothing.
  return onOneLine(text).replaceAll(/[&<>|*`[\]@#~\\!$]|(?<!\w)_|_(?!\w)/g, (mark) => `&#${mark.codePointAt(0)};`);
}

/** For text and attributes; what XML 1.0 cannot hold, escaped or not, is replaced. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replaceAll(/[&<>"'\t\n\r]/g, (mark) => `&#${mark.codePointAt(0)};`);
}

/** The message of a GitHub workflow command. */
export function escapeAnnotation(text: string): string {
  return text.replaceAll(/[%\r\n]/g, (mark) => encodeURIComponent(mark));
}

/** The value of one of its properties. */
export function escapeAnnotationProperty(text: string): string {
  return text.replaceAll(/[%\r\n:,]/g, (mark) => encodeURIComponent(mark));
}
