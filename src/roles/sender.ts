/** A sender: takes alerts from the queue one by one, takes its time over each, and says what became of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { US_PER_MS, US_PER_SEC } from '../units.ts';
import { CounterRng } from '../workload/random.ts';
import { untilLast } from './last-wait.ts';
import type { Pace } from './leave-policy.ts';
import { messageId } from './message-id.ts';
import type { MetricsWriter } from './metrics-store.ts';
import type { MessageQueue } from './queue.ts';
import type { SendResult } from './send-result.ts';

/** How processing times lie around their mean, as a factor of it from a draw in [0, 1). */
const FACTOR = {
  exponential: (unit: number) => -Math.log1p(-unit),
  /** From half of the mean to one and a half times it. */
  uniform: (unit: number) => 0.5 + unit,
  constant: () => 1,
} satisfies Readonly<Record<string, (unit: number) => number>>;

export type Distribution = keyof typeof FACTOR;

export const DISTRIBUTIONS = Object.keys(FACTOR) as readonly Distribution[];

export interface SenderSpec {
  /** Unique among all processes. */
  readonly name: string;
  readonly meanTimeUs: number;
  /** 0 to 1. */
  readonly failureRate: number;
  readonly distribution: Distribution;
}

/** Of senders that share one process. */
export function paceOf(senders: readonly SenderSpec[]): Pace {
  const times = senders.map(({ meanTimeUs }) => meanTimeUs / US_PER_SEC);
  return { perSec: times.reduce((sum, sec) => sum + 1 / sec, 0), messageSec: Math.max(...times) };
}

/**
 * What becomes of a message at a sender: a function of seed and message id, so that it takes the same time and fails
 * or not as before when it comes again.
 */
export function drawResult(spec: SenderSpec, seed: number, id: string): SendResult {
  const draws = new CounterRng(seed, 'sender', id);
  return {
    id,
    sender: spec.name,
    outcome: draws.uniform(0) < spec.failureRate ? 'failed' : 'sent',
    processingUs: Math.round(spec.meanTimeUs * FACTOR[spec.distribution](draws.uniform(1))),
  };
}

export interface SenderContext {
  readonly queue: MessageQueue;
  readonly metrics: MetricsWriter;
  readonly seed: number;
  /** Aborted: the message in hand is the last one. */
  readonly signal: AbortSignal;
  /** Each result, once it is kept. */
  readonly onResult: (result: SendResult) => void;
}

/** Until the signal. @throws LoadError where queue or metrics cannot go on. */
export async function runSender(spec: SenderSpec, context: SenderContext): Promise<void> {
  const { queue, metrics, seed, signal, onResult } = context;
  for (;;) {
    const message = await queue.take(signal);
    if (message === undefined) return;
    const result = drawResult(spec, seed, messageId(message.payload));
    await sleep(result.processingUs / US_PER_MS);
    // First kept, then acknowledged: in between it may come again, and then it is counted once.
    await untilLast(metrics.record(result), signal, `the result of message ${result.id} is not kept`);
    queue.acknowledge(message);
    onResult(result);
  }
}
