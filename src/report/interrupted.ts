/** What a run left that did not come to its end, read as a Result that is INCOMPLETE. */
import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { ownValue } from '../own-value.ts';
import { createHistogram } from '../recorder/histogram.ts';
import { BUCKETS_PER_OCTAVE } from '../recorder/latency-series.ts';
import type { PhaseMeasurement } from '../recorder/measurement.ts';
import { encodePhase } from '../result/hdr.ts';
import { summarizePhase } from '../result/latency.ts';
import { encodeLatencySeries } from '../result/latency-series-coding.ts';
import type { Result } from '../result/result.ts';
import {
  CHECKPOINTS_FILE,
  type Checkpoint,
  checkpointSeconds,
  LATENCIES_FILE,
  RUN_FILE,
  type RunFile,
  type SecondLatencies,
} from '../result/run-file.ts';
import { MS_PER_SEC } from '../units.ts';
import { parseSeries } from './series-csv.ts';

/** A run appends every second: one that did so just now is still there. */
const FRESH_MS = 5_000;

/** Undefined where the directory's run came to its end, or there was none. Exact up to the last second that was written. */
export function readInterrupted(directory: string): Result | undefined {
  const file = readJson<RunFile>(directory, RUN_FILE, ['run', 'process', 'scenarios']);
  if (file === undefined) return undefined;
  const { process: writer, workers, scenarios, ...known } = file;
  const last = lastCheckpoint(directory) ?? NOTHING;
  const atMs = Date.parse(known.run.startedAt) + last.durationMs;
  const seconds = (last.durationMs / MS_PER_SEC).toFixed(1);
  const every = checkpointSeconds(Object.keys(scenarios).length);
  const within = every === 1 ? 'a second' : `${every} seconds`;
  const reason = isAlive(writer, join(directory, LATENCIES_FILE))
    ? `it is still running, as process ${writer.pid}: this is its state after ${seconds} s`
    : `killed at ${new Date(atMs).toISOString()}, ${seconds} s after its start, or within ${within} after that`;
  const { settled: _, durationMs, ...numbers } = last;
  const series = parseSeries(readText(join(directory, 'series.csv')) ?? '');
  return {
    ...known,
    ...numbers,
    run: { ...known.run, durationMs, notes: [...known.run.notes, ...NOTES] },
    verdict: { status: 'INCOMPLETE', reasons: [reason] },
    histograms: encodePhase(NO_PHASE),
    series,
    ...latencySeries(directory, series),
    outages: [],
    errors: [],
    scenarios: Object.fromEntries(
      Object.entries(scenarios).map(([name, facts]) => [
        name,
        { ...facts, ...(ownValue(last.scenarios, name) ?? NO_RESULT) },
      ]),
    ),
    thresholds: [],
    client: {
      workers,
      ...last.client,
      cpuSecondsPerMillion: null,
      librdkafka: '',
      resolutionUs: { p50: null, p99: null, max: null },
      threads: [],
    },
    broker: {},
  };
}

const NOTES = ['what was in flight then counts as unresolved; errors and thresholds are not known'];

const NO_PHASE: PhaseMeasurement = {
  totals: { scheduled: 0, sent: 0, shed: 0, unsent: 0, acked: 0, failed: 0, unresolved: 0, payloadBytes: 0 },
  response: createHistogram(),
  service: createHistogram(),
  scheduleLag: createHistogram(),
};
const NO_RESULT = {
  totals: { ...NO_PHASE.totals, wireBytes: null },
  rate: { targetPerSec: null, achievedPerSec: 0, errorPct: null },
  latency: summarizePhase(NO_PHASE),
};
/** Killed within its first second. */
const NOTHING: Checkpoint = {
  ...NO_RESULT,
  durationMs: 0,
  phases: { warmup: 0, load: 0, drain: 0 },
  warmup: null,
  client: { cpuSeconds: 0, maxRssBytes: 0 },
  scenarios: {},
  settled: {},
};

/** One entry a row, as far as they were written; nothing of a version that wrote none. */
function latencySeries(directory: string, series: Result['series']): Pick<Result, 'latencySeries'> {
  const text = readText(join(directory, LATENCIES_FILE));
  if (text === undefined) return {};
  const bySecond = new Map(wholeLines<SecondLatencies>(text));
  const response = encodeLatencySeries(series.map(({ second }) => bySecond.get(second) ?? []));
  return { latencySeries: { bucketsPerOctave: BUCKETS_PER_OCTAVE, response } };
}

function lastCheckpoint(directory: string): Checkpoint | undefined {
  return wholeLines<Checkpoint>(readText(join(directory, CHECKPOINTS_FILE)) ?? '').at(-1);
}

function wholeLines<T>(text: string): T[] {
  return text.split('\n').flatMap((line): T[] => {
    try {
      return line === '' ? [] : [JSON.parse(line) as T];
    } catch {
      // Half of it was written when the process was killed.
      return [];
    }
  });
}

function isAlive({ pid, host }: RunFile['process'], file: string): boolean {
  if (host !== hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return Date.now() - statSync(file).mtimeMs < FRESH_MS;
  } catch {
    return false;
  }
}

/**
 * A file of a run; undefined where the directory has none.
 * @param keys without which it is not one.
 * @throws InputError
 */
export function readJson<T>(directory: string, name: string, keys: readonly (keyof T & string)[]): T | undefined {
  const text = readText(join(directory, name));
  if (text === undefined) return undefined;
  const problem = (why: string) =>
    new InputError([
      { place: join(directory, name), message: why, hint: 'it is damaged, or another program wrote it' },
    ]);
  let value: T;
  try {
    value = JSON.parse(text) as T;
  } catch (error) {
    throw problem((error as Error).message);
  }
  const missing = keys.filter((key) => typeof (value as Partial<T> | null)?.[key] !== 'object');
  if (missing.length > 0) throw problem(`\`${missing.join('`, `')}\` is missing`);
  return value;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
