import { expect, test } from 'vitest';
import { liveAddressOf } from '../../src/commands/live-page.ts';
import { load } from './fake-terminal.ts';

test('without --web there is none; with it on loopback, on any free port unless one is named', () => {
  expect(liveAddressOf({})).toBeUndefined();
  expect(liveAddressOf({ web: '0' })).toEqual({ port: 0, host: '127.0.0.1' });
  expect(liveAddressOf({ web: '8080', 'web-host': '0.0.0.0' })).toEqual({ port: 8080, host: '0.0.0.0' });
});

test.each([
  ['[0:0::1]', '::1'],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['127.1', '127.0.0.1'],
  ['0', '0.0.0.0'],
  ['LocalHost', 'localhost'],
])('the host %s is %s, as a browser asks for it', (host, asked) => {
  expect(liveAddressOf({ web: '0', 'web-host': host })).toEqual({ port: 0, host: asked });
});

test.each(['a b', 'a:b', 'a/b', 'u@h', '[::1'])('`%s` is not a host', (host) => {
  expect(() => liveAddressOf({ web: '0', 'web-host': host })).toThrow(`--web-host: \`${host}\` is not a host`);
});

test.each(['', 'http', '-1', '65536', '1.5', 'true'])('`%s` is not a port', (web) => {
  expect(() => liveAddressOf({ web })).toThrow(`--web: \`${web}\` is not a port (0 to 65535; 0 takes any free one)`);
});

test('a host without a page, and an empty one', () => {
  expect(() => liveAddressOf({ 'web-host': '' })).toThrow(
    '--web-host: the host is empty\n--web-host: there is no live page to listen for (add --web)',
  );
});

test.each([
  [['--web', 'quickstart']],
  [['quickstart', '--web']],
  [['--web', '8080', 'quickstart']],
  [['quickstart', '--web', '8080']],
  [['--web=8080', 'quickstart']],
  [['--web', '--web-host', '0.0.0.0', 'quickstart']],
])('the port is a number and the profile a name: %j', async (args) => {
  const { err, out, exitCode } = await load('sweep', '--plan', '--vary', 'linger.ms=0,5', ...args);
  expect([err, exitCode]).toEqual(['', 0]);
  expect(out).toContain('quickstart');
});

test.each([
  [['run', '--web', 'quikstart'], 'there is no profile `quikstart`'],
  [['run', 'quickstart', '--web=99999'], '--web: `99999` is not a port'],
  [['run', 'quickstart', '--web-host', '0.0.0.0'], '--web-host: there is no live page to listen for'],
  [['run', 'quickstart', '--wbe'], 'did you mean `--web`?'],
  [['capacity', 'quickstart', '--web=x'], '--web: `x` is not a port'],
  [['sweep', 'quickstart', '--vary', 'linger.ms=0,5', '--web=x'], '--web: `x` is not a port'],
  [['enqueue', 'sms-alerts', '--web'], 'there is no flag `--web`'],
  [['run', 'sms-alerts', '--queue', 'amqp://localhost', '--web'], '--web: nothing is measured'],
])('%j: %s', async (args, message) => {
  const { err, exitCode } = await load(...args);
  expect(err).toContain(message);
  expect(exitCode).toBe(2);
});
