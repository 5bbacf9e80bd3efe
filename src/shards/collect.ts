/** A run's measurement made from the bus alone, by a process that took no part in it: while the run goes on, or later. */
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../clock.ts';
import { EXIT, LoadError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { Progress } from '../recorder/progress.ts';
import { namedShards } from '../result/shard-words.ts';
import { MS_PER_SEC, NS_PER_MS } from '../units.ts';
import type { Bus } from './bus.ts';
import { Collector } from './collector.ts';
import type { CollectedRun } from './merged-measurement.ts';
import type { CollectedContext, ControlMessage, Prepared, Start, Stop } from './messages.ts';
import { unpackPlan } from './shared-plan.ts';

const LOOK_MS = 200;
/** Shards tell something every second: one that has said nothing for so long is lost. */
const LOST_MS = 30_000;
/** From here on `onSilent` names it. */
const SILENT_MS = 3_000;

export interface CollectOptions {
  /** What there is then is the result; who has not ended by then is lost. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onWaiting?: (plan: Plan) => void;
  /** What is waited for, once for each shard: it may have ended without a word. */
  readonly onSilent?: (text: string) => void;
  /** Tests give another. Monotonic, ms. */
  readonly nowMs?: () => number;
}

export interface CollectedAgain extends CollectedRun {
  readonly plan: Plan;
  readonly context: CollectedContext;
}

/** @throws LoadError NO_RUN where nothing was started on the bus. */
export async function collectAgain(bus: Bus, options: CollectOptions): Promise<CollectedAgain> {
  const said: ControlMessage[] = [];
  let take = (message: ControlMessage) => void said.push(message);
  const control = bus.listen('control', (bytes) => take(JSON.parse(Buffer.from(bytes).toString()) as ControlMessage));
  try {
    await control.caughtUp;
    const { prepared, start, shards } = startOf(said, bus);
    const plan = unpackPlan(prepared.context.plan);
    const { nowMs } = options;
    const given = { plan, shards, startedAtMs: start.atMs, bus: bus.kind };
    const collector = new Collector({ ...given, ...(nowMs && { nowMs }) });
    const elapsedMs = Math.max(0, Date.now() - start.atMs);
    const epochMs = monotonicMs() - elapsedMs;
    collector.epochMs = epochMs;
    let stop: Stop | undefined;
    take = (message) => {
      if (message.kind === 'hello') collector.hello(message);
      else if (message.kind === 'ready') collector.ready(message);
      else if (message.kind === 'stop') stop ??= message;
    };
    said.forEach(take);
    const data = bus.listen(
      'data',
      (bytes) => collector.add(bytes),
      ({ shard, instance }, reason) => collector.lost(shard, instance, reason),
    );
    try {
      await data.caughtUp;
      options.onWaiting?.(plan);
      await untilComplete(collector, () => (monotonicMs() - epochMs) * NS_PER_MS, options);
    } finally {
      data.close();
    }
    const { startOffsets, librdkafka, brokerVersion } = prepared.context;
    const collected = collector.measurement({
      ...{ topics: { lost: [], unknown: [] }, startOffsets, librdkafka },
      ...(brokerVersion !== undefined && { brokerVersion }),
      ...(stop !== undefined && { stopped: stop.cause }),
    });
    return { ...collected, plan, context: prepared.context };
  } finally {
    control.close();
  }
}

interface Started {
  readonly prepared: Prepared;
  readonly start: Start;
  readonly shards: number;
}

function startOf(said: readonly ControlMessage[], bus: Bus): Started {
  const find = <Kind extends ControlMessage['kind']>(kind: Kind) =>
    said.find((message): message is Extract<ControlMessage, { kind: Kind }> => message.kind === kind);
  const [hello, prepared, start] = [find('hello'), find('prepared'), find('start')];
  if (hello !== undefined && prepared !== undefined && start !== undefined) {
    return { prepared, start, shards: hello.shards };
  }
  const what = hello === undefined ? 'no shard of this run' : 'a run that did not start';
  throw new LoadError('NO_RUN', `${bus.place} has ${what}`, {
    exitCode: EXIT.badInput,
    hint: 'the ID and the bus are those that the shards were given: --run, and --bus or --bus-servers',
  });
}

async function untilComplete(
  collector: Collector,
  elapsedNs: () => number,
  { signal, onProgress, onSilent }: CollectOptions,
): Promise<void> {
  const told = new Set<number>();
  for (;;) {
    const waiting = collector.waitingFor();
    onProgress?.(collector.look(elapsedNs()).progress);
    if (waiting.length === 0) return;
    const silent = waiting.filter(({ shard, silentMs }) => silentMs > SILENT_MS && !told.has(shard));
    if (silent.length > 0) {
      const numbers = silent.map(({ shard }) => shard);
      for (const shard of numbers) told.add(shard);
      const until = `after ${LOST_MS / MS_PER_SEC} s without a word`;
      onSilent?.(`waiting for ${namedShards(numbers)}, lost ${until}; Ctrl-C makes the result of what is there`);
    }
    for (const { shard, silentMs } of waiting) {
      if (signal.aborted) collector.lost(shard, undefined, 'it had not ended when the result was made');
      else if (silentMs > LOST_MS) {
        collector.lost(shard, undefined, `nothing was heard of it for ${LOST_MS / MS_PER_SEC} s`);
      }
    }
    await sleep(LOOK_MS);
  }
}
