/** Producer, senders and monitor as processes of their own, on an embedded cluster that another one serves. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Command, killCommands, linesOf, metricsUrlOf, startCluster, startCommand, until } from './command.ts';
import { alertIds, type Line, truthOf } from './senders-truth.ts';

const MESSAGES = 200;
const SEED = 42;
const alike = { meanTimeUs: 50_000, failureRate: 0.2, distribution: 'exponential' } as const;

let servers: string;
let unreachable: readonly Command[];
beforeAll(async () => {
  // Takes the eight seconds that a broker is given to answer: the other tests go on meanwhile.
  unreachable = ['senders', 'monitor'].map((name) => startCommand([name, '--bootstrap-servers', '127.0.0.1:1']));
  servers = await startCluster('sms-alerts:6', 'few:2', 'served:4', 'served-too:4', 'shared:12');
});
afterAll(killCommands);

const role = (name: string, ...flags: string[]) => startCommand([name, '--bootstrap-servers', servers, ...flags]);
const lastOf = (out: string): Line => JSON.parse(linesOf(out).at(-1) ?? '{"sent":0,"failed":0}');

const scrape = async (command: Command) => (await fetch(await metricsUrlOf(command))).text();
const smsSeries = (exposition: string) => linesOf(exposition).filter((line) => line.startsWith('sms_'));

async function produce(count: number, topic: string): Promise<void> {
  const flags = ['--topic', topic, '--bootstrap-servers', servers, '-o', 'none', '--quiet', '--allow-invalid'];
  const { code } = await startCommand(['sms-alerts', ...flags], { MESSAGE_COUNT: String(count) }).ended;
  expect(code).toBe(0);
}

test('a sender that is killed loses no message, and none counts twice', async () => {
  const flags = ['--count', '3', '--mean-time', '50ms', '--failure-rate', '0.2'];
  const [one, other] = ['one', 'other'].map((name) => ({ name, ...role('senders', ...flags, '--name', name) }));
  const watching = ['--format', 'json', '--quiet'];
  const monitor = role('monitor', ...watching, '--interval', '0.1', '--until', String(MESSAGES));
  await produce(MESSAGES, 'sms-alerts');
  // Both have some, or else one of them all there was so far; and much is left.
  await until(() => {
    const { sent, failed, senders = {} } = lastOf(monitor.said.out);
    return Object.keys(senders).length === 6 || sent + failed >= MESSAGES / 4;
  }, monitor);
  const isAtWork = Object.keys(lastOf(monitor.said.out).senders).some((name) => name.startsWith('one-'));
  const [killed, left] = isAtWork ? [one!, other!] : [other!, one!];
  killed.child.kill('SIGKILL');
  const { code, out } = await monitor.ended;
  expect(code).toBe(0);

  const truth = truthOf(await alertIds(servers, 'sms-alerts', MESSAGES), alike, SEED);
  expect(truth.sent + truth.failed).toBe(MESSAGES);
  const last = lastOf(out);
  expect(last).toMatchObject({ sent: truth.sent, failed: truth.failed });
  expect(last.averageMs).toBeCloseTo(truth.averageMs!, 6);
  const each = Object.values(last.senders);
  expect(each.reduce((sum, { sent }) => sum + sent, 0)).toBe(truth.sent);
  const totals = linesOf(out).map((line): Line => JSON.parse(line));
  const counts = totals.map(({ sent, failed }) => sent + failed);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));

  // A monitor that starts afterwards says the same: the results are what is kept.
  const again = await role('monitor', ...watching, '--until', String(MESSAGES)).ended;
  expect({ ...lastOf(again.out), time: 0 }).toEqual({ ...last, time: 0 });

  left.child.kill('SIGINT');
  const ended = await left.ended;
  expect(ended.code).toBe(130);
  expect(ended.err).toContain('SIGINT: finishing the messages in progress');
  expect(linesOf(ended.out).map((line) => line.split(' ')[0])).toEqual([
    'sender',
    ...[1, 2, 3].map((number) => `${left.name}-${number}`),
    'all',
  ]);
});

test('one sender that differs, by flags and environment; SIGTERM finishes what is in hand', async () => {
  await produce(30, 'few');
  const settings = ['--topic', 'few', '--results-topic', 'few-results', '--name', 'one', '--format', 'json'];
  const env = { SENDER_FAILURE_RATE: '1', SENDER_MEAN_TIME: '0.001' };
  const own = [
    '--metrics-port',
    '0',
    '--count',
    '2',
    '--sender',
    'mean-time=300ms,failure-rate=0,distribution=constant',
  ];
  const senders = startCommand(['senders', '--bootstrap-servers', servers, ...settings, ...own], env);
  const watching = ['--results-topic', 'few-results', '--format', 'json', '--quiet'];
  const monitor = startCommand(['monitor', '--bootstrap-servers', servers, ...watching, '--until', '29'], {
    MONITOR_INTERVAL: '50ms',
  });
  expect((await monitor.ended).code).toBe(0);
  const metrics = await scrape(senders);
  expect(metrics).toMatch(/^sms_failed_total\{sender="one-1"\} [1-9]/m);
  expect(metrics).toMatch(/^sms_processing_seconds_bucket\{sender="one-3",le="0.25"\} 0$/m);
  senders.child.kill('SIGTERM');
  const { code, out } = await senders.ended;
  expect(code).toBe(143);
  const totals: Line = JSON.parse(out);
  expect(totals.sent + totals.failed).toBe(30);
  const { 'one-1': first, 'one-2': second, 'one-3': slow } = totals.senders;
  expect([first!.sent, second!.sent, slow!.failed]).toEqual([0, 0, 0]);
  expect(slow).toMatchObject({ averageMs: 300 });
  expect(slow!.sent).toBeGreaterThan(0);
  // Its last message was in hand when the signal came, and the monitor has it as well.
  const after = await role('monitor', ...watching, '--until', '30').ended;
  expect(lastOf(after.out)).toMatchObject({ sent: totals.sent, failed: totals.failed, averageMs: totals.averageMs });
});

test('a slow process does not keep the messages that others could deal with', async () => {
  const results = ['--results-topic', 'shared-results'];
  const sharing = ['--topic', 'shared', '--group', 'shared', ...results, '--distribution', 'constant'];
  const fast = role('senders', ...sharing, '--count', '3', '--mean-time', '10ms', '--name', 'fast');
  const slow = role('senders', ...sharing, '--mean-time', '500ms', '--name', 'slow');
  const monitor = role('monitor', ...results, '--format', 'json', '--quiet', '--interval', '0.1');
  const countOf = ({ sent, failed }: { sent: number; failed: number }) => sent + failed;
  const slowly = () => countOf(lastOf(monitor.said.out).senders?.['slow-1'] ?? { sent: 0, failed: 0 });
  // Both have partitions before there is much to do.
  let produced = 0;
  while (slowly() === 0) {
    await produce(12, 'shared');
    produced += 12;
    await until(() => countOf(lastOf(monitor.said.out)) === produced, fast, slow, monitor);
  }
  const before = slowly();
  await produce(MESSAGES, 'shared');
  await until(() => countOf(lastOf(monitor.said.out)) === produced + MESSAGES, fast, slow, monitor);
  // It has half of the partitions.
  expect(slowly() - before).toBeLessThan(MESSAGES / 4);
  expect(slow.said.err).toContain('the other senders are faster: leaving the waiting messages to them; back in 10s\n');
  for (const { child } of [fast, slow]) child.kill('SIGTERM');
  expect((await Promise.all([fast.ended, slow.ended])).map(({ code }) => code)).toEqual([143, 143]);
  monitor.child.kill('SIGTERM');
});

test('what all senders did is at the monitor, in the series that each has of itself', async () => {
  const topics = ['--results-topic', 'served-results', '--metrics-port', '0'];
  // A group each: a message that changes its owner on the way may be dealt with twice.
  const senders = Object.entries({ served: 'first', 'served-too': 'second' }).map(([topic, name]) =>
    role('senders', '--mean-time', '2ms', '--count', '2', ...topics, '--topic', topic, '--name', name, '--group', name),
  );
  const messages = 60;
  await Promise.all(['served', 'served-too'].map((topic) => produce(messages / 2, topic)));
  const lingering = ['--until', String(messages), '--metrics-linger', '1h'];
  const monitor = role('monitor', ...topics, ...lingering);
  await until(() => monitor.said.err.includes('the metrics stay for 1h, or until a signal\n'), monitor);

  const ofAll = smsSeries(await scrape(monitor));
  const counted = (series: readonly string[]) =>
    series.reduce((sum, line) => sum + (line.includes('seconds_count{') ? Number(line.split(' ')[1]) : 0), 0);
  expect(counted(ofAll)).toBe(messages);
  // A sender counts a moment after its result is there. One that had nothing to do is no part of the results.
  let own: string[] = [];
  await until(
    async () => {
      own = (await Promise.all(senders.map(scrape))).flatMap(smsSeries);
      return counted(own) === messages;
    },
    ...senders,
  );
  const idle = own.flatMap((line) => /seconds_count\{(sender="\S+")\} 0$/.exec(line)?.[1] ?? []);
  const busy = own.filter((line) => !idle.some((sender) => line.includes(sender)));
  expect(ofAll.toSorted()).toEqual(busy.toSorted());

  // One that starts late says nothing before it knows all.
  const late = role('monitor', ...topics);
  let first: string[] = [];
  await until(async () => {
    first = smsSeries(await scrape(late));
    return first.length > 0;
  }, late);
  expect(first.toSorted()).toEqual(ofAll.toSorted());

  monitor.child.kill('SIGTERM');
  expect((await monitor.ended).code).toBe(0);
});

test('no broker at the start is exit code 1, in one message', async () => {
  for (const { ended } of unreachable) {
    const { code, out, err } = await ended;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^error: no broker of 127\.0\.0\.1:1 answers: .*\n .*\n$/);
  }
});

test('more than ten senders are as many as were asked for, and no leak that Node warns of', async () => {
  const senders = role('senders', '--count', '12', '--topic', 'few', '--results-topic', 'few-results');
  await until(() => senders.said.err.includes('12 senders take messages'), senders);
  senders.child.kill('SIGTERM');
  const { err } = await senders.ended;
  expect(err).not.toContain('MaxListeners');
});
