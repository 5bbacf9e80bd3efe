/** What is left of a run, against a plain list of what was done and what stands in the topic. */
import avsc from 'avsc';
import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import type { SavedRun } from '../../src/lifecycle/message-database.ts';
import { leftByDatabase, leftByTopic } from '../../src/lifecycle/records-left.ts';
import { readTopic } from '../../src/lifecycle/topic-reader.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { messageStatusSchema } from '../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import type { MessageState } from '../../src/workload/built-in/message-lifecycle/state.ts';
import type { Remainder } from '../../src/workload/thinning.ts';
import { planOf, RUN, statesOf } from './lifecycle-plan.ts';

vi.mock('../../src/lifecycle/topic-reader.ts', () => ({ readTopic: vi.fn() }));

const read = vi.mocked(readTopic);
beforeEach(() => {
  read.mockReset();
});

function savedAt(settled: Readonly<Record<string, number>>, elapsedMs = 1500): SavedRun {
  return { ...RUN, starts: 1, elapsedMs, ended: false, settled };
}

const AVRO = avsc.Type.forSchema(messageStatusSchema as unknown as avsc.Schema);
const WIRE_HEADER = Buffer.from([0, 0, 0, 0, 1]);

/** As it stands in a topic. */
function payloadOf(state: MessageState, format: 'avro' | 'json'): Uint8Array {
  return format === 'json' ? Buffer.from(JSON.stringify(state)) : Buffer.concat([WIRE_HEADER, AVRO.toBuffer(state)]);
}

/** A topic in which these stand, read by a client. */
function standing(payloads: readonly Uint8Array[]): void {
  read.mockImplementation(async (_properties, _topic, onValue) => {
    for (const payload of payloads) onValue(payload);
  });
}

/** Places of a lane of so many records that are left, one by one. */
function placesOf({ missing, from }: Remainder, count: number): number[] {
  expect([...missing]).toEqual([...missing].toSorted((a, b) => a - b));
  expect([...missing].every((place) => place < from)).toBe(true);
  return [...missing, ...Array.from({ length: Math.max(0, count - from) }, (_, i) => from + i)];
}

test('by the database alone all is left that it does not know to be settled', () => {
  const { elapsedNs, left } = leftByDatabase(savedAt({ m: 7, 'm/failed': 0 }));
  expect(elapsedNs).toBe(1.5e9);
  expect(Object.keys(left)).toEqual(['m', 'm/failed']);
  expect(placesOf(left.m!, 10)).toEqual([7, 8, 9]);
  expect(placesOf(left['m/failed']!, 2)).toEqual([0, 1]);
});

/** Records of two seconds: 20 messages, and all that follows them. */
function recordsOf(plan: Plan) {
  return plan.lanes.map((lane) => ({ lane: lane.name, states: statesOf(plan, lane, RUN.plannedAtMs) }));
}

/** Like one of ours in everything but whose it is. */
const strangers = (state: MessageState): readonly Uint8Array[] => {
  const other = (at: number) => {
    const digit = state.messageId[at] === '0' ? '1' : '0';
    return { ...state, messageId: state.messageId.slice(0, at) + digit + state.messageId.slice(at + 1) };
  };
  // Of another run, of another scenario, with another kind of id, of no known state; no record at all, and a half one.
  return [
    ...[other(0), other(24), { ...state, messageId: 'someone-else' }, { ...state, status: 'lost' }].map((each) =>
      payloadOf(each, 'json'),
    ),
    Buffer.from('no record'),
    payloadOf(state, 'json').subarray(0, 30),
    new Uint8Array(0),
  ];
};

test('by the topic all is left that is neither settled nor there, in whatever order and however often it stands there', async () => {
  const wholes = { avro: planOf('run.db', { seconds: 2 }), json: planOf('run.db', { seconds: 2, format: 'json' }) };
  const progress = fc.record({
    settled: fc.double({ min: 0, max: 1, noNaN: true }),
    // Of every record of the lane whether it is in the topic, settled or not.
    isThere: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('avro' as const, 'json' as const),
      fc.array(progress, { minLength: 5, maxLength: 5 }),
      fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
      async (format, made, shuffle) => {
        const whole = wholes[format];
        const lanes = recordsOf(whole).map(({ lane, states }, i) => {
          const settled = Math.floor(made[i]!.settled * (states.length + 1));
          return { lane, states, settled, isThere: states.map((_, k) => made[i]!.isThere[k]!) };
        });
        const there = lanes.flatMap(({ states, isThere }) => states.filter((_, k) => isThere[k]));
        const twice = [...there, ...there.slice(0, 5)];
        const mixed = twice.toSorted((a, b) => shuffle[twice.indexOf(a) % 30]! - shuffle[twice.indexOf(b) % 30]!);
        standing([...strangers(lanes[0]!.states[0]!), ...mixed.map((state) => payloadOf(state, format))]);
        const added: MessageState[] = [];
        const saved = savedAt(Object.fromEntries(lanes.map(({ lane, settled }) => [lane, settled])));
        const point = await leftByTopic(saved, whole, {}, (state) => added.push(state));
        expect(point.elapsedNs).toBe(1.5e9);
        for (const { lane, states, settled, isThere } of lanes) {
          const expected = [...states.keys()].filter((place) => place >= settled && !isThere[place]);
          expect(placesOf(point.left[lane]!, states.length)).toEqual(expected);
        }
        // What the database may not know, and nothing else.
        const unknown = lanes.flatMap(({ states, settled, isThere }) =>
          states.filter((_, place) => place >= settled && isThere[place]),
        );
        const texts = (states: readonly MessageState[]) =>
          [...new Set(states.map((s) => JSON.stringify(s)))].toSorted();
        expect(texts(added)).toEqual(texts(unknown));
      },
    ),
    { numRuns: 60 },
  );
});

test('the topic that is read is the run’s own, with its properties', async () => {
  const properties = { 'bootstrap.servers': 'example:9092' };
  await leftByTopic(savedAt({}), planOf('run.db'), properties, () => {});
  expect(read.mock.calls.map(([given, topic]) => [given, topic])).toEqual([[properties, 'message_status']]);
});

test('where the topic cannot be read nothing is said to be left', async () => {
  read.mockRejectedValue(new Error('no broker'));
  await expect(leftByTopic(savedAt({}), planOf('run.db'), {}, () => {})).rejects.toThrow('no broker');
});

test('a lane that the database has no word of is wholly left', async () => {
  const whole = planOf('run.db', { seconds: 2 });
  const { left } = await leftByTopic(savedAt({ m: 3 }), whole, {}, () => {});
  for (const { lane, states } of recordsOf(whole).slice(1)) {
    expect(placesOf(left[lane]!, states.length)).toEqual([...states.keys()]);
  }
});
