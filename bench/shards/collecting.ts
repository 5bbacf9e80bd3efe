/**
 * What collecting the shards of a run costs: `merge`, one hour of 100 shards made into a result; `scale`, 10 to 4,000
 * shards at the rate at which they send. The exit code is 1 where a limit is exceeded.
 */
import { scheduleOf } from '../../src/executors/table.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { mergeRun } from '../../src/result/merge.ts';
import { Collector } from '../../src/shards/collector.ts';
import { target } from './pairs.ts';
import { drawSeconds, type SyntheticLoad, SyntheticShard } from './synthetic-shard.ts';

const SEC = 1e9;
export const STARTED_AT_MS = Date.UTC(2026, 2, 1, 12);
const MERGE = { shards: 100, seconds: 3_600, secondsMax: 10, bytesMax: 1e9 };
const BLOCK_SECONDS = 100;
const MESSAGE_BYTES_MAX = 20_000;
const LOAD: SyntheticLoad = { messages: 1_000, threads: 2, medianUs: 2_500, sigma: 0.25 };
export const WIDE: SyntheticLoad = { ...LOAD, messages: 100_000, sigma: 0.9 };

const failures: string[] = [];

/** Its peak of memory is that of the process: it has to be the first. */
export function merge(): string {
  const { shards, seconds } = MERGE;
  const plan = planOf(shards, seconds, LOAD);
  const drawn = drawSeconds(LOAD);
  const senders = sendersOf(plan, shards, LOAD, drawn);
  const collector = new Collector({ plan, shards, startedAtMs: STARTED_AT_MS, bus: 'kafka' });
  let [bytes, addMs] = [0, 0];
  const add = (messages: readonly Uint8Array[]) => {
    for (const message of messages) bytes += message.length;
    const began = cpuMs();
    for (const message of messages) collector.add(message);
    addMs += cpuMs() - began;
  };
  // In blocks, so that making them is not measured with adding them.
  for (let second = 0; second < seconds; second += BLOCK_SECONDS) {
    const block = Array.from({ length: Math.min(BLOCK_SECONDS, seconds - second) }, () =>
      senders.map((sender) => sender.next()),
    );
    globalThis.gc?.();
    add(block.flat());
  }
  add(senders.flatMap((sender) => sender.final()));
  const began = cpuMs();
  const { measurement, shards: side } = collector.measurement({ topics: { lost: [], unknown: [] }, startOffsets: [] });
  const { result } = mergeRun({ ...contextOf(plan), shards: side }, measurement);
  const resultMs = cpuMs() - began;
  const jsonBytes = JSON.stringify(result).length;
  const rss = process.resourceUsage().maxRSS * 1024;
  const each = bytes / (shards * seconds);
  console.log(
    `merge: ${shards} shards × ${seconds} s, ${result.totals.acked} messages, verdict ${result.verdict.status}`,
  );
  console.table({
    'messages of shards': shards * seconds,
    'bytes each': Math.round(each),
    'adding, s': round(addMs / 1e3),
    'µs a message': round((addMs * 1e3) / (shards * seconds)),
    'result, s': round(resultMs / 1e3),
    'peak memory, MB': Math.round(rss / 1e6),
    'result.json, MB': round(jsonBytes / 1e6),
  });
  check(result.totals.acked === shards * seconds * LOAD.messages, 'messages are missing in the result');
  check((addMs + resultMs) / 1e3 < MERGE.secondsMax, `merging took longer than ${MERGE.secondsMax} s`);
  check(rss < MERGE.bytesMax, `merging took more than ${MERGE.bytesMax / 1e6} MB`);
  check(each < MESSAGE_BYTES_MAX, `messages are larger than ${MESSAGE_BYTES_MAX} bytes`);
  return outcome();
}

/** Seconds of many shards; the memory is what the collector has grown by. */
export function scale(): string {
  const seconds = 10;
  const rows: Record<string, object> = {};
  for (const [name, load] of [
    ['1,000/s', LOAD],
    ['100,000/s, wide', WIDE],
  ] as const) {
    const drawn = drawSeconds(load);
    for (const shards of [10, 100, 1_000, 4_000])
      rows[`${shards} shards of ${name}`] = scaleOf(shards, seconds, load, drawn);
  }
  console.log(`scale: ${seconds} s of shards with ${LOAD.threads} threads and one scenario each`);
  console.table(rows);
  return outcome();
}

function outcome(): string {
  if (failures.length > 0) process.exitCode = 1;
  const missed = failures.splice(0).map((failure) => target(false, failure));
  return missed.length > 0 ? missed.join('\n') : target(true, 'every limit is kept');
}

function scaleOf(shards: number, seconds: number, load: SyntheticLoad, drawn: ReturnType<typeof drawSeconds>): object {
  const plan = planOf(shards, 3_600, load);
  const senders = sendersOf(plan, shards, load, drawn);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const collector = new Collector({ plan, shards, startedAtMs: STARTED_AT_MS, bus: 'kafka' });
  let [bytes, addUs, lookUs] = [0, 0, 0];
  for (let second = 0; second < seconds; second++) {
    const messages = senders.map((sender) => sender.next());
    bytes += messages.reduce((sum, { length }) => sum + length, 0);
    const began = process.cpuUsage();
    for (const message of messages) collector.add(message);
    const added = process.cpuUsage(began);
    addUs += added.user + added.system;
    const looking = process.cpuUsage();
    for (let look = 0; look < 5; look++) collector.look((second + 1) * SEC);
    const looked = process.cpuUsage(looking);
    lookUs += looked.user + looked.system;
  }
  const grown = process.memoryUsage().rss - before;
  const each = bytes / (shards * seconds);
  check(each < MESSAGE_BYTES_MAX, `messages of ${load.messages}/s are larger than ${MESSAGE_BYTES_MAX} bytes`);
  return {
    'bytes a message': Math.round(each),
    'bus, MB/s': round(bytes / seconds / 1e6),
    'adding, % of a core': round(addUs / seconds / 1e4),
    'live view, % of a core': round(lookUs / seconds / 1e4),
    'memory, MB': Math.round(grown / 1e6),
  };
}

export function sendersOf(plan: Plan, count: number, load: SyntheticLoad, drawn: ReturnType<typeof drawSeconds>) {
  return Array.from({ length: count }, (_, index) => {
    return new SyntheticShard({ ...plan, shard: { index, count } }, load, drawn);
  });
}

export function planOf(shards: number, seconds: number, { messages, threads }: SyntheticLoad): Plan {
  const ratePerSec = shards * messages;
  const schedule = scheduleOf({ kind: 'constant-arrival-rate', ratePerSec, durationNs: seconds * SEC }, { startNs: 0 });
  const lane = {
    ...{
      name: 'atm',
      lane: 0,
      executor: 'constant-arrival-rate',
      bytesMean: 200,
      inFlight: 1e5,
      gracefulStopNs: 30 * SEC,
    },
    ...{ topic: 'atm', record: { workload: 'atm', mode: 'pooled', poolSize: 4_200, mark: 'auto', reason: 'pooled' } },
    load: {
      ...{ kind: 'open', schedule, count: schedule.count, warmupCount: 0, startNs: 0, warmupEndNs: 0 },
      ...{ endNs: seconds * SEC, targetPerSec: ratePerSec },
    },
  };
  return {
    ...{
      name: 'atm',
      seed: 1,
      runTag: '00c0ffee00c0ffee',
      workers: shards * threads,
      workersReason: '',
      durationNs: seconds * SEC,
    },
    ...{ target: { kind: 'kafka' }, clients: [{ properties: {} }], lanes: [lane] },
  } as unknown as Plan;
}

function contextOf(plan: Plan) {
  const loaded = { profile: { thresholds: [] }, hash: 'bench' };
  return { plan, isEmbedded: false, loaded, command: 'bench', notes: [] };
}

/** Of this process: what else the machine does is not in it. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

function check(holds: boolean, failure: string): void {
  if (!holds) failures.push(failure);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
