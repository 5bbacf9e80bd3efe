import { expect, test } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { plan } from '../../src/planning.ts';
import { hasGroundTruth, truthEntries } from '../../src/result/truth-entries.ts';
import { Anomalies } from '../../src/workload/anomalies.ts';
import { messageLifecycle } from '../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import { scenarioTag } from '../../src/workload/encoding/mark.ts';
import { paramsOf } from '../../src/workload/parameters.ts';
import { measureRecord, openEncoder, trailsOf } from '../../src/workload/workload.ts';
import { profileOf, scenarioOf } from '../plan/profile.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { lane, phase, run, worker } from './run.ts';

const ANOMALIES =
  'scenarios.atm.anomalies={ tombstones: 0.1, duplicates: { rate: 0.1 }, late: { rate: 0.1, by: 5m }, malformed: 0.2 }';
const COUNT = 500;
const STARTED_AT_MS = Date.parse('2026-03-01T12:00:00.000Z');

async function planOf(...set: string[]) {
  const planned = await plan('atm', { env: {}, cwd: '/', overrides: { rate: 100, duration: '5s', workers: 1, set } });
  return planned.plan;
}

/** All were acknowledged but for #100…#199, which were shed, and #200…#299, which failed. */
function measured() {
  const load = phase({ ackedUs: new Array(300).fill(1), shed: 100, failed: 100 });
  const range = { scenario: 'atm', step: 1 } as const;
  const notAcked = [
    { ...range, from: 100, to: 199, status: 'shed' },
    { ...range, from: 200, to: 299, status: 'not-persisted' },
  ] as const;
  return run([worker([lane({ load, notAcked })])]);
}

test('a line for every anomalous record that was sent, and how it is found', async () => {
  const anomalous = await planOf(ANOMALIES);
  const [scenario] = anomalous.lanes;
  const { record } = scenario!;
  const identity = { seed: anomalous.seed, scenario: 'atm', runTag: anomalous.runTag };
  const anomalies = new Anomalies(record.anomalies!, record.format, identity);
  const dueMs = (index: number) => STARTED_AT_MS + index * 10;
  const encode = openEncoder(record, identity, dueMs);
  const statusOf = (index: number) =>
    index < 100 ? 'acked' : index < 200 ? undefined : index < 300 ? 'failed' : 'acked';
  const markOf = (index: number) => `${anomalous.runTag}-${scenarioTag('atm')}-${String(index).padStart(12, '0')}`;
  const expected = Array.from({ length: COUNT }, (_, index) => {
    const anomaly = anomalies.of(index);
    const status = statusOf(index);
    if (anomaly === undefined || status === undefined) return [];
    const { key, payload, timestampMs } = encode(index, dueMs(index));
    const mark = markOf(anomaly.kind === 'duplicate' ? anomaly.original : index);
    const isWhole = Buffer.from(payload ?? []).includes(mark);
    return [
      {
        scenario: 'atm',
        index,
        ...anomaly,
        ...(anomaly.kind === 'duplicate' && { originalStatus: statusOf(anomaly.original) ?? 'not sent' }),
        ...(anomaly.kind === 'malformed' && { bytes: payload!.length }),
        key: key!.toString(),
        ...(isWhole && { mark }),
        timestampMs,
        status,
      },
    ];
  }).flat();
  expect(hasGroundTruth(anomalous)).toBe(true);
  expect([...truthEntries(anomalous, measured())]).toEqual(expected);
  expect(new Set(expected.map(({ kind }) => kind)).size).toBe(4);
  expect(expected.filter((each) => 'mark' in each).length).toBeGreaterThan(expected.length / 4);
  expect(expected.some((each) => 'originalStatus' in each && each.originalStatus === 'not sent')).toBe(true);
});

test('a closed loop has no times to tell', async () => {
  const { plan: anomalous } = await plan('atm', {
    env: {},
    cwd: '/',
    overrides: { burst: true, messages: COUNT, workers: 1, set: [ANOMALIES] },
  });
  const entries = [...truthEntries(anomalous, measured())];
  expect(entries.length).toBeGreaterThan(50);
  for (const entry of entries) expect(entry).not.toHaveProperty('timestampMs');
});

test('nothing where nothing is anomalous', async () => {
  const clean = await planOf();
  expect(hasGroundTruth(clean)).toBe(false);
  expect([...truthEntries(clean, measured())]).toEqual([]);
});

test('what follows is told with the scenario that it follows, and of each scenario alone', () => {
  const lifecycle = scenarioOf({
    workload: 'message-lifecycle',
    key: { kind: 'field', field: 'messageId' },
    executor: { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 20e9 },
    params: paramsOf(messageLifecycle).parse({ normalDeliveryTime: '3s', delayedDeliveryTime: '10s' }),
  });
  const facts = { cores: 1, runTag: RUN_TAG, measure: measureRecord, trails: trailsOf };
  const two = buildPlan(profileOf({ scenarios: { whole: lifecycle, cut: lifecycle }, workers: 1 }), facts);
  const lanes = two.lanes.map(({ name, load }) => {
    const sent = name === 'cut/delivered' ? 0 : load.count;
    return lane({ scenario: name, load: phase({ ackedUs: new Array(sent).fill(1) }) });
  });
  const entries = [...truthEntries(two, run([worker(lanes)]))] as { scenario: string; reason: string }[];
  const reasonsOf = (name: string) => [
    ...new Set(entries.filter(({ scenario }) => scenario === name).map(({ reason }) => reason)),
  ];
  expect(new Set(entries.map(({ scenario }) => scenario))).toEqual(new Set(['whole', 'cut']));
  expect(reasonsOf('whole')).not.toContain('cut-off');
  expect(reasonsOf('cut')).toContain('cut-off');
});
