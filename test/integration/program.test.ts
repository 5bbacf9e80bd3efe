/** The engine in a program: constructed with servers, topic, rate and producer settings, run for a duration, closed. */
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { killCommands, linesOf, startCluster, startCommand } from './command.ts';

afterAll(killCommands);

test('servers, topic, rate and producer settings are those given; all is there when it resolves', async () => {
  const bootstrapServers = await startCluster('shop:3');
  const { result } = await run('ecommerce', {
    env: {},
    overrides: {
      bootstrapServers,
      topic: 'shop',
      rate: '200/s',
      duration: '1s',
      // Else the time of the day decides how many.
      set: ['scenarios.ecommerce.multipliers=none'],
      producerConfig: ['acks=1', 'batch.size=32768', 'linger.ms=5', 'buffer.memory=16777216'],
    },
    onReady: ({ clients }) =>
      expect(clients[0]!.properties).toMatchObject({ acks: '1', 'batch.size': '32768', 'linger.ms': '5' }),
  });
  expect(result.run.acks).toBe('1');
  expect(result.totals).toMatchObject({ scheduled: 200, acked: 200 });
  expect(new Set(result.ledger.partitions.map(({ topic }) => topic))).toEqual(new Set(['shop']));
  const args = ['consume', 'shop', '-n', '200', '--workload', 'ecommerce', '--format', 'json', '--quiet'];
  const { out } = await startCommand([...args, '--bootstrap-servers', bootstrapServers]).ended;
  const keys = linesOf(out)
    .map((line) => JSON.parse(line))
    .map(({ key, value }) => [key, value.user_id]);
  expect(keys).toHaveLength(200);
  for (const [key, user] of keys) expect(key).toBe(user);
});

test('an abort ends it early: what was sent is acknowledged, and it still resolves', async () => {
  const stop = new AbortController();
  const { result } = await run('ecommerce', {
    env: {},
    overrides: { rate: '200/s', duration: '10m', set: ['scenarios.ecommerce.multipliers=none'] },
    signal: stop.signal,
    onProgress: ({ acked }) => acked > 0 && stop.abort(),
  });
  expect(result.run.stopped?.by).toBe('abort');
  expect(result.totals.acked).toBe(result.totals.sent);
  expect(result.totals.unsent).toBeGreaterThan(100_000);
});

test('bursts of 100 for ten seconds: exactly 1,000', async () => {
  const { result } = await run('atm', {
    env: {},
    overrides: { rate: '100', duration: '10', burst: true },
    allowInvalid: true,
  });
  expect(result.totals).toMatchObject({ scheduled: 1_000, sent: 1_000, acked: 1_000, failed: 0 });
});

describe('facts about a plan are notes, what a person should change is a warning', () => {
  const note = 'message-lifecycle: new messages for 1s, then 200ms for their later states';
  const warning = expect.stringContaining('holds for batches (executor burst), not for a rate');
  const params = { normalDeliveryTime: '100ms', delayedDeliveryTime: '200ms', alertAfter: '150ms' };

  test('a program is told each apart, the result has both', async () => {
    const [notes, warnings] = [[] as string[], [] as string[]];
    const { result } = await run('message-lifecycle', {
      env: {},
      overrides: { rate: '20', duration: '1s', bootstrapServers: 'null', params },
      onNote: (text) => notes.push(text),
      onWarning: (text) => warnings.push(text),
    });
    expect(notes).toEqual([note]);
    // On a busy machine there may be one about late records as well.
    expect(warnings).toContainEqual(warning);
    expect(warnings).not.toContain(note);
    expect(result.run.notes).toEqual(expect.arrayContaining([note, warning]));
  });

  test.each([
    [[], [note]],
    [['--quiet'], []],
    [['--dry-run'], [note]],
  ])('on the command line, with %j', async (flags, notes) => {
    const times = ['--normal-delivery-time', '100ms', '--delayed-delivery-time', '200ms', '--alert-after', '150ms'];
    const load = ['message-lifecycle', '-r', '20', '-t', '1s', ...times, '--bootstrap-servers', 'null'];
    const { err } = await startCommand([...load, '-o', 'none', '--allow-invalid', ...flags]).ended;
    expect(linesOf(err).filter((line) => line.includes('new messages for'))).toEqual(notes);
    expect(linesOf(err).filter((line) => line.startsWith('warning: '))).toContainEqual(warning);
  });
});
