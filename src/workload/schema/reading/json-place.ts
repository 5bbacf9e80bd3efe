/** Where a text stops being JSON (RFC 8259); JSON.parse reports that for some mistakes only. */

const SPACE = /[ \t\n\r]*/y;
const SCALAR =
  /true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|"([^"\\\p{Cc}]|[\x7f-\x9f]|\\(["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;

export interface JsonPlace {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** Position of the first invalid character, or of the end if the text is truncated. */
export function jsonErrorPlace(text: string): JsonPlace {
  const before = text.slice(0, validLength(text)).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Characters up to the first mistake. */
function validLength(text: string): number {
  let at = 0;
  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const next = (character: string): boolean => {
    skip(SPACE);
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const entries = (close: string, entry: () => boolean): boolean => {
    if (next(close)) return true;
    do if (!entry()) return false;
    while (next(','));
    return next(close);
  };
  const key = (): boolean => {
    skip(SPACE);
    return text[at] === '"' && skip(SCALAR) !== '';
  };
  const value = (): boolean => {
    if (next('{')) return entries('}', () => key() && next(':') && value());
    if (next('[')) return entries(']', value);
    return skip(SCALAR) !== '';
  };
  if (value()) skip(SPACE);
  return at;
}
