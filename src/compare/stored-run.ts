/** Results and baselines as they are read from disk: every field that is looked at is checked, the rest is dropped. */
import { z } from 'zod';
import { InputError, type Problem } from '../errors.ts';
import { RESULT_VERSION } from '../result/result.ts';
import { countOf } from '../units.ts';
import { identityOf, type MeasuredRun, type RunIdentityFacts } from './run-record.ts';

const count = z.number().nonnegative();
const percentile = z
  .union([z.number(), z.object({ atLeast: z.number() })], 'Invalid input: expected number, { atLeast: number } or null')
  .nullable();

const summary = z.object({
  count,
  censored: count,
  overflow: count,
  min: z.number().nullable(),
  mean: z.number().nullable(),
  p50: percentile,
  p75: percentile,
  p90: percentile,
  p95: percentile,
  p99: percentile,
  p999: percentile,
  p9999: percentile,
  max: percentile,
});
const latency = z.object({
  response: summary,
  service: summary,
  scheduleLag: summary,
  endToEnd: summary.exactOptional(),
});
const totals = z.object({ sent: count, acked: count, failed: count, unresolved: count, payloadBytes: count });
const rate = z.object({ targetPerSec: count.nullable(), achievedPerSec: count });

const measuredRun = {
  verdict: z.object({
    status: z.enum(['VALID', 'GENERATOR_LIMITED', 'BROKER_LIMITED', 'INCOMPLETE']),
    reasons: z.array(z.string()),
  }),
  totals,
  warmup: z.object({ totals }).nullable(),
  rate,
  latency,
  histograms: z.object({
    response: z.string(),
    service: z.string(),
    scheduleLag: z.string(),
    endToEnd: z.string().exactOptional(),
  }),
  consumers: z
    .record(z.string(), z.object({ consumed: count, lag: z.object({ max: count.nullable() }) }))
    .exactOptional(),
  thresholds: z.array(
    z.object({ metric: z.string(), expression: z.string(), value: percentile, ok: z.boolean().nullable() }),
  ),
  broker: z.object({ batchBytes: count.exactOptional() }),
};
const identifiedRun = {
  id: z.string(),
  startedAt: z.string(),
  stopped: z
    .object({ by: z.enum(['SIGINT', 'SIGTERM', 'abort', 'threshold', 'error']), reason: z.string() })
    .exactOptional(),
};
const cpuSecondsPerMillion = count.nullable();
const figures = { totals, rate, latency };

/** What a comparison reads of a result.json. */
const RESULT = z.object({
  ...measuredRun,
  run: z.object({ ...identifiedRun, profile: z.string(), profileHash: z.string(), target: z.string() }),
  scenarios: z.record(z.string(), z.object({ ...figures, workload: z.string() })),
  client: z.object({ cpuSecondsPerMillion, librdkafka: z.string() }),
  payload: z.record(z.string(), z.object({ mode: z.string(), bytesMean: count })),
  ledger: z.object({ partitions: z.array(z.object({ topic: z.string() })) }),
  environment: z.object({
    os: z.string(),
    cpus: count,
    cpuModel: z.string(),
    memoryBytes: count,
    node: z.string(),
    engineVersion: z.string(),
    brokerVersion: z.string().exactOptional(),
  }),
  shards: z.object({ shards: z.array(z.object({ shard: count })) }).exactOptional(),
});

export const IDENTITY = z.object({
  profile: z.string(),
  profileHash: z.string(),
  target: z.enum(['embedded', 'null', 'kafka']),
  payload: z.record(z.string(), z.object({ workload: z.string(), mode: z.string(), bytesMean: count })),
  partitions: z.record(z.string(), count),
  brokerVersion: z.string().nullable(),
  librdkafka: z.string(),
  machine: z.object({ cpuModel: z.string(), cpus: count, memoryBytes: count, os: z.string() }),
  nodeMajor: count,
  engineVersion: z.string(),
  shards: count.exactOptional(),
}) satisfies z.ZodType<RunIdentityFacts>;

export const BASELINE_VERSION = 1;

/** A baseline file: the runs of one profile on one machine, small enough to commit. */
export interface Baseline {
  readonly version: typeof BASELINE_VERSION;
  readonly kind: 'baseline';
  readonly identity: RunIdentityFacts;
  readonly runs: readonly MeasuredRun[];
}

const BASELINE = z.object({
  version: z.literal(BASELINE_VERSION),
  kind: z.literal('baseline'),
  identity: IDENTITY,
  runs: z
    .array(
      z.object({
        ...measuredRun,
        run: z.object(identifiedRun),
        scenarios: z.record(z.string(), z.object(figures)),
        client: z.object({ cpuSecondsPerMillion }),
      }),
    )
    .min(1),
}) satisfies z.ZodType<Baseline>;

/** Also what a baseline keeps of the run: nothing but what can be measured. */
export interface StoredRun {
  readonly measured: MeasuredRun;
  readonly identity: RunIdentityFacts;
}

/** @throws InputError with the file and every field that is not as a run writes it. */
export function readResultText(file: string, text: string): StoredRun {
  return readResultJson(file, parseJson(file, text));
}

/** @param value what stands in the file. @throws InputError likewise. */
export function readResultJson(file: string, value: unknown): StoredRun {
  checkVersion(file, value, RESULT_VERSION, 'a result');
  const { run, scenarios, client, payload, ledger, environment, shards, ...measured } = checked(file, RESULT, value);
  const { profile, profileHash, target, ...identified } = run;
  const figuresOf = ([name, { workload: _, ...rest }]: [string, (typeof scenarios)[string]]) => [name, rest] as const;
  return {
    measured: {
      run: identified,
      ...measured,
      scenarios: Object.fromEntries(Object.entries(scenarios).map(figuresOf)),
      client: { cpuSecondsPerMillion: client.cpuSecondsPerMillion },
    },
    identity: identityOf({
      ...{ run: { profile, profileHash, target }, scenarios, client, payload, ledger, environment },
      ...(shards && { shards }),
    }),
  };
}

/** @throws InputError likewise. */
export function readBaselineJson(file: string, value: unknown): Baseline {
  checkVersion(file, value, BASELINE_VERSION, 'a baseline');
  return checked(file, BASELINE, value);
}

const EDITED = 'it was cut short or edited by hand: take another copy, or run it again';

/** @throws InputError naming the file and where in it the text ends or stops being JSON. */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const position = /at position (\d+)/.exec(reason)?.[1];
    const at = position === undefined ? text.length : Number(position);
    const line = text.slice(0, at).split('\n').length;
    const isCut = /^(Unterminated string|Unexpected end)/.test(reason) || (position && at >= text.trimEnd().length);
    const found = position === undefined ? reason : `line ${line}: ${reason}`;
    const where = isCut ? `it ends in the middle, in line ${line}` : found;
    const message = text.trim() === '' ? 'it is empty' : where;
    throw new InputError([{ place: file, message, hint: EDITED }]);
  }
}

export function checkVersion(
  file: string,
  value: unknown,
  version: number,
  what: string,
  hint = 'compare results of one version of the engine',
): void {
  const found = (value as { version?: unknown } | null)?.version;
  if (found === version || typeof value !== 'object' || value === null || Array.isArray(value)) return;
  if (typeof found !== 'number') {
    const message = found === undefined ? `expected ${version}, it is missing` : `expected ${version}`;
    throw new InputError([{ place: file, path: 'version', message, hint: EDITED }]);
  }
  throw new InputError([
    {
      place: file,
      path: 'version',
      message: `${what} of version ${found}, but this engine reads version ${version}`,
      hint,
    },
  ]);
}

export function checked<T>(file: string, schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const problems = read.error.issues.map(
    (issue): Problem => ({
      place: file,
      path: pathOf(issue.path),
      message: issue.message.replace(/^Invalid (input|option): /, '').replace(/received undefined$/, 'it is missing'),
    }),
  );
  const more = problems.length - PROBLEMS_MAX;
  const rest = more > 0 ? [{ place: file, message: `${countOf(more, 'more problem')}` }] : [];
  throw new InputError([...problems.slice(0, PROBLEMS_MAX), ...rest]);
}

/** Where one row is wrong, often thousands are. */
const PROBLEMS_MAX = 10;

function pathOf(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`)).join('');
}
