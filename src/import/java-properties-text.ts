/** Text of a Java .properties file. */

/** Property → value; of one that stands there twice the last, as in Java. */
export function parseJavaProperties(text: string): Readonly<Record<string, string>> {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== '' && !/^[#!]/.test(line));
  const properties: Record<string, string> = {};
  for (let i = 0; i < lines.length; i++) {
    let line = lines[i]!;
    while (/(^|[^\\])(\\\\)*\\$/.test(line) && i + 1 < lines.length) line = line.slice(0, -1) + lines[++i]!;
    const [, name = '', value = ''] = /^((?:\\.|[^\\=:\s])*)(?:\s*[=:]\s*|\s+|$)(.*)$/.exec(line) ?? [];
    properties[unescaped(name)] = unescaped(value);
  }
  return properties;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, char: string) =>
    code === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
