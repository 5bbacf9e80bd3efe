/** Prometheus' text format, version 0.0.4, read back: strict about everything that a scraper is. */

export interface Family {
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

export function parseExposition(text: string): Map<string, Family> {
  const families = new Map<string, { help: string; type: string; samples: Sample[] }>();
  const series = new Set<string>();
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  let name = '';
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, word, about, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (word === 'HELP') {
      if (families.has(about!)) throw new Error(`${about} is there twice`);
      name = about!;
      families.set(name, { help: rest!, type: '', samples: [] });
    } else if (word === 'TYPE') {
      if (about !== name) throw new Error(`TYPE of ${about} after HELP of ${name}`);
      families.get(name)!.type = rest!;
    } else {
      const sample = parseSample(line);
      const family = families.get(name)!;
      const suffixes = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      if (!suffixes.some((suffix) => sample.name === name + suffix)) throw new Error(`${line} under ${name}`);
      const identity = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
      if (series.has(identity)) throw new Error(`${identity} is there twice`);
      series.add(identity);
      family.samples.push(sample);
    }
  }
  return families;
}

function parseSample(line: string): Sample {
  const [, name, labelText = '', value] = SAMPLE.exec(line) ?? [];
  if (name === undefined) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < labelText.length) {
    const label = LABEL.exec(labelText);
    if (label === null) throw new Error(`not labels: ${labelText}`);
    labels[label[1]!] = label[2]!.replaceAll(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
  }
  const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
  if (Number.isNaN(number)) throw new Error(`not a number: ${line}`);
  return { name, labels, value: number };
}

/** Sum of a family's samples (or those with a suffix) that have these labels. */
export function sumOf(families: Map<string, Family>, name: string, labels: Sample['labels'] = {}, suffix = ''): number {
  const family = families.get(name);
  if (family === undefined) throw new Error(`there is no ${name}`);
  return family.samples
    .filter((each) => each.name === name + suffix)
    .filter((each) => Object.entries(labels).every(([key, value]) => each.labels[key] === value))
    .reduce((sum, each) => sum + each.value, 0);
}
