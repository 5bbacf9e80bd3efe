import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { totalsJson, totalsTable, totalsText } from '../../../src/commands/roles/role-totals.ts';
import { readSendersSettings } from '../../../src/commands/roles/sender-settings.ts';
import { EXIT } from '../../../src/errors.ts';
import { load } from '../fake-terminal.ts';

const servers = ['--bootstrap-servers', 'localhost:9092'];
const values = { 'bootstrap-servers': 'localhost:9092', format: 'text', distribution: 'exponential', name: 'a' };

afterEach(() => {
  vi.unstubAllEnvs();
});

async function senders(given: Readonly<Record<string, unknown>> = {}, env: Readonly<Record<string, string>> = {}) {
  for (const name of ['SENDER_MEAN_TIME', 'SENDER_FAILURE_RATE']) vi.stubEnv(name, env[name]);
  return (await readSendersSettings({ ...values, ...given })).senders;
}

describe('which senders', () => {
  test('one by default; --count of them alike', async () => {
    const usual = { meanTimeUs: 100_000, failureRate: 0.2, distribution: 'exponential' };
    expect(await senders()).toEqual([{ name: 'a-1', ...usual }]);
    const three = await senders({ count: '3', 'mean-time': '2s', 'failure-rate': '.5', distribution: 'uniform' });
    const own = { meanTimeUs: 2_000_000, failureRate: 0.5, distribution: 'uniform' };
    expect(three).toEqual(['a-1', 'a-2', 'a-3'].map((name) => ({ name, ...own })));
  });

  test('one that differs beside three, or alone; what it does not say is as for the others', async () => {
    const times = (list: Awaited<ReturnType<typeof senders>>) => list.map(({ meanTimeUs }) => meanTimeUs / 1e6);
    const sender = ['mean-time=2,failure-rate=0.1'];
    const four = await senders({ count: '3', sender });
    expect(times(four)).toEqual([0.1, 0.1, 0.1, 2]);
    expect(four.map(({ failureRate }) => failureRate)).toEqual([0.2, 0.2, 0.2, 0.1]);
    expect(await senders({ sender })).toHaveLength(1);
    const more = await senders({ sender: ['mean-time=1, count=2', 'distribution=constant'], 'failure-rate': '0' });
    expect(times(more)).toEqual([1, 1, 0.1]);
    expect(more.map(({ distribution }) => distribution)).toEqual(['exponential', 'exponential', 'constant']);
    expect(new Set(more.map(({ failureRate }) => failureRate))).toEqual(new Set([0]));
  });

  test('flags win over the environment, and that over the defaults', async () => {
    const env = { SENDER_MEAN_TIME: '3', SENDER_FAILURE_RATE: '0.9' };
    expect(await senders({}, env)).toMatchObject([{ meanTimeUs: 3e6, failureRate: 0.9 }]);
    expect(await senders({ 'mean-time': '1' }, env)).toMatchObject([{ meanTimeUs: 1e6, failureRate: 0.9 }]);
    expect(await senders({}, { SENDER_MEAN_TIME: '', SENDER_FAILURE_RATE: '' })).toMatchObject([{ failureRate: 0.2 }]);
  });

  test('the topic and its shape are those of the profile; a role never makes it anew', async () => {
    const profile = join(mkdtempSync(join(tmpdir(), 'senders-')), 'p.yaml');
    const topics = 'topics: { a: { partitions: 3, create: always, config: { retention.ms: 1000 } } }';
    const scenario = '{ workload: sms-alerts, topic: a, executor: max-throughput, messages: 1 }';
    writeFileSync(profile, `seed: 5\n${topics}\nscenarios:\n  s: ${scenario}\n`);
    const settings = await readSendersSettings({ ...values, profile });
    expect(settings.queue).toMatchObject({ name: 'a', spec: { partitions: 3, create: 'if-missing' } });
    expect(settings.results).toMatchObject({ name: 'sms-results', spec: { partitions: 3, config: {} } });
    expect(settings.seed).toBe(5);
    expect((await readSendersSettings({ ...values, profile, topic: 'b', seed: '6' })).queue.name).toBe('b');
  });
});

describe('what cannot be done is said at once, before anything is asked of a broker', () => {
  test.each([
    [['--mean-time', 'soon'], '--mean-time: `soon` is not a duration'],
    [['--mean-time', '2h'], '--mean-time: a mean time of `2h` is too long'],
    [['--failure-rate', '20%'], '--failure-rate: `20%` is not a failure rate (a number from 0 to 1, e.g. 0.2)'],
    [['--failure-rate', '1.1'], '`1.1` is not a failure rate'],
    [['--count', '0'], '--count: no sender is left'],
    [['--count', '1.5'], '--count: `1.5` is not a number of senders from 0 to 1000'],
    [['--count', '999', '--sender', 'count=2'], 'a process has at most 1000 senders'],
    [['--distribution', 'exponental'], '`exponental` is not a distribution (did you mean `exponential`?)'],
    [['--sender', 'mean-tme=2'], '--sender mean-tme=2: a sender has no `mean-tme` (did you mean `mean-time`?)'],
    [['--sender', 'mean-time'], '--sender mean-time: expected `mean-time=VALUE`'],
    [['--sender', 'failure-rate=2'], '--sender failure-rate=2: `2` is not a failure rate'],
    [['--name', 'a b'], '--name: `a b` is not a name'],
    [['--group', ''], '--group: the name of the group is empty'],
    [['--topic', 'a/b'], 'a/b'],
    [['--results-topic', 'a/b'], '--results-topic: `a/b` is not a topic name'],
    [['--results-topic', 'sms-alerts'], '`sms-alerts` is the topic that messages are consumed from'],
    [['--format', 'jsn'], '`jsn` is not known (did you mean `json`?)'],
    [['--cont', '3'], 'there is no flag `--cont` (did you mean `--count`?)'],
    [['--bootstrap-servers', 'embedded'], '--bootstrap-servers: no broker is set'],
    [
      ['--queue', 'http://localhost'],
      '--queue: a URL of http, expected amqp or amqps (e.g. amqp://USER:PASSWORD@HOST:5672)',
    ],
    [['--metrics', 'redis'], '--metrics: not a URL (e.g. redis://USER:PASSWORD@HOST:6379;'],
    [['--queue', 'amqp://u:p/hush@host'], '--queue: not a URL'],
  ])('senders %j', async (args, message) => {
    const { exitCode, out, err } = await load('senders', ...servers, ...args);
    expect(err).toContain(message);
    expect(exitCode).toBe(EXIT.badInput);
    expect(out).toBe('');
  });

  test.each([
    [['--interval', '0'], '--interval: an interval of `0` is too short'],
    [['--interval', '25h'], '--interval: an interval of `25h` is too long (1ms to 24h, e.g. 5s)'],
    [['--interval', 'x'], '--interval: `x` is not a duration'],
    [['--until', '0'], '--until: `0` is not a number of messages'],
    [['--count', '3'], 'there is no flag `--count`'],
    [['--queue', 'amqp://host'], 'there is no flag `--queue`'],
    [['--metrics', 'amqp://host'], '--metrics: a URL of amqp, expected redis or rediss'],
  ])('monitor %j', async (args, message) => {
    const { exitCode, err } = await load('monitor', ...servers, ...args);
    expect(err).toContain(message);
    expect(exitCode).toBe(EXIT.badInput);
  });

  test('all at once, and by the name of the variable where that says it', async () => {
    vi.stubEnv('SENDER_MEAN_TIME', 'soon');
    const { err } = await load('senders', '--failure-rate', '2', '--count', 'x', ...servers);
    expect(err).toMatch(/^error: 3 problems\n/);
    expect(err).toContain('  SENDER_MEAN_TIME: `soon` is not a duration');
  });

  test('a broker is asked for where queue or results are topics, and only there', async () => {
    const { err } = await load('senders', '--queue', 'amqp://host');
    expect(err).toContain('--bootstrap-servers: no broker is set');
    expect(err).toContain('; or --metrics redis://HOST');
    vi.stubEnv('QUEUE_URL', 'amqp://host:1/there');
    vi.stubEnv('METRICS_URL', 'redis://user:hush-hush@host');
    const { 'bootstrap-servers': _, ...without } = values;
    const settings = await readSendersSettings(without);
    expect(settings.queue).toMatchObject({ name: 'sms-alerts', shown: 'sms-alerts at amqp://host:1/there' });
    expect(settings.results).toMatchObject({ name: 'sms-results', shown: 'sms-results at redis://host:6379' });
  });
});

test('totals as text, table and JSON', () => {
  const totals = new Map([
    ['a-1', { sent: 1_500, failed: 500, processingUs: 200_000_000 }],
    ['b-10', { sent: 0, failed: 0, processingUs: 0 }],
  ]);
  expect(totalsText(totals)).toBe('sent 1,500, failed 500, average 100ms');
  expect(totalsTable(totals).split('\n')).toEqual([
    'sender   sent  failed  average',
    'a-1     1,500     500    100ms',
    'b-10        0       0        -',
    'all     1,500     500    100ms',
  ]);
  expect(totalsJson(totals)).toEqual({
    sent: 1_500,
    failed: 500,
    averageMs: 100,
    senders: {
      'a-1': { sent: 1_500, failed: 500, averageMs: 100 },
      'b-10': { sent: 0, failed: 0, averageMs: null },
    },
  });
  expect(totalsText(new Map())).toBe('sent 0, failed 0, average -');
});
