/** Which of a scenario's topics a message goes to: a pure function of the seed and its index, or of a field of its record. */
import type { Anomalies } from './anomalies.ts';
import { Zipf } from './keys.ts';
import { CounterRng } from './random.ts';

export type TopicSpread =
  /** Topic i mod topics: counts differ by one at most. */
  | { readonly kind: 'round-robin' }
  | { readonly kind: 'uniform' }
  /** The first topic is the most frequent. */
  | { readonly kind: 'zipf'; readonly exponent: number }
  /** Records with equal values of this field go to the same topic. */
  | { readonly kind: 'field'; readonly field: string };

/** Of message `index`, 0 … topics - 1; not of a spread by field, where the record decides. */
export type TopicOf = (index: number) => number;

/** @param anomalies where there are some: a duplicate goes to the topic of the message that it repeats. */
export function openSpread(
  spread: TopicSpread,
  topics: number,
  identity: { readonly seed: number; readonly scenario: string },
  anomalies?: Anomalies,
): TopicOf {
  if (topics === 1) return () => 0;
  const topicOf = openClean(spread, topics, identity);
  if (anomalies === undefined) return topicOf;
  return (index) => {
    const anomaly = anomalies.of(index);
    return topicOf(anomaly?.kind === 'duplicate' ? anomaly.original : index);
  };
}

function openClean(
  spread: TopicSpread,
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
    case 'field':
      throw new Error('topics by a field are those of records, not of indexes');
  }
}

/** Topics that producer `part` of `parts`, which sends every index ≡ part (mod parts), may send to. */
export function topicsOfProducer(spread: TopicSpread, topics: number, part: number, parts: number): number[] {
  const step = spread.kind === 'round-robin' ? greatestCommonDivisor(parts, topics) : 1;
  return Array.from({ length: topics / step }, (_, i) => (part % step) + i * step);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
