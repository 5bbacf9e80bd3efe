import { describe, expect, test } from 'vitest';
import { Notices } from '../../src/commands/notices.ts';
import { ENGINE_FACILITY } from '../../src/transport/transport.ts';
import { fakeTerminal } from './fake-terminal.ts';

const progress = {
  phase: 'load',
  elapsedNs: 1e9,
  plannedNs: null,
  endsAtMs: null,
  plannedCount: null,
  scheduled: 1,
  sent: 1,
  acked: 1,
  failed: 0,
  shed: 0,
  inFlight: 0,
  inFlightMax: 100,
  targetPerSec: null,
  scenarios: 1,
} as const;

type Level = ConstructorParameters<typeof Notices>[1]['level'];

function everything(level: Level, quiet = false): string[] {
  const terminal = fakeTerminal();
  const notices = new Notices(terminal.stderr, { level, quiet });
  notices.note('a note');
  notices.warn('a warning');
  notices.error(['an error', '  a hint']);
  notices.event('an event');
  notices.client({ level: 3, facility: 'FAIL', message: 'broken' });
  notices.client({ level: 6, facility: 'INFO', message: 'chatty' });
  notices.progress(progress);
  notices.close();
  return terminal.err().trimEnd().split('\n');
}

test('of messages that failed the engine’s own warning comes through, as one', () => {
  const said = (level: Level) => {
    const terminal = fakeTerminal();
    const notices = new Notices(terminal.stderr, { level, quiet: true });
    notices.client({ level: 4, facility: ENGINE_FACILITY, message: 'message 13 of atm failed' });
    return terminal.err();
  };
  expect(said('warn')).toBe('warning: message 13 of atm failed\n');
  expect(said('error')).toBe('');
});

test('the same failure of several clients and workers is one warning', () => {
  const terminal = fakeTerminal();
  const notices = new Notices(terminal.stderr, { level: 'info', quiet: true });
  const warn = (message: string) => notices.client({ level: 4, facility: ENGINE_FACILITY, message });
  for (const index of [0, 1, 2]) warn(`message ${index} of s1 failed: refused; more like it are counted`);
  warn('message 3 of s2 failed: refused; more like it are counted');
  warn('message 4 of s1 failed: timed out; more like it are counted');
  notices.close();
  expect(terminal.err().trimEnd().split('\n')).toEqual([
    'warning: message 0 of s1 failed: refused; more like it are counted',
    'warning: message 3 of s2 failed: refused; more like it are counted',
    'warning: message 4 of s1 failed: timed out; more like it are counted',
  ]);
});

describe('what is said at which level', () => {
  const always = ['error: an error', '  a hint', 'an event', 'librdkafka FAIL: broken'];
  const view = expect.stringContaining('0:01 load');

  test.each<[Level, unknown[]]>([
    ['error', [...always, view]],
    ['warn', ['warning: a warning', ...always, view]],
    ['info', ['a note', 'warning: a warning', ...always, view]],
    ['debug', ['a note', 'warning: a warning', ...always, 'librdkafka INFO: chatty', view]],
  ])('%s', (level, lines) => {
    expect(everything(level)).toEqual(lines);
  });

  test('quiet: no notes and no progress', () => {
    expect(everything('info', true)).toEqual(['warning: a warning', ...always]);
  });
});

describe("librdkafka's errors", () => {
  const failure = (ms: number) => ({
    level: 3,
    facility: 'FAIL',
    message: `broker1: Connect to 127.0.0.1:9092 failed (after ${ms}ms)`,
  });

  test('repeats are counted and said every five seconds, and at the end', () => {
    const terminal = fakeTerminal();
    let nowMs = 0;
    const notices = new Notices(terminal.stderr, { level: 'info', quiet: true, now: () => nowMs });
    for (nowMs = 0; nowMs < 6_000; nowMs += 50) notices.client(failure(nowMs));
    notices.client({ level: 3, facility: 'FAIL', message: 'another thing' });
    notices.close();
    expect(terminal.err().trimEnd().split('\n')).toEqual([
      `librdkafka FAIL: ${failure(0).message}`,
      `librdkafka FAIL: ${failure(5_000).message} (100 more like it)`,
      'librdkafka FAIL: another thing',
      `librdkafka FAIL: ${failure(5_950).message} (19 more like it)`,
    ]);
  });

  test('one at a time stays as it is, and debug leaves nothing out', () => {
    for (const level of ['info', 'debug'] as const) {
      const terminal = fakeTerminal();
      const notices = new Notices(terminal.stderr, { level, quiet: true, now: () => 0 });
      notices.client(failure(1));
      notices.client(failure(2));
      notices.close();
      expect(terminal.err()).toBe(`librdkafka FAIL: ${failure(1).message}\nlibrdkafka FAIL: ${failure(2).message}\n`);
    }
  });
});

test('what a terminal would obey is shown, not done', () => {
  const terminal = fakeTerminal();
  const notices = new Notices(terminal.stderr, { level: 'info', quiet: false });
  notices.note('on \x1b[2Ja\nb');
  notices.warn('\x1b]0;title\x07');
  notices.client({ level: 3, facility: 'FAIL', message: 'SASL: \x9b31m' });
  expect(terminal.err()).toBe(
    'on \\u001b[2Ja\nb\nwarning: \\u001b]0;title\\u0007\nlibrdkafka FAIL: SASL: \\u009b31m\n',
  );
});
