import { afterEach, expect, test } from 'vitest';
import { timeValue } from '../../../../src/workload/schema/values/plain-value.ts';

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test.each(['UTC', 'America/New_York', 'Asia/Kolkata'])('a machine in %s reads the same time', (machine) => {
  process.env.TZ = machine;
  const at = (text: string) => timeValue({ kind: 'long', logical: { type: 'timestamp-millis' } }, text);
  expect(at('2026-01-31T10:30')).toBe(Date.UTC(2026, 0, 31, 10, 30));
  expect(at('2026-01-31 10:30:00.25')).toBe(Date.UTC(2026, 0, 31, 10, 30, 0, 250));
  expect(at('2026-01-31T10:30:00+05:30')).toBe(Date.UTC(2026, 0, 31, 5, 0));
  expect(at('2026-01-31')).toBe(Date.UTC(2026, 0, 31));
});

test.each(['2026-02-30', '2026-13-01', '2026-01-01T25:00', '2026-01-01X', '2026-1-1', 'today'])(
  '%s is none',
  (text) => {
    expect(timeValue({ kind: 'int', logical: { type: 'date' } }, text)).toBeUndefined();
  },
);

test('a time of day is left out of a date, also before 1970', () => {
  const day = (text: string) => timeValue({ kind: 'int', logical: { type: 'date' } }, text);
  expect(['1970-01-02T23:59', '1970-01-01', '1969-12-31T12:00', '1970-01-01T00:00+05:30'].map(day)).toEqual([
    1, 0, -1, -1,
  ]);
});
