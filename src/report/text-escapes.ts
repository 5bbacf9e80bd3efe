/** Names of profiles, scenarios and files in other people's formats: whatever is in them stays text. */

/** Without line ends and control characters, which a terminal obeys. */
export function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/**
 * What a terminal would obey, or show in another order than it is, as an escape; line ends and tabs stay. Names and errors
 * come from files and servers of anybody.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, (each) => {
    return `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** The same for every text and key of plain data. */
export function withoutControls<T>(data: T): T {
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return escapeControls(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [escapeControls(key), walk(inner)]));
  };
  return walk(data) as T;
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
