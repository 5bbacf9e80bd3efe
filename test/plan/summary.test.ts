import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { type PlanSummary, summarizePlan } from '../../src/plan/summary.ts';
import type { Profile } from '../../src/profile/profile.ts';
import { renderPlan } from '../../src/report/plan-text.ts';
import { measureRecord } from '../../src/workload/workload.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { profileOf, scenarioOf } from './profile.ts';

const SEC = 1e9;
const MINUTE = 60 * SEC;
const NOW_MS = Date.UTC(2026, 2, 8, 12);
const measure = () => ({ bytesMean: 100, weightsDenominator: 1 });

function summaryOf(profile: Partial<Profile>): PlanSummary {
  return summarizePlan(buildPlan(profileOf(profile), { cores: 4, runTag: RUN_TAG, nowMs: NOW_MS, measure }));
}

const hour = scenarioOf({
  executor: {
    kind: 'ramping-arrival-rate',
    startRatePerSec: 0,
    stages: [
      { targetPerSec: 25, durationNs: 5 * MINUTE },
      { targetPerSec: 25, durationNs: 50 * MINUTE },
      { targetPerSec: 0, durationNs: 5 * MINUTE },
    ],
  },
});

test('how shards share it: the messages of a shard are those of its workers', () => {
  const shared = { cores: 4, runTag: RUN_TAG, nowMs: NOW_MS, measure, shard: { index: 0, count: 3 } };
  const executor = { kind: 'constant-arrival-rate', ratePerSec: 100, durationNs: SEC } as const;
  const one = scenarioOf({ executor });
  const two = scenarioOf({ executor: { ...executor, ratePerSec: 101 } });
  const summary = summarizePlan(buildPlan(profileOf({ scenarios: { one, two }, workers: 2 }), shared));
  const ofWorkers = [0, 1, 2].map((shard) =>
    summary.scenarios.flatMap(({ shares }) => shares!.filter((_, worker) => worker % 3 === shard)),
  );
  const messages = ofWorkers.map((shares) => shares.reduce((a, b) => a + b));
  expect(summary.shards).toEqual({ count: 3, workers: 2, messages });
  expect(messages).toEqual([68, 67, 66]);
  expect(renderPlan(summary)).toContain('Shards      3 processes of 2 workers, messages 68 + 67 + 66');
  const closed = scenarioOf({ executor: { kind: 'max-throughput', durationNs: SEC } });
  expect(summarizePlan(buildPlan(profileOf({ scenarios: { closed } }), shared)).shards?.messages).toBeNull();
});

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => stripVTControlCharacters(line).length));
}

describe('summarizePlan', () => {
  test('counts exactly, in buckets and in all', () => {
    const summary = summaryOf({ scenarios: { hour, poisson: { ...hour, arrivals: 'poisson' } }, workers: 3 });
    expect(summary.bucketNs).toBe(MINUTE);
    for (const { buckets, messages, shares } of summary.scenarios) {
      expect(buckets).toHaveLength(60);
      expect(buckets.reduce((a, b) => a + b, 0)).toBe(messages);
      expect(shares!.reduce((a, b) => a + b, 0)).toBe(messages);
    }
    expect(summary.scenarios[0]).toMatchObject({
      messages: 82_500,
      bytes: 8_250_000,
      peakPerSec: 25,
      shares: [27_500, 27_500, 27_500],
    });
    expect(summary.scenarios[0]!.buckets[5]).toBe(1500);
    expect(summary.messages).toBe(summary.scenarios[0]!.messages! + summary.scenarios[1]!.messages!);
  });

  test('puts a message on the border of two seconds into the later one', () => {
    const executor = { kind: 'burst', size: 7, everyNs: 2 * SEC, durationNs: 5 * SEC } as const;
    expect(summaryOf({ scenarios: { a: scenarioOf({ executor, startTimeNs: SEC }) } }).scenarios[0]!.buckets).toEqual([
      0, 7, 0, 7, 0, 7,
    ]);
  });

  test('has no peak below its mean: of bursts whose last interval is cut short, and of arrivals that came out more', () => {
    const burst = scenarioOf({ executor: { kind: 'burst', size: 7, everyNs: 2 * SEC, durationNs: 5 * SEC } });
    const constant = { kind: 'constant-arrival-rate', ratePerSec: 3, durationNs: MINUTE } as const;
    const poisson = scenarioOf({ executor: constant, arrivals: 'poisson' });
    const seeds = [1, 2, 3, 4].flatMap((seed) => summaryOf({ seed, scenarios: { burst, poisson } }).scenarios);
    for (const { meanPerSec, peakPerSec } of seeds) expect(peakPerSec).toBeGreaterThanOrEqual(meanPerSec!);
    expect(seeds[0]!.meanPerSec).toBeCloseTo(21 / 5);
  });

  test('adds up what stays on disk: every replica, for as long as the topic keeps it', () => {
    const spec = { partitions: 3, replicationFactor: 3, create: 'if-missing' } as const;
    const constant = { kind: 'constant-arrival-rate', ratePerSec: 100, durationNs: 60 * SEC } as const;
    const diskOf = (config: Record<string, string>) =>
      summaryOf({ topics: { load: { ...spec, config } }, scenarios: { a: scenarioOf({ executor: constant }) } })
        .topics[0];
    expect(diskOf({})).toMatchObject({
      diskBytes: 3 * 600_000,
      retentionNs: 7 * 86_400 * SEC,
      retentionConfigured: false,
    });
    expect(diskOf({ 'retention.ms': '10000' })).toMatchObject({ diskBytes: 3 * 100_000, retentionNs: 10 * SEC });
    expect(diskOf({ 'retention.ms': '-1' })).toMatchObject({ diskBytes: 3 * 600_000, retentionNs: null });
  });

  test('knows no count for a closed loop bounded by time', () => {
    const closed = scenarioOf({ executor: { kind: 'max-throughput', durationNs: 10 * SEC } });
    const summary = summaryOf({ scenarios: { closed } });
    expect(summary).toMatchObject({ messages: null, bytes: null, durationNs: 10 * SEC });
    expect(summary.scenarios[0]).toMatchObject({ meanPerSec: null, shares: null, buckets: [] });
    expect(summary.topics[0]!.diskBytes).toBeNull();
    const counted = scenarioOf({ executor: { kind: 'max-throughput', messages: 50 } });
    expect(summaryOf({ scenarios: { counted } })).toMatchObject({ messages: 50, bytes: 5000, durationNs: null });
  });

  test('takes its bytes from real encoded records', () => {
    const atm = scenarioOf({ workload: 'bytes', params: { size: 321 } });
    const facts = { cores: 2, runTag: RUN_TAG, nowMs: NOW_MS, measure: measureRecord };
    expect(summarizePlan(buildPlan(profileOf({ scenarios: { atm } }), facts)).scenarios[0]!.bytesMean).toBe(321);
  });
});

describe('renderPlan', () => {
  test.each([
    [
      {
        tombstones: 0.01,
        duplicates: { rate: 0.02, within: 1000 },
        late: { rate: 0.05, minMs: 6e4, maxMs: 6e5 },
        malformed: 0.0001,
      },
      '1 % tombstones, 2 % duplicates of one of the 1,000 before, 5 % late by 1m to 10m, 0.01 % malformed',
    ],
    [
      {
        tombstones: 0,
        duplicates: { rate: 0, within: 100 },
        late: { rate: 0.5, minMs: 3e5, maxMs: 3e5 },
        malformed: 0,
      },
      '50 % late by 5m',
    ],
  ])('says what is expected to be anomalous', (anomalies, says) => {
    const summary = summaryOf({ scenarios: { anomalous: { ...hour, anomalies }, clean: hour } });
    expect(summary.scenarios.map((scenario) => scenario.mess)).toEqual([says, null]);
    const words = stripVTControlCharacters(renderPlan(summary)).replaceAll(/\s+/g, ' ');
    expect(words.split('Anomalies expected: ')).toHaveLength(2);
    expect(words).toContain(`Anomalies expected: ${says} Rate`);
  });

  test('says what a run does, in lines of at most 100 columns', () => {
    const text = renderPlan(summaryOf({ name: 'atm-1h', scenarios: { atm: hour }, workers: 2 }));
    expect(text).toContain('Plan atm-1h: up to 25/s, 82,500 messages, 7.87 MiB in 1h. Nothing is sent.');
    expect(text).toContain('41,250 + 41,250');
    expect(text).toContain('mean 22.92/s, peak 25/s');
    expect(text).toMatch(/5–54 +1,500 +25\/s/);
    expect(text).toContain('▁');
    expect(text).toContain('7 days (Kafka default)');
    expect(text).toContain('embedded cluster');
    expect(widest(text)).toBeLessThanOrEqual(100);
  });

  test('folds the remainder of a rate that is no whole number', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 33_333.3, durationNs: 60 * SEC } as const;
    const text = renderPlan(summaryOf({ scenarios: { a: scenarioOf({ executor }) } }));
    expect(text).toMatch(/0–59 +33,333–33,334/);
  });

  test('divides the last bucket by what there is of it', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 600, durationNs: 241 * SEC } as const;
    const text = renderPlan(summaryOf({ scenarios: { a: scenarioOf({ executor }) } }));
    expect(text).toMatch(/ {2}4 +600 +600\/s/);
    expect(text).toMatch(/Rate +█+$/m);
  });

  test('says the mean of a line of unequal buckets', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 0.25, durationNs: 40 * SEC } as const;
    expect(renderPlan(summaryOf({ scenarios: { a: scenarioOf({ executor }) } }))).toMatch(/0–39 +0–1 +15\/m +25 B/);
  });

  test('keeps within its width whatever the names and counts', () => {
    const name = 'x'.repeat(120);
    const topics = { [name]: { partitions: 100_000, replicationFactor: 5, create: 'never', config: {} } } as const;
    const executor = {
      kind: 'sine',
      meanPerSec: 9e7,
      amplitudePerSec: 9e7,
      periodNs: 7 * SEC,
      durationNs: 100 * SEC,
    } as const;
    const summary = summaryOf({
      ...{ name, topics, scenarios: { [name]: scenarioOf({ executor, topic: name }) }, workers: 64 },
    });
    const text = renderPlan(summary, { size: { rows: 40, columns: 100 } });
    expect(renderPlan(summary)).toMatch(/^x{120} +100,000 /m);
    expect(widest(text)).toBeLessThanOrEqual(100);
    expect(text).toContain('(64 workers)');
    expect(text).toContain('GENERATOR_LIMITED');
  });

  test('shows one of each kind of more than 20 scenarios, and the topics with most on disk', () => {
    const rateOf = (i: number) => {
      return { kind: 'constant-arrival-rate', ratePerSec: 1 + (i % 9), durationNs: 30 * SEC } as const;
    };
    const closed = { kind: 'max-throughput', durationNs: 30 * SEC } as const;
    const planOf = (count: number) => {
      const topics = Array.from({ length: count }, (_, i) => `t${i}`);
      const spec = { partitions: 2, replicationFactor: 1, create: 'never', config: {} } as const;
      return summaryOf({
        topics: Object.fromEntries(topics.map((topic) => [topic, spec])),
        scenarios: Object.fromEntries(
          topics.map((topic, i) => [`s${i}`, scenarioOf({ topic, executor: i === 1 ? closed : rateOf(i) })]),
        ),
        consumers: { all: { topics, members: 1, verify: false, from: 'run', startNs: 0, config: {} } },
      });
    };
    const few = renderPlan(planOf(20)).split('\n');
    expect(few.filter((line) => /^Scenario |^t\d/.test(line))).toHaveLength(40);
    expect(few.join('\n')).not.toContain('--format json');
    const text = renderPlan(planOf(500));
    const lines = text.split('\n');
    expect(lines.length).toBeLessThan(60);
    expect(widest(text)).toBeLessThanOrEqual(100);
    expect(lines.filter((line) => line.startsWith('Scenario ')).map((line) => line.split(':')[0])).toEqual([
      'Scenario s0',
      'Scenario s1',
    ]);
    expect(text).toContain('  Alike       s2, s3, s4 and 495 more: 30 to 270 messages, mean 1/s to 9/s\n');
    expect(text).toContain('\nEach of the 500 scenarios: --format json\n');
    expect(text).toContain('\nConsumers all: t0, t1, t2 and 497 more\n');
    expect(lines.filter((line) => /^t\d/.test(line)).map((line) => line.split(' ')[0])).toEqual([
      't1',
      't8',
      't17',
      't26',
      't35',
      't44',
      't53',
      't62',
      't71',
      't80',
    ]);
    expect(text).toContain(
      '\n… 490 more rows, none with more on disk: --format json\nIn all 500 topics, 1,000 partitions,',
    );
  });

  test('shows ten kinds of more', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 1, durationNs: SEC } as const;
    const kinds = Array.from({ length: 12 }, (_, i) => {
      const anomalies = {
        tombstones: 0,
        duplicates: { rate: 0, within: 100 },
        late: { rate: i / 100, minMs: 1, maxMs: 1 },
        malformed: 0,
      };
      return [...Array(i < 2 ? 1 : 2)].map((_, j) => [`s${i}-${j}`, scenarioOf({ executor, anomalies })] as const);
    });
    const text = renderPlan(summaryOf({ scenarios: Object.fromEntries(kinds.flat()) }));
    expect(text.match(/^Scenario /gm)).toHaveLength(10);
    expect(text).toContain('  Alike       s2-1: 1 message, mean 1/s\n');
    expect(text).toContain('\n… 2 scenarios of 2 other kinds\nEach of the 22 scenarios: --format json\n');
  });

  test('says what it cannot know of a closed loop', () => {
    const closed = scenarioOf({ executor: { kind: 'max-throughput', durationNs: 10 * SEC } });
    const text = renderPlan(summaryOf({ scenarios: { closed }, kafka: { 'bootstrap.servers': 'null' } }));
    expect(text).toContain('as fast as acknowledgements allow');
    expect(text).toContain('No broker');
  });
});
