/** A lane that sends in transactions, against a coordinator that is only pretended and refuses what Kafka would. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LanePlan } from '../../src/plan/plan.ts';
import { STOP } from '../../src/recorder/control-memory.ts';
import { maximum } from '../../src/recorder/histogram.ts';
import type { LaneMeasurement } from '../../src/recorder/measurement.ts';
import { NullTransport } from '../../src/transport/null.ts';
import type { Transactional, TransactionError } from '../../src/transport/transport.ts';
import { bench, closedLoad, constantLoad, StepClock, scenarioPlan } from './fixture.ts';

const MS = 1e6;

interface Behaviour {
  readonly latencyMs?: number;
  readonly commitMs?: number;
  /** Answer to the end of the n-th transaction, from 1. */
  readonly end?: (number: number, isAbort: boolean) => TransactionError | undefined;
  /** Messages that fail, by their order. */
  readonly failRate?: number;
}

const error = (name: string, more: Partial<TransactionError> = {}): TransactionError => {
  return { code: 1, name, text: name, isFatal: false, isRetriable: false, needsAbort: false, ...more };
};
const TIMED_OUT = error('_TIMED_OUT', { code: -185, isRetriable: true });
const FENCED = error('_FENCED', { isFatal: true });
const ABORTABLE = error('INVALID_TXN', { needsAbort: true });

/** Counts what is in flight of each lane, and throws where a call comes at a time at which librdkafka could not serve it. */
class Coordinator extends NullTransport {
  readonly ended: { readonly lane: number; readonly messages: number; readonly isAbort: boolean }[] = [];
  readonly transactions: Transactional;
  readonly #inFlight = new Map<number, number>();
  readonly #open = new Map<number, { messages: number; endNs?: number; number: number }>();
  readonly #laneOf: number[] = [];

  constructor(clock: StepClock, { latencyMs = 2, commitMs = 3, end, failRate = 0 }: Behaviour = {}) {
    super({ spec: { latencyMs: [latencyMs], failRate }, slots: 10_000, clock: clock.read, sleep: clock.sleep });
    const finish = (lane: number, timeoutMs: number, isAbort: boolean) => {
      const open = this.#open.get(lane);
      if (open === undefined) throw new Error('no transaction is open');
      if (this.#inFlight.get(lane)) throw new Error('messages are in flight, and their reports are not read');
      open.endNs ??= clock.nowNs + commitMs * MS;
      clock.sleep(Math.min(timeoutMs, Math.max(0, (open.endNs - clock.nowNs) / MS)));
      if (clock.nowNs < open.endNs) return TIMED_OUT;
      const answer = end?.(open.number, isAbort);
      if (answer !== undefined) return answer;
      this.ended.push({ lane, messages: open.messages, isAbort });
      this.#open.delete(lane);
      return undefined;
    };
    let number = 0;
    this.transactions = {
      begin: (lane) => {
        if (this.#open.has(lane)) throw new Error('another transaction is open');
        this.#open.set(lane, { messages: 0, number: ++number });
        return undefined;
      },
      commit: (lane, timeoutMs) => finish(lane, timeoutMs, false),
      abort: (lane, timeoutMs) => finish(lane, timeoutMs, true),
      flush: (_lane, timeoutMs) => clock.sleep(timeoutMs),
    };
  }

  override produce(lane: number, ...rest: [number, Parameters<NullTransport['produce']>[2], number, number]): number {
    const taken = super.produce(lane, ...rest);
    const open = this.#open.get(lane);
    const [, batch, from] = rest;
    for (let j = from; j < from + taken; j++) this.#laneOf[batch.slot(j)] = lane;
    if (open !== undefined) open.messages += taken;
    this.#inFlight.set(lane, (this.#inFlight.get(lane) ?? 0) + taken);
    return taken;
  }

  override poll(timeoutMs: number): number {
    const count = super.poll(timeoutMs);
    for (let r = 0; r < count; r++) {
      const lane = this.#laneOf[this.reports.slot[r]!]!;
      this.#inFlight.set(lane, this.#inFlight.get(lane)! - 1);
    }
    return count;
  }
}

function transactional(load: LanePlan['load'], spec: Partial<NonNullable<LanePlan['transactions']>> = {}, lane = 0) {
  return scenarioPlan(lane, load, { transactions: { messages: 10, abortRate: 0, ...spec }, gracefulStopNs: 2e9 });
}

function run(
  scenarios: LanePlan[],
  behaviour: Behaviour = {},
  stop?: { readonly atNs: number; readonly word: number },
) {
  const clock = new StepClock();
  const transport = new Coordinator(clock, behaviour);
  const loop = bench({ scenarios, clock, transport, lingerNs: 5 * MS });
  const poll = transport.poll.bind(transport);
  transport.poll = (timeoutMs) => {
    if (stop !== undefined && clock.nowNs > stop.atNs) loop.stop(stop.word);
    return poll(timeoutMs);
  };
  const { lanes, outages } = loop.run();
  return { lanes, outages, transport, first: lanes[0]!.transactions! };
}

/** Acknowledged messages are those of its transactions, and the ledger names the ones that are not committed. */
function expectAccounted({ load, transactions, notAcked }: LaneMeasurement): void {
  const { committedMessages, abortedMessages, undecidedMessages, notCommitted } = transactions!;
  expect(committedMessages + abortedMessages + undecidedMessages).toBe(load.totals.acked);
  const count = (status: string) =>
    notCommitted
      .filter((each) => each.status === status)
      .reduce((sum, { from, to, step }) => sum + (to - from) / step + 1, 0);
  expect([count('aborted'), count('undecided')]).toEqual([abortedMessages, undecidedMessages]);
  for (const a of notCommitted) for (const b of notAcked) expect(a.to < b.from || b.to < a.from).toBe(true);
}

test('one after another, each of its size, the last one of what is left', () => {
  const { lanes, transport, first } = run([transactional(closedLoad({ messages: 95 }))]);
  expect(transport.ended.map(({ messages }) => messages)).toEqual([...Array(9).fill(10), 5]);
  expect(first).toMatchObject({ committed: 10, aborted: 0, undecided: 0, committedMessages: 95, notCommitted: [] });
  // The coordinator takes 3 ms.
  expect(maximum(first.commitLatency)! / 1000).toBeCloseTo(3, 1);
  expectAccounted(lanes[0]!);
});

test('which ones are aborted is drawn, the same with every coordinator', () => {
  const plan = transactional(closedLoad({ messages: 1_000 }), { abortRate: 0.2 });
  const outcomes = [1, 30].map((commitMs) => run([plan], { commitMs }));
  const [one, other] = outcomes.map(({ transport }) => transport.ended.map(({ isAbort }) => isAbort));
  expect(one).toEqual(other);
  const aborted = one!.filter(Boolean).length;
  expect(aborted).toBeGreaterThan(5);
  expect(outcomes[0]!.first).toMatchObject({ aborted, forced: 0, abortedMessages: aborted * 10 });
  expect(outcomes[0]!.first.notCommitted[0]).toMatchObject({
    from: one!.indexOf(true) * 10,
    status: 'aborted',
    step: 1,
  });
  for (const { lanes } of outcomes) expectAccounted(lanes[0]!);
});

test('one that does not fill is committed after a second', () => {
  const { transport, first } = run([transactional(constantLoad(4, 5))]);
  expect(first.committed).toBe(transport.ended.length);
  for (const { messages } of transport.ended.slice(0, -1)) expect(messages).toBe(4);
});

test('a commit that takes long does not keep another lane from its schedule', () => {
  const other = scenarioPlan(1, constantLoad(1000, 2));
  const { lanes, first } = run([transactional(constantLoad(1000, 2)), other], { commitMs: 200 });
  expect(first.committed).toBeGreaterThan(5);
  expect(maximum(lanes[1]!.load.scheduleLag)! / 1000).toBeLessThan(5);
  expectAccounted(lanes[0]!);
});

test('a message that failed ends its transaction, and an error that asks for it aborts it', () => {
  const end = (number: number, isAbort: boolean) => (number === 3 && !isAbort ? ABORTABLE : undefined);
  const { lanes, first } = run([transactional(closedLoad({ messages: 100 }))], { end, failRate: 0.04 });
  expect(first).toMatchObject({ aborted: 1, forced: 1, undecided: 0 });
  expect(first.errors).toMatchObject([{ name: 'INVALID_TXN', count: 1 }]);
  expect(lanes[0]!.load.totals).toMatchObject({ scheduled: 100, failed: 4, acked: 96 });
  expectAccounted(lanes[0]!);
});

test('a producer that was fenced sends no more: its last transaction is undecided', () => {
  const { lanes, first } = run([transactional(constantLoad(100, 1))], {
    end: (number) => (number === 3 ? FENCED : undefined),
  });
  expect(first).toMatchObject({ committed: 2, undecided: 1, undecidedMessages: 10 });
  expect(first.notCommitted).toEqual([{ scenario: 'scenario-0', from: 20, to: 29, step: 1, status: 'undecided' }]);
  expect(lanes[0]!.stopped).toBe('a transaction cannot be committed: _FENCED (_FENCED)');
  expect(lanes[0]!.load.totals).toMatchObject({ sent: 30, acked: 30, unsent: 70 });
});

test('a run that is stopped aborts the open one', () => {
  const { lanes, first } = run(
    [transactional(constantLoad(100, 5), { messages: 80 })],
    {},
    { atNs: 1e9, word: STOP.drain },
  );
  expect(first).toMatchObject({ committed: 1, aborted: 1, forced: 0, committedMessages: 80 });
  expectAccounted(lanes[0]!);
});

describe('a coordinator that does not answer', () => {
  test('is waited for until gracefulStop is over, and then nobody knows', () => {
    const { lanes, first, outages } = run([transactional(constantLoad(100, 1))], { commitMs: 60_000 });
    expect(first).toMatchObject({ committed: 0, undecided: 1, undecidedMessages: 10 });
    expect(outages.map(({ fromNs, toNs }) => [fromNs, toNs].map((ns) => Math.round(ns / 1e8)))).toEqual([[1, 100]]);
    expect(lanes[0]!.load.totals).toMatchObject({ sent: 10, acked: 10, unsent: 90 });
    expectAccounted(lanes[0]!);
  });

  test('is an outage', () => {
    const { outages, first } = run([transactional(closedLoad({ messages: 20 }))], { commitMs: 1500 });
    expect(first.committed).toBe(2);
    expect(outages.map(({ fromNs, toNs }) => Math.round((toNs - fromNs) / 1e8))).toEqual([15, 15]);
  });
});

test('every acknowledged message is in one transaction, whatever happens', () => {
  const behaviour = fc.record({
    latencyMs: fc.integer({ min: 0, max: 20 }),
    commitMs: fc.integer({ min: 0, max: 30 }),
    failRate: fc.constantFrom(0, 0.01, 0.3),
    failEvery: fc.integer({ min: 2, max: 9 }),
    fencedAt: fc.integer({ min: 1, max: 60 }),
  });
  const spec = fc.record({ messages: fc.integer({ min: 1, max: 50 }), abortRate: fc.constantFrom(0, 0.3, 1) });
  const stop = fc.option(fc.record({ atNs: fc.integer({ min: 0, max: 2e9 }), word: fc.constantFrom(1, 2) }), {
    nil: undefined,
  });
  fc.assert(
    fc.property(behaviour, spec, stop, fc.boolean(), ({ failEvery, fencedAt, ...more }, each, stopped, isClosed) => {
      const load = isClosed ? closedLoad({ messages: 300 }) : constantLoad(200, 1.5);
      const end = (number: number, isAbort: boolean) => {
        if (number === fencedAt) return FENCED;
        return !isAbort && number % failEvery === 0 ? ABORTABLE : undefined;
      };
      const { lanes } = run([transactional(load, each)], { ...more, end }, stopped);
      expectAccounted(lanes[0]!);
    }),
    { numRuns: 60 },
  );
});
