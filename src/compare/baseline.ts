/** A baseline file: the runs of a profile on a machine, written so that a diff of two of them can be read. */
import { InputError } from '../errors.ts';
import { countOf } from '../units.ts';
import { differences } from './comparability.ts';
import type { RunRecord } from './run-record.ts';
import { openSource, readRun } from './run-source.ts';
import { BASELINE_VERSION, type Baseline, type StoredRun } from './stored-run.ts';

/**
 * @param source as of loadRunSet: a result directory, a directory of repeats, `SWEEP#CELL`.
 * @returns also why each run that does not count was left out.
 * @throws InputError where none counts, or they are not all alike.
 */
export function baselineOf(source: string): { readonly baseline: Baseline; readonly leftOut: readonly string[] } {
  const { runs } = openSource(source);
  const leftOut: string[] = [];
  const counted: { record: RunRecord; stored: StoredRun }[] = [];
  for (const run of runs) {
    const { record, stored } = readRun(run);
    if (record.status === 'ok' && stored !== undefined) counted.push({ record, stored });
    else leftOut.push(`${record.path}: ${record.status}: ${record.reason}`);
  }
  const [first] = counted;
  if (first === undefined) {
    const messages = leftOut.length > 0 ? leftOut : ['no finished run'];
    const hint = 'a baseline needs a run that counts: run it again';
    throw new InputError(messages.map((message) => ({ place: source, message, hint })));
  }
  const sets = counted.map(({ record }) => ({ label: source, kind: 'run' as const, runs: [record] }));
  const unlike = new Set(sets.flatMap((set) => differences(sets[0]!, set)));
  if (unlike.size > 0) {
    const hint = `all ${countOf(counted.length, 'run')} of a baseline are of one profile on one machine`;
    throw new InputError([...unlike].map((message) => ({ place: source, message, hint })));
  }
  const baseline: Baseline = {
    version: BASELINE_VERSION,
    kind: 'baseline',
    identity: first.stored.identity,
    // All of them count: there is nothing to explain.
    runs: counted.map(({ stored: { measured } }) => ({ ...measured, verdict: { ...measured.verdict, reasons: [] } })),
  };
  return { baseline, leftOut };
}

/** Whether a file's text is a baseline, of any version. */
export function isBaseline(text: string): boolean {
  try {
    return (JSON.parse(text) as { kind?: unknown } | null)?.kind === 'baseline';
  } catch {
    return false;
  }
}

const LINE_MAX = 240;

/** JSON, always in the same order, what is short on one line: a diff shows each summary that changed once. */
export function writeBaseline(baseline: Baseline): string {
  return `${layOut(baseline, '')}\n`;
}

function layOut(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  const entries = Object.entries((value ?? {}) as object);
  const isFlat = entries.every(([, each]) => typeof each !== 'object' || each === null || 'atLeast' in each);
  if (typeof value !== 'object' || value === null || (isFlat && line.length <= LINE_MAX)) return spaced(value);
  const inner = `${indent}  `;
  const lines = entries.map(([key, each]) => {
    const name = Array.isArray(value) ? '' : `${JSON.stringify(key)}: `;
    return `${inner}${name}${layOut(each, inner)}`;
  });
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

/** On one line, with a space behind each colon and comma. */
function spaced(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  const parts = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${spaced(each)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}
