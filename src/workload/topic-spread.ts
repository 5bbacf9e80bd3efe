/** Which of a scenario's topics a message goes to: a pure function of the seed and its index, or of a field of its record. */
import { Anomalies } from './anomalies.ts';
import type { RecordIdentity } from './definition.ts';
import { openKey, Zipf } from './keys.ts';
import { murmur2 } from './partitioner.ts';
import { CounterRng } from './random.ts';
import type { RecordPlan } from './record-plan.ts';
import { bodyOf, type OpenRecords, openGenerator } from './source/open-source.ts';

export type TopicSpread =
  /** Topic i mod topics: counts differ by one at most. */
  | { readonly kind: 'round-robin' }
  | { readonly kind: 'uniform' }
  /** The first topic is the most frequent. */
  | { readonly kind: 'zipf'; readonly exponent: number }
  /** Records with equal values of this field go to the same topic. */
  | { readonly kind: 'field'; readonly field: string };

/** Topic of message `index`, 0 … topics - 1. */
export type TopicOf = (index: number) => number;

interface SpreadLane {
  readonly spread: TopicSpread;
  readonly topics: readonly string[];
  readonly record: RecordPlan;
}

/** Of a lane's messages: a duplicate goes to the topic of the one that it repeats. */
export function openTopics(lane: SpreadLane, identity: RecordIdentity, open: OpenRecords): TopicOf {
  const { spread, topics, record } = lane;
  if (topics.length === 1) return () => 0;
  const topicOf =
    spread.kind === 'field'
      ? openByField(record, spread.field, topics.length, identity, open)
      : openSpread(spread, topics.length, identity);
  if (record.anomalies === undefined) return topicOf;
  const anomalies = new Anomalies(record.anomalies, record.format, identity);
  return (index) => {
    const anomaly = anomalies.of(index);
    return topicOf(anomaly?.kind === 'duplicate' ? anomaly.original : index);
  };
}

/** Where the index decides. */
export function openSpread(
  spread: Exclude<TopicSpread, { kind: 'field' }>,
  topics: number,
  identity: { readonly seed: number; readonly scenario: string },
): TopicOf {
  switch (spread.kind) {
    case 'round-robin':
      return (index) => index % topics;
    case 'uniform': {
      const rng = new CounterRng(identity.seed, identity.scenario, 'topic');
      return (index) => rng.below(index, topics);
    }
    case 'zipf': {
      const zipf = new Zipf(topics, spread.exponent, identity, 'topic');
      return (index) => zipf.rank(index) - 1;
    }
  }
}

/**
 * The field's bytes are those that it has as a key; one that is null or absent is as an empty one. Equal values go to
 * the same topic whatever the scenario and seed.
 */
function openByField(
  record: RecordPlan,
  field: string,
  topics: number,
  identity: RecordIdentity,
  open: OpenRecords,
): TopicOf {
  const keyed: RecordPlan = { ...record, key: { kind: 'field', field } };
  const writer = openKey(keyed.key, openGenerator(keyed, identity, open), identity)!;
  const bytes = new Uint8Array(writer.bytesMax);
  // A partitioner may take the remainder of the same hash: without a second one a topic would use few partitions.
  const draws = new CounterRng(0, 'topic');
  const topicOf = (bodyOrIndex: number) => {
    const end = writer.write(bytes, 0, bodyOrIndex);
    return draws.below(murmur2(bytes, 0, Math.max(end, 0)) >>> 0, topics);
  };
  if (writer.of === 'index' || record.mode === 'fresh') return topicOf;
  const known = new Int32Array(record.poolSize).fill(-1);
  return (index) => {
    const body = bodyOf(record, index);
    if (known[body]! < 0) known[body] = topicOf(body);
    return known[body]!;
  };
}

/**
 * Numbers of the topics that producer `part` of `parts`, which sends every index ≡ part (mod parts), may send to. A
 * duplicate may repeat any producer's message.
 */
export function topicsOfProducer({ spread, topics, record }: SpreadLane, part: number, parts: number): number[] {
  const isSplit = spread.kind === 'round-robin' && !(record.anomalies && record.anomalies.duplicates.rate > 0);
  const step = isSplit ? greatestCommonDivisor(parts, topics.length) : 1;
  return Array.from({ length: topics.length / step }, (_, i) => (part % step) + i * step);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
