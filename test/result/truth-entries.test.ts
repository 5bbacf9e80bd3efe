import { expect, test } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { plan } from '../../src/planning.ts';
import { hasGroundTruth, truthEntries } from '../../src/result/truth-entries.ts';
import { messageLifecycle } from '../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import { scenarioTag } from '../../src/workload/encoding/mark.ts';
import { Fates } from '../../src/workload/mess.ts';
import { paramsOf } from '../../src/workload/parameters.ts';
import { measureRecord, openEncoder, trailsOf } from '../../src/workload/workload.ts';
import { profileOf, scenarioOf } from '../plan/profile.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { lane, phase, run, worker } from './run.ts';

const MESS =
  'scenarios.atm.mess={ tombstones: 0.1, duplicates: { rate: 0.1 }, late: { rate: 0.1, by: 5m }, malformed: 0.2 }';
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

test('a line for every messy record that was sent, and how it is found', async () => {
  const messy = await planOf(MESS);
  const [scenario] = messy.lanes;
  const { record } = scenario!;
  const identity = { seed: messy.seed, scenario: 'atm', runTag: messy.runTag };
  const fates = new Fates(record.mess!, record.format, identity);
  const dueMs = (index: number) => STARTED_AT_MS + index * 10;
  const encode = openEncoder(record, identity, dueMs);
  const statusOf = (index: number) =>
    index < 100 ? 'acked' : index < 200 ? undefined : index < 300 ? 'failed' : 'acked';
  const markOf = (index: number) => `${messy.runTag}-${scenarioTag('atm')}-${String(index).padStart(12, '0')}`;
  const expected = Array.from({ length: COUNT }, (_, index) => {
    const fate = fates.of(index);
    const status = statusOf(index);
    if (fate === undefined || status === undefined) return [];
    const { key, payload, timestampMs } = encode(index, dueMs(index));
    const mark = markOf(fate.kind === 'duplicate' ? fate.original : index);
    const isWhole = Buffer.from(payload ?? []).includes(mark);
    return [
      {
        scenario: 'atm',
        index,
        ...fate,
        ...(fate.kind === 'duplicate' && { originalStatus: statusOf(fate.original) ?? 'not sent' }),
        ...(fate.kind === 'malformed' && { bytes: payload!.length }),
        key: key!.toString(),
        ...(isWhole && { mark }),
        timestampMs,
        status,
      },
    ];
  }).flat();
  expect(hasGroundTruth(messy)).toBe(true);
  expect([...truthEntries(messy, measured())]).toEqual(expected);
  expect(new Set(expected.map(({ kind }) => kind)).size).toBe(4);
  expect(expected.filter((each) => 'mark' in each).length).toBeGreaterThan(expected.length / 4);
  expect(expected.some((each) => 'originalStatus' in each && each.originalStatus === 'not sent')).toBe(true);
});

test('a closed loop has no times to tell', async () => {
  const { plan: messy } = await plan('atm', {
    env: {},
    cwd: '/',
    overrides: { burst: true, messages: COUNT, workers: 1, set: [MESS] },
  });
  const entries = [...truthEntries(messy, measured())];
  expect(entries.length).toBeGreaterThan(50);
  for (const entry of entries) expect(entry).not.toHaveProperty('timestampMs');
});

test('nothing where nothing is messy', async () => {
  const tidy = await planOf();
  expect(hasGroundTruth(tidy)).toBe(false);
  expect([...truthEntries(tidy, measured())]).toEqual([]);
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
