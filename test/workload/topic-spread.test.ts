import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { partitionOf } from '../../src/workload/partitioner.ts';
import { openSpread, openTopics, type TopicSpread, topicsOfProducer } from '../../src/workload/topic-spread.ts';
import { openEncoder, openRecord } from '../../src/workload/workload.ts';
import { NOW_MS, RUN_TAG, recordPlan } from './fixture.ts';
import { chiSquareZ } from './statistics.ts';

const identity = { seed: 42, scenario: 'spread' };
type IndexSpread = Exclude<TopicSpread, { kind: 'field' }>;
const spreads: readonly IndexSpread[] = [
  { kind: 'round-robin' },
  { kind: 'uniform' },
  { kind: 'zipf', exponent: 0.99 },
  { kind: 'zipf', exponent: 1.5 },
];

function laneOf(spread: TopicSpread, topics: number, record = recordPlan()) {
  return { spread, topics: Array.from({ length: topics }, (_, i) => `t-${i}`), record };
}

function counts(spread: IndexSpread, topics: number, messages: number): Uint32Array {
  const topicOf = openSpread(spread, topics, identity);
  const seen = new Uint32Array(topics);
  for (let i = 0; i < messages; i++) seen[topicOf(i)]!++;
  return seen;
}

test('a topic depends on seed, scenario and index alone: whoever asks, in any order and split', () => {
  const cases = fc.record({
    spread: fc.constantFrom(...spreads),
    topics: fc.integer({ min: 1, max: 60 }),
    producers: fc.integer({ min: 1, max: 40 }),
    seed: fc.nat(),
    from: fc.oneof(fc.nat(1000), fc.nat({ max: 2 ** 52 })),
  });
  const property = fc.property(cases, ({ spread, topics, producers, seed, from }) => {
    const place = { seed, scenario: 'spread' };
    const whole = openSpread(spread, topics, place);
    const said = Array.from({ length: 200 }, (_, i) => whole(from + i));
    expect(said.every((topic) => Number.isInteger(topic) && topic >= 0 && topic < topics)).toBe(true);
    const split: number[] = [];
    for (let producer = producers - 1; producer >= 0; producer--) {
      const own = openSpread(spread, topics, place);
      const mayGo = new Set(topicsOfProducer(laneOf(spread, topics), producer, producers));
      for (let i = 199; i >= 0; i--) {
        if ((from + i) % producers !== producer) continue;
        split[i] = own(from + i);
        expect(mayGo.has(split[i]!)).toBe(true);
      }
    }
    expect(split).toEqual(said);
  });
  fc.assert(property, { numRuns: 200 });
});

test('the topics of a producer are those that its messages go to', () => {
  const cases = fc.record({
    spread: fc.constantFrom(...spreads),
    topics: fc.integer({ min: 1, max: 24 }),
    parts: fc.integer({ min: 1, max: 30 }),
  });
  const property = fc.property(cases, fc.nat(), ({ spread, topics, parts }, number) => {
    const part = number % parts;
    const topicOf = openSpread(spread, topics, identity);
    const seen = new Set<number>();
    for (let index = part, i = 0; i < 20_000 && seen.size < topics; index += parts, i++) seen.add(topicOf(index));
    expect(topicsOfProducer(laneOf(spread, topics), part, parts)).toEqual([...seen].sort((a, b) => a - b));
  });
  fc.assert(property, { numRuns: 100 });
});

test('a duplicate goes to the topic of what it repeats, which another producer may have sent', () => {
  const anomalies = { tombstones: 0, duplicates: { rate: 0.5, within: 7 }, late: { rate: 0, byMs: 0 }, malformed: 0 };
  const lane = laneOf({ kind: 'round-robin' }, 4, recordPlan({ anomalies: anomalies as never }));
  const topicOf = openTopics(lane, { ...identity, runTag: RUN_TAG }, openRecord);
  const seen = new Set(Array.from({ length: 200 }, (_, i) => topicOf(4 * i)));
  expect(topicsOfProducer(lane, 0, 4)).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.size).toBe(4);
});

describe('how many messages each topic gets', () => {
  test('round-robin: the same, or one more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(2000), (topics, messages) => {
        const seen = counts({ kind: 'round-robin' }, topics, messages);
        const each = Math.floor(messages / topics);
        expect([...seen]).toEqual(Array.from(seen, (_, topic) => each + (topic < messages % topics ? 1 : 0)));
      }),
    );
  });

  test('uniform: each as likely as any other', () => {
    expect(Math.abs(chiSquareZ(counts({ kind: 'uniform' }, 500, 500_000)))).toBeLessThan(4);
  });

  test.each([0.99, 1.5])('zipf: topic k with a share of (k + 1)^-%d', (exponent) => {
    const weights = Array.from({ length: 100 }, (_, topic) => (topic + 1) ** -exponent);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const seen = counts({ kind: 'zipf', exponent }, 100, 500_000);
    const shares = weights.map((weight) => weight / sum);
    expect(Math.abs(chiSquareZ(seen, shares))).toBeLessThan(4);
    // The test sees a difference: the even spread is not this one.
    expect(Math.abs(chiSquareZ(counts({ kind: 'uniform' }, 100, 500_000), shares))).toBeGreaterThan(100);
  });

  test('other seeds and scenarios have other draws, and a topic’s draw is not its key’s', () => {
    const of = (place: typeof identity) => {
      const topicOf = openSpread({ kind: 'uniform' }, 1000, place);
      return Array.from({ length: 50 }, (_, i) => topicOf(i));
    };
    expect(of(identity)).toEqual(of({ ...identity }));
    expect(of({ ...identity, seed: 43 })).not.toEqual(of(identity));
    expect(of({ ...identity, scenario: 'other' })).not.toEqual(of(identity));
  });
});

describe('by a field of the record', () => {
  const topics = Array.from({ length: 16 }, (_, topic) => `t-${topic}`);
  const place = { seed: 42, scenario: 'cash', runTag: RUN_TAG };
  const spread = (field: string) => ({ spread: { kind: 'field', field } as const, topics });

  test('equal values go to one topic, in any scenario, fresh or of a pool, and values spread evenly', () => {
    const topicOfValue = new Map<string, number>();
    const seen = new Uint32Array(topics.length);
    const records = [
      recordPlan({ key: { kind: 'none' } }),
      recordPlan({ format: 'json', mode: 'pooled', poolSize: 5000, key: { kind: 'field', field: 'atm_id' } }),
    ];
    for (const [i, record] of records.entries()) {
      const own = { ...place, seed: place.seed + i, scenario: `cash-${i}` };
      const topicOf = openTopics({ ...spread('user_id'), record }, own, openRecord);
      const encode = openEncoder({ ...record, key: { kind: 'field', field: 'user_id' } }, own);
      for (let index = 0; index < 12_000; index++) {
        const user = encode(index, NOW_MS).key!.toString();
        const topic = topicOf(index);
        if (!topicOfValue.has(user)) seen[topic]!++;
        expect(topic).toBe(topicOfValue.get(user) ?? topic);
        topicOfValue.set(user, topic);
      }
    }
    expect(topicOfValue.size).toBeGreaterThan(1000);
    expect(Math.abs(chiSquareZ(seen))).toBeLessThan(4);
  });

  test('the field that is the key too leaves all partitions of a topic in use', () => {
    const key = { kind: 'field', field: 'user_id' } as const;
    const record = recordPlan({ key });
    const topicOf = openTopics({ ...spread('user_id'), record }, place, openRecord);
    const encode = openEncoder(record, place);
    const used = topics.map(() => new Set<number>());
    for (let index = 0; index < 20_000; index++) {
      const bytes = encode(index, NOW_MS).key!;
      used[topicOf(index)]!.add(partitionOf('murmur2', bytes, 0, bytes.length, topics.length));
    }
    expect(used.map(({ size }) => size)).toEqual(topics.map(() => topics.length));
  });

  test('a duplicate goes where its original went, a tombstone where its record would', () => {
    const anomalies = {
      tombstones: 0.2,
      duplicates: { rate: 0.3, within: 20 },
      late: { rate: 0, minMs: 0, maxMs: 0 },
      malformed: 0,
    };
    for (const each of [spread('user_id'), { spread: { kind: 'uniform' } as const, topics }]) {
      const clean = openTopics({ ...each, record: recordPlan() }, place, openRecord);
      const record = recordPlan({ anomalies });
      const topicOf = openTopics({ ...each, record }, place, openRecord);
      const encode = openEncoder(record, place, () => NOW_MS);
      const kinds = new Set<string | undefined>();
      for (let index = 0; index < 500; index++) {
        const { anomaly, source } = encode(index, NOW_MS);
        kinds.add(anomaly?.kind);
        expect(topicOf(index)).toBe(clean(source));
      }
      expect(kinds).toEqual(new Set([undefined, 'tombstone', 'duplicate']));
    }
  });
});
