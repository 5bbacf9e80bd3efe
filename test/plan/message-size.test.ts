/** Messages that will be refused are warned of by the plan: what librdkafka compares, to the byte. */
import { expect, test } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { Profile, ScenarioProfile } from '../../src/profile/profile.ts';
import { measureRecord } from '../../src/workload/workload.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { profileOf, scenarioOf } from './profile.ts';

function warningsOf(scenario: Partial<ScenarioProfile>, more: Partial<Profile> = {}): readonly string[] {
  const profile = profileOf({ scenarios: { a: scenarioOf(scenario) }, ...more });
  const facts = { cores: 2, runTag: RUN_TAG, nowMs: 0, measure: measureRecord };
  return buildPlan(profile, facts).warnings.filter((warning) => warning.includes('are above'));
}

const bytes = (size: number, more: Partial<ScenarioProfile> = {}) => ({ params: { size }, ...more });
/** Value, key and headers that just go through: 1,000,000 less librdkafka's 36. */
const MOST = 999_964;

test('above the client’s message.max.bytes, with what librdkafka adds', () => {
  expect(warningsOf(bytes(MOST))).toEqual([]);
  expect(warningsOf(bytes(MOST + 1))).toEqual([
    'scenario a: messages of up to 1,000,001 bytes, key and overhead included, are above message.max.bytes (1,000,000): ' +
      'the client refuses them. Set producer.message.max.bytes higher, and max.message.bytes of the topic as well',
  ]);
  expect(warningsOf(bytes(MOST + 1), { producer: { 'message.max.bytes': '2000000' } })).toEqual([]);
});

test('keys and headers count', () => {
  const key = { kind: 'sequential', cardinality: 1 } as const;
  expect(warningsOf(bytes(MOST, { key }))).toHaveLength(1);
  expect(warningsOf(bytes(MOST - 12, { headers: { a: 'b' } }))).toEqual([]);
  expect(warningsOf(bytes(MOST - 11, { headers: { a: 'b' } }))).toHaveLength(1);
});

test('above max.message.bytes of the topic, where the profile sets it', () => {
  const topics = { load: { partitions: 1, replicationFactor: 1, create: 'if-missing', config: {} } } as const;
  const limited = { topics: { load: { ...topics.load, config: { 'max.message.bytes': '2000' } } } };
  expect(warningsOf(bytes(5000), { topics })).toEqual([]);
  expect(warningsOf(bytes(1900), limited)).toEqual([]);
  expect(warningsOf(bytes(5000), limited)).toEqual([
    'scenario a: messages of up to 5,068 bytes, key and overhead included, are above max.message.bytes (2,000) of ' +
      'topic load: the broker refuses them, unless compression makes them smaller',
  ]);
});

test('nothing is too large for no broker', () => {
  expect(warningsOf(bytes(MOST + 1), { kafka: { 'bootstrap.servers': 'null' } })).toEqual([]);
});
