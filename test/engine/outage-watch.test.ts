/** Which times without acknowledgements are outages, by one worker and by several. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutageWatch } from '../../src/engine/outage-watch.ts';
import { allocateRunMemory } from '../../src/recorder/run-memory.ts';
import { NullTransport } from '../../src/transport/null.ts';
import { bench, closedLoad, constantLoad, StepClock, scenarioPlan } from './fixture.ts';

const SEC = 1e9;

/** What a worker saw every 10 ms: `acked` of its messages at `ackedAt`, in flight between the pairs of `inFlight`. */
interface Seen {
  readonly ackedAt?: (sec: number) => boolean;
  readonly inFlight: readonly (readonly [fromSec: number, toSec: number])[];
}

function outagesOf(
  workers: readonly Seen[],
  { lingerNs = 0, endSec = 30, paused = (_: number): boolean => false } = {},
) {
  const memory = allocateRunMemory(workers.length, 1, 60);
  const watches = workers.map((_, worker) => new OutageWatch(memory, worker, lingerNs));
  const acked = workers.map(() => 0);
  for (let step = 1; step <= endSec * 100; step++) {
    const sec = step / 100;
    if (paused(sec)) continue;
    workers.forEach(({ ackedAt, inFlight }, worker) => {
      if (ackedAt?.(sec)) acked[worker]! += 1;
      const waits = inFlight.some(([from, to]) => sec >= from && sec < to) ? 1 : 0;
      watches[worker]!.look(sec * SEC, acked[worker]!, waits);
    });
  }
  return watches.flatMap(({ outages }) => outages.map(({ fromNs, toNs }) => [fromNs / SEC, toNs / SEC]));
}

describe('one worker', () => {
  test.each<[string, number[][], Seen]>([
    ['a busy one that is acknowledged all the time', [], { ackedAt: () => true, inFlight: [[0, 20]] }],
    [
      'a broker that is gone from 5 to 12 s',
      [[5, 12]],
      { ackedAt: (sec) => sec <= 5 || sec >= 12, inFlight: [[0, 20]] },
    ],
    ['one that does not come back', [[5, 20]], { ackedAt: (sec) => sec <= 5, inFlight: [[0, 20]] }],
    ['exactly a second', [], { ackedAt: (sec) => sec <= 5 || sec >= 6, inFlight: [[0, 20]] }],
    [
      'a slow feed: nothing is in flight between its messages',
      [],
      { ackedAt: (sec) => sec % 5 === 0.5, inFlight: [0, 5, 10].map((at) => [at, at + 0.5] as const) },
    ],
    [
      'a slow feed whose message waits: from its hand-over, not from the last acknowledgement',
      [[10, 13]],
      {
        ackedAt: (sec) => sec === 5.5 || sec === 13,
        inFlight: [
          [5, 5.5],
          [10, 13],
        ],
      },
    ],
    [
      'messages that fail one after the other are one outage',
      [[5, 18]],
      {
        ackedAt: (sec) => sec === 2,
        inFlight: [
          [1, 2],
          [5, 8],
          [15, 18],
        ],
      },
    ],
    ['messages that are refused at once are none', [], { inFlight: [0, 5, 10].map((at) => [at, at + 0.02] as const) }],
  ])('%s', (_, expected, seen) => {
    expect(outagesOf([seen])).toEqual(expected);
  });

  test('what lingers is not due', () => {
    const slow: Seen = { ackedAt: (sec) => sec === 7, inFlight: [[5, 7]] };
    expect(outagesOf([slow])).toEqual([[5, 7]]);
    expect(outagesOf([slow], { lingerNs: 1.5 * SEC })).toEqual([]);
  });

  test('a thread that was paused has missed nothing that it could have seen', () => {
    const seen: Seen = { ackedAt: (sec) => sec <= 5 || sec >= 12, inFlight: [[0, 20]] };
    expect(outagesOf([seen], { paused: (sec) => sec > 5 && sec < 12 })).toEqual([]);
    expect(outagesOf([seen], { paused: (sec) => sec > 5 && sec < 9 })).toEqual([[9, 12]]);
  });

  test('what it had seen before its pause stays', () => {
    const gone: Seen = { ackedAt: (sec) => sec <= 5, inFlight: [[0, 20]] };
    expect(outagesOf([gone], { paused: (sec) => sec > 9 && sec < 20 })).toEqual([[5, 9]]);
    expect(outagesOf([gone], { paused: (sec) => sec > 9 && sec < 12 })).toEqual([[5, 20]]);
  });
});

describe('several workers', () => {
  test('one that is acknowledged messages shows that the broker answers', () => {
    const busy: Seen = { ackedAt: () => true, inFlight: [[0, 20]] };
    expect(outagesOf([busy, { ackedAt: (sec) => sec <= 5, inFlight: [[0, 20]] }])).toEqual([]);
  });

  test('an outage ends with the first acknowledgement of any, and one with nothing in flight does not matter', () => {
    const back = (atSec: number): Seen => ({ ackedAt: (sec) => sec <= 5 || sec >= atSec, inFlight: [[0, 20]] });
    expect(outagesOf([{ inFlight: [] }, back(12), back(15)])).toEqual([[5, 12]]);
    expect(outagesOf([back(15), back(12), { inFlight: [] }])).toEqual([[5, 12]]);
  });

  test('it began when the first of them waited, whichever is back first', () => {
    const early: Seen = { ackedAt: (sec) => sec === 15.01, inFlight: [[3, 15.01]] };
    const late: Seen = { ackedAt: (sec) => sec === 15, inFlight: [[14.5, 15]] };
    expect(outagesOf([{ ...late, ackedAt: (sec) => sec === 1 || sec === 15 }, early])).toEqual([[3, 15]]);
  });

  test('no outage has an acknowledgement in it, and no second without one is left out', () => {
    const moments = fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(moments, { minLength: 1, maxLength: 3 }), (acks) => {
        const sets = acks.map((own) => new Set(own));
        const outages = outagesOf(
          sets.map((own) => ({ ackedAt: (sec) => own.has(Math.round(sec * 100)), inFlight: [[0, 15.01]] })),
          { endSec: 16 },
        );
        const all = [...new Set(acks.flat()), 1501].toSorted((a, b) => a - b);
        const gaps = all.map((at, i) => [(all[i - 1] ?? 1) / 100, at / 100] as const).filter(([a, b]) => b - a > 1.001);
        for (const [from, to] of gaps) expect(outages.some(([a, b]) => a! <= from + 0.01 && b! >= to)).toBe(true);
        for (const [from, to] of outages) {
          expect(all.filter((at) => at / 100 > from! && at / 100 < to!)).toEqual([]);
        }
      }),
    );
  });
});

describe('in the loop', () => {
  /** A broker that does not answer from `fromSec` to `toSec`: what it gets meanwhile, it answers then. */
  class Silent extends NullTransport {
    readonly #clock: StepClock;
    readonly #silence: readonly [number, number];

    constructor(clock: StepClock, silence: readonly [number, number]) {
      super({ spec: { latencyMs: [1] }, slots: 10_000, clock: clock.read, sleep: clock.sleep });
      this.#clock = clock;
      this.#silence = silence;
    }

    override poll(timeoutMs: number): number {
      const [from, to] = this.#silence;
      const nowSec = this.#clock.nowNs / SEC;
      if (nowSec < from || nowSec >= to) return super.poll(timeoutMs);
      this.#clock.sleep(timeoutMs || 1);
      return 0;
    }
  }

  test.each([
    ['a closed loop', closedLoad({ seconds: 6 })],
    ['an open model', constantLoad(100, 6)],
  ])('%s that goes on after the silence, and one that ends in it', (_, load) => {
    const outages = (silence: readonly [number, number]) => {
      const clock = new StepClock();
      const scenarios = [scenarioPlan(0, load, { gracefulStopNs: 2e9, inFlight: 50 })];
      return bench({ scenarios, clock, transport: new Silent(clock, silence) }).run().outages;
    };
    const seconds = ([from, to]: readonly number[]) => [{ fromNs: from! * SEC, toNs: to! * SEC }];
    const near = (expected: readonly { fromNs: number; toNs: number }[]) =>
      expected.map(({ fromNs, toNs }) => ({
        fromNs: expect.closeTo(fromNs, -8),
        toNs: expect.closeTo(toNs, -8),
      }));
    expect(outages([2, 4])).toEqual(near(seconds([2, 4])));
    expect(outages([4, 7])).toEqual(near(seconds([4, 7])));
    expect(outages([3, 3.9])).toEqual([]);
  });
});
