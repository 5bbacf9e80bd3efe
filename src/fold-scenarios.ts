/** What is said of each of many scenarios, in few lines. */
import { formatCount } from './units.ts';

/** More scenarios than these with one text share a line. */
const LINES_MAX = 3;
const NAMES_SHOWN = 2;
const DIGITS = /\d[\d.,]*/g;

/**
 * `NAME: text` of more than three scenarios becomes one line, at the place of the first: `a, b and 498 more scenarios: text`.
 * Where their texts have other numbers, it has those of the first. All other lines stay as they are.
 */
export function foldScenarios(lines: readonly string[], names: Iterable<string>): string[] {
  const known = new Set(names);
  const kinds = new Map<string, { readonly line: string; readonly name?: string; readonly text: string }[]>();
  for (const line of lines) {
    const name = /^(?:scenarios\.)?(.*?): /s.exec(line)?.[1];
    const isOfScenario = name !== undefined && known.has(name);
    const text = line.slice(line.indexOf(': '));
    const kind = isOfScenario ? text.replaceAll(DIGITS, '#') : line;
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind)!.push({ line, text, ...(isOfScenario && { name }) });
  }
  return [...kinds.values()].flatMap((alike) => {
    const [first] = alike;
    if (alike.length <= LINES_MAX || first?.name === undefined) return alike.map(({ line }) => line);
    if (alike.some(({ text }) => text !== first.text)) {
      return [`${first.line}; so, with other numbers, ${formatCount(alike.length - 1)} more scenarios`];
    }
    const shown = alike.slice(0, NAMES_SHOWN).map(({ name }) => name);
    return [`${shown.join(', ')} and ${formatCount(alike.length - NAMES_SHOWN)} more scenarios${first.text}`];
  });
}
