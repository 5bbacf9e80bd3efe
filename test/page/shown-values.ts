/** The numbers on a page, held against those of the result. */

/** As the page shows it: a word, `1,234`, `> 12.5`, `1.5 MiB`, `12.3 ms`. */
export function isShownAs(value: unknown, key: string, text: string): boolean {
  if (key.endsWith('.ok')) return text.startsWith(value === true ? 'ok' : value === false ? 'BREACH' : 'not judged');
  if (typeof value === 'string') return text.startsWith(value);
  if (value === null) return /^(–|not measured)$/.test(text);
  const isAtLeast = typeof value === 'object';
  if (isAtLeast !== text.startsWith('> ')) return false;
  const exact = isAtLeast ? (value as { atLeast: number }).atLeast : (value as number);
  const [, digits, unit] = /^(?:> )?([-+\d.,e]+)\s*(.*)$/.exec(text)!;
  const bytes = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }[unit!] ?? 1;
  const isUs =
    /(latency\.\w+|shards\.\d+\.\w+|endToEnd|commitLatency|producersP99|p99)\.(p\d+|min|median|max|before|paused|draining)$/.test(
      key,
    );
  const shown = Number(digits!.replaceAll(',', '')) * bytes * (isUs ? 1_000 : 1);
  const isCount = Number.isInteger(exact) && bytes === 1 && !isUs && unit === '';
  return isCount ? shown === exact : Math.abs(shown - exact) <= Math.max(Math.abs(exact) * 0.006, isUs ? 0.5 : 0.006);
}

/** Names may have dots. */
export function valueAt(value: unknown, key: string): unknown {
  if (key === '') return value;
  const name = Object.keys(value as object)
    .filter((each) => key === each || key.startsWith(`${each}.`))
    .toSorted((a, b) => b.length - a.length)[0];
  if (name === undefined) throw new Error(`result.json has no ${key}`);
  return valueAt((value as Record<string, unknown>)[name], key.slice(name.length + 1));
}
