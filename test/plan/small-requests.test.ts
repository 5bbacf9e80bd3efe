import { expect, test } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { measureRecord } from '../../src/workload/workload.ts';
import { profileOf, scenarioOf } from './profile.ts';

const TOPIC = { partitions: 1, replicationFactor: 1, create: 'if-missing', config: {} } as const;

function warningsOf(
  ratePerSec: number,
  topics: number,
  more: { clients?: number; lingerMs?: number; target?: string },
) {
  const names = Array.from({ length: topics }, (_, i) => `t-${i}`);
  const { clients, lingerMs, target = 'embedded' } = more;
  const scenario = scenarioOf({
    ...{ topic: `t-{0..${topics - 1}}`, topics: names, ...(clients !== undefined && { clients }) },
    executor: { kind: 'constant-arrival-rate', ratePerSec, durationNs: 1e9 },
    producer: lingerMs === undefined ? {} : { 'linger.ms': String(lingerMs) },
  });
  const profile = profileOf({
    ...{ kafka: { 'bootstrap.servers': target }, scenarios: { many: scenario }, workers: 1 },
    topics: Object.fromEntries(names.map((name) => [name, TOPIC])),
  });
  const plan = buildPlan(profile, { cores: 4, runTag: '0123456789abcdef', measure: measureRecord });
  return plan.warnings.filter((warning) => warning.includes('a request'));
}

test('many topics that get few messages each make a request of each message, which is said', () => {
  expect(warningsOf(20_000, 500, {})).toEqual([
    'many: 500 batches at a time, each of 40/s: with linger.ms 5 a request carries about one message, as librdkafka puts one partition into each; a higher linger.ms saves the brokers most of them',
  ]);
  // Each of 50 clients has ten topics of its own.
  expect(warningsOf(20_000, 500, { clients: 50 })[0]).toContain('500 batches at a time, each of 40/s');
  // Each of 30 has 50 topics.
  expect(warningsOf(20_000, 500, { clients: 30 })[0]).toContain('1,500 batches at a time');
});

test('nothing is said where batches fill, where there are few requests, and of no broker', () => {
  expect(warningsOf(20_000, 500, { lingerMs: 100 })).toEqual([]);
  expect(warningsOf(20_000, 10, {})).toEqual([]);
  expect(warningsOf(4_000, 500, {})).toEqual([]);
  expect(warningsOf(20_000, 500, { target: 'null' })).toEqual([]);
});
