/** `plan --format json` of every bundled profile and of each executor. Free texts may change: they are only counted. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { bundledProfiles } from '../../src/profile/bundled.ts';
import { load } from '../commands/fake-terminal.ts';
import { directoryOf } from '../workload/own-files.ts';

vi.mock('node:os', async (original) => ({ ...(await original<object>()), availableParallelism: () => 8 }));

beforeAll(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 2, 8, 12), toFake: ['Date'] });
  for (const name of Object.keys(process.env)) if (name !== 'PATH' && name !== 'TMPDIR') vi.stubEnv(name, undefined);
});
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const TEXTS = ['workersReason', 'payloadReason', 'mess'];

/** A text as that it is there; of a rate in words its numbers. */
function withoutWords(key: string, value: unknown): unknown {
  if (TEXTS.includes(key) && typeof value === 'string') return '…';
  if (key === 'warnings' || key === 'notes') return (value as readonly string[]).length;
  return key === 'pace' ? (value as string).match(/\d[\d,.]*/g) : value;
}

async function planned(...args: string[]): Promise<string> {
  const { exitCode, out, err } = await load('plan', ...args, '--format', 'json');
  expect(exitCode, err).toBe(0);
  return `${JSON.stringify(JSON.parse(out, withoutWords), null, 1).replaceAll(/\[[\s\d,.-]*\]/g, (list) => list.replaceAll(/\s+/g, ' '))}\n`;
}

test.each(bundledProfiles())('%s', async (name) => {
  await expect(await planned(name)).toMatchFileSnapshot(`plans/${name}.json`);
});

const windows = [
  { name: 'noon', hours: '12:00-14:00', factor: 2 },
  { days: ['sat', 'sun'], factor: 0.5 },
];
const thirds = { duration: '10s', warmup: '3s', startTime: '2s' };
const PROFILES: Readonly<Record<string, object>> = {
  constant: { executor: 'constant-arrival-rate', rate: '90/m', ...thirds },
  'constant-poisson': { executor: 'constant-arrival-rate', rate: 250, arrivals: 'poisson', ...thirds },
  'constant-endless': {
    executor: 'constant-arrival-rate',
    rate: 1000,
    timeUnit: '1h',
    duration: 'endless',
    multipliers: { windows },
  },
  ramping: {
    executor: 'ramping-arrival-rate',
    startRate: 5,
    stages: [
      { target: 20, duration: '10s' },
      { target: 0, duration: '5s' },
    ],
  },
  burst: { executor: 'burst', size: 30, every: '2s', duration: '9s', overload: { shed: { maxLag: '1s' } } },
  'burst-count': { executor: 'burst', size: 30, every: '2s', bursts: 4, startTime: '1s' },
  sine: {
    executor: 'sine',
    mean: 100,
    amplitude: '90/s',
    period: '1m',
    duration: '90s',
    multipliers: { combine: 'multiply', windows },
  },
  replay: {
    executor: 'replay',
    rows: [
      { second: 0, rate: 10 },
      { second: 5, rate: 0 },
      { second: 8, rate: 40 },
      { second: 12, rate: 1 },
    ],
  },
  'replay-file': { executor: 'replay', file: 'rates.csv' },
  'max-throughput': { executor: 'max-throughput', duration: '10s', warmup: '2s', inFlight: 500 },
  'max-throughput-count': { executor: 'max-throughput', messages: 10_000, affinity: 'key' },
  json: {
    executor: 'constant-arrival-rate',
    rate: 50_000,
    duration: '30s',
    format: 'json',
    payload: { mode: 'pooled', poolSize: 200 },
  },
  mess: {
    executor: 'constant-arrival-rate',
    rate: 50,
    duration: '30s',
    anomalies: { tombstones: 0.1, malformed: 0.1, duplicates: { rate: 0.1 }, late: { rate: 0.1, by: '1m' } },
  },
};

test.each(Object.entries(PROFILES))('of %s', async (name, scenario) => {
  const scenarios = { atm: { workload: 'atm', ...scenario }, orders: { workload: 'ecommerce', ...scenario } };
  const folder = directoryOf({
    'p.yaml': stringify({ name, scenarios }),
    'rates.csv': 'second,rate\n0,10\n5,0\n8,40\n12,1\n',
  });
  await expect(await planned(join(folder, 'p.yaml'))).toMatchFileSnapshot(`plans/of-${name}.json`);
});

const DAY = '--set=clock.start=2026-03-08T00:00:00';
test.each([
  ['simulated', ['ecommerce', DAY, '--set', 'clock.speed=60', '-t', '2d']],
  ['simulated-max', ['ecommerce', DAY, '--set', 'clock.speed=max', '-t', '2d']],
  ['rate-and-duration', ['atm', '-r', '600/m', '-t', '20', '--workers', '3']],
  ['bursts', ['message-lifecycle', '-r', '100', '-b', '-t', '10', '--database', 'run.db']],
  ['fast', ['message-lifecycle', '-r', '100000', '-t', '10', '--max-active-messages', 'none']],
])('of flags: %s', async (name, args) => {
  await expect(await planned(...args)).toMatchFileSnapshot(`plans/with-${name}.json`);
});
