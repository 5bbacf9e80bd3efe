import { expect, test } from 'vitest';
import { logLevelOf, textValue } from '../../src/commands/values.ts';

test('the log level is that of the flag, else of LOG_LEVEL, else info', () => {
  expect(logLevelOf({}, {})).toBe('info');
  expect(logLevelOf({}, { LOG_LEVEL: '' })).toBe('info');
  expect(logLevelOf({}, { LOG_LEVEL: 'DEBUG' })).toBe('debug');
  expect(logLevelOf({ 'log-level': 'error' }, { LOG_LEVEL: 'debug' })).toBe('error');
  expect(() => logLevelOf({}, { LOG_LEVEL: 'loud' })).toThrow('LOG_LEVEL: `loud` is not known');
});

test.each([
  ['DEBUG', 'debug'],
  ['Warning', 'warn'],
  ['WARN', 'warn'],
  ['eRRor', 'error'],
  [' info ', 'info'],
])('the log level %j is %s, in flag and environment', (written, level) => {
  expect(logLevelOf({ 'log-level': written }, {})).toBe(level);
  expect(logLevelOf({}, { LOG_LEVEL: written })).toBe(level);
});

test('of a flag that stands several times the last value counts', () => {
  expect(textValue({ rate: ['5', '6'] }, 'rate')).toBe('6');
  expect(textValue({}, 'rate')).toBeUndefined();
});
