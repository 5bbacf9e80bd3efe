import { expect, test } from 'vitest';
import type { OutageMeasurement } from '../../src/recorder/measurement.ts';
import type { Instance } from '../../src/shards/instance.ts';
import { mergedOutages } from '../../src/shards/merged-outages.ts';

const SEC = 1e9;

/** Shards that drained at 60 s, one worker each. */
function shardsWith(...outages: readonly (readonly OutageMeasurement[])[]) {
  return outages.map((own) => {
    const workers = [{ outages: own, phases: { drainEndNs: 60 * SEC } }];
    return { instances: [{ isDone: true, final: { workers } } as unknown as Instance] };
  });
}

const from = (fromSec: number, toSec: number, more: object = {}) => ({
  fromNs: fromSec * SEC,
  toNs: toSec * SEC,
  ...more,
});

test('where all shards wait in vain it is an outage of the run, from the last to notice to the first to be answered', () => {
  const outages = mergedOutages(shardsWith([from(10, 14)], [from(10.2, 14.1)]));
  expect(outages).toEqual([from(10.2, 14)]);
});

test('where one waits and others are answered it is one of a part', () => {
  expect(mergedOutages(shardsWith([from(10, 14)], []))).toEqual([from(10, 14, { isPartial: true })]);
});

test('what one shard waited for longer than the others is a part of its own', () => {
  const [whole, part] = mergedOutages(shardsWith([from(10, 14)], [from(10, 20)]));
  expect(whole).toEqual(from(10, 14));
  expect(part).toEqual({ fromNs: 14 * SEC + 1, toNs: 20 * SEC, isPartial: true });
});

test('a shard that is done is no sign of life', () => {
  expect(mergedOutages(shardsWith([from(62, 70)], []))).toEqual([from(62, 70)]);
});

test('that of one process stays as it is', () => {
  expect(mergedOutages(shardsWith([from(1, 2, { isPartial: true })]))).toEqual([from(1, 2, { isPartial: true })]);
});
