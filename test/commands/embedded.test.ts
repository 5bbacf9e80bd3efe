import { expect, test } from 'vitest';
import { readSettings } from '../../src/commands/embedded.ts';
import { EXIT, type InputError } from '../../src/errors.ts';

test('topics, brokers and round trip', () => {
  expect(readSettings({ brokers: '1', rtt: '0' })).toEqual({ topics: {}, brokers: 1, rttMs: 0 });
  expect(readSettings({ topics: ['a:12', 'b.c_d-e'], brokers: '3', rtt: '50ms' })).toEqual({
    topics: { a: { partitions: 12 }, 'b.c_d-e': { partitions: 4 } },
    brokers: 3,
    rttMs: 50,
  });
  expect(readSettings({ rtt: '20' }).rttMs).toBe(20);
});

test.each(['a:b', ':3', 'a:0', 'a:1:2', 'a b', 'a:1.5', 'a:100001'])('`%s` is not a topic', (topic) => {
  expect(() => readSettings({ topics: [topic] })).toThrow(/is not a topic/);
});

test('all problems at once', () => {
  try {
    readSettings({ topics: ['a:b'], brokers: '0', rtt: 'soon' });
    expect.unreachable();
  } catch (error) {
    expect((error as InputError).problems.map(({ place }) => place)).toEqual(['--topics', '--brokers', '--rtt']);
    expect((error as InputError).exitCode).toBe(EXIT.badInput);
  }
});
