/** Profiles for the planner's tests: everything at its default but what a test is about. */
import type { Profile, ScenarioProfile } from '../../src/profile/profile.ts';

export function scenarioOf(scenario: Partial<ScenarioProfile>): ScenarioProfile {
  return {
    workload: 'bytes',
    topic: 'load',
    topics: [scenario.topic ?? 'load'],
    spread: { kind: 'round-robin' },
    key: { kind: 'none' },
    format: 'avro',
    payload: { mode: 'auto', poolSize: 'auto' },
    mark: 'auto',
    affinity: 'none',
    executor: { kind: 'constant-arrival-rate', ratePerSec: 100, durationNs: 10e9 },
    arrivals: 'uniform',
    overload: { kind: 'wait' },
    startTimeNs: 0,
    warmupNs: 0,
    gracefulStopNs: 30e9,
    headers: {},
    recordTimestamp: 'client',
    params: {},
    fields: {},
    producer: {},
    ...scenario,
  };
}

export function profileOf(profile: Partial<Profile>): Profile {
  return {
    version: 1,
    name: 'test',
    seed: 1,
    clock: { timezone: 'UTC', speed: 1 },
    kafka: {},
    producer: {},
    consumer: {},
    topics: { load: { partitions: 12, replicationFactor: 1, create: 'if-missing', config: {} } },
    workers: 'auto',
    scenarios: { a: scenarioOf({}) },
    thresholds: [],
    ...profile,
  };
}
