/** A baseline file: the runs of a profile on a machine, written so that a diff of two of them can be read. */
import { InputError } from '../errors.ts';
import { countOf } from '../units.ts';
import { differences } from './comparability.ts';
import { type MeasuredRun, type RunIdentityFacts, recordOf } from './run-record.ts';
import { openSource } from './run-source.ts';
import { BASELINE_VERSION, type Baseline } from './stored-run.ts';

/**
 * @param source as of loadRunSet: a result directory, a directory of repeats, `SWEEP#CELL`.
 * @throws InputError where a run in it is invalid or failed, or they are not all alike.
 */
export function baselineOf(source: string): Baseline {
  const { runs } = openSource(source);
  const problems: string[] = [];
  const found: { measured: MeasuredRun; identity: RunIdentityFacts }[] = [];
  for (const { place, read } of runs) {
    const stored = read();
    if ('failure' in stored) {
      problems.push(`${place.path}: failed: ${stored.failure}`);
      continue;
    }
    const { status, reason } = recordOf(stored.measured, stored.identity, place);
    if (status === 'ok') found.push(stored);
    else problems.push(`${place.path}: ${status}: ${reason}`);
  }
  const [first] = found;
  if (problems.length > 0 || first === undefined) {
    const hint = 'a baseline is made of runs that all count: run them again';
    const messages = problems.length > 0 ? problems : ['no finished run'];
    throw new InputError(messages.map((message) => ({ place: source, message, hint })));
  }
  const records = found.map(({ measured, identity }) => recordOf(measured, identity, { path: source }));
  const sets = records.map((record) => ({ label: source, kind: 'run' as const, runs: [record] }));
  const unlike = sets.flatMap((set) => differences(sets[0]!, set));
  if (unlike.length > 0) {
    const hint = `all ${countOf(found.length, 'run')} of a baseline are of one profile on one machine`;
    throw new InputError([...new Set(unlike)].map((message) => ({ place: source, message, hint })));
  }
  return {
    version: BASELINE_VERSION,
    kind: 'baseline',
    identity: first.identity,
    // All of them count: there is nothing to explain.
    runs: found.map(({ measured }) => ({ ...measured, verdict: { ...measured.verdict, reasons: [] } })),
  };
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
