import { describe, expect, test } from 'vitest';
import { instantOf, isTimeZone, nearestTimeZone, offsetAt, offsetSpans } from '../src/time-zone.ts';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(text);

describe('offsetSpans', () => {
  test('finds a year’s changes to the second', () => {
    const spans = (zone: string) => {
      const found = offsetSpans(zone, at('2026-01-01T00:00:00Z'), at('2027-01-01T00:00:00Z'));
      return found.map(({ fromMs, offsetMs }) => [new Date(fromMs).toISOString().slice(0, 16), offsetMs / HOUR]);
    };
    expect(spans('America/New_York')).toEqual([
      ['2026-01-01T00:00', -5],
      ['2026-03-08T07:00', -4],
      ['2026-11-01T06:00', -5],
    ]);
    expect(spans('Europe/London')).toEqual([
      ['2026-01-01T00:00', 0],
      ['2026-03-29T01:00', 1],
      ['2026-10-25T01:00', 0],
    ]);
    expect(spans('Asia/Kathmandu')).toEqual([['2026-01-01T00:00', 5.75]]);
  });

  test('has a span for a moment and for a change at its edge', () => {
    const change = at('2026-03-08T07:00:00Z');
    const offsets = (from: number, to: number) =>
      offsetSpans('America/New_York', from, to).map((span) => span.offsetMs / HOUR);
    expect(offsets(change, change)).toEqual([-4]);
    expect(offsets(change - 1, change - 1)).toEqual([-5]);
    expect(offsets(change - 1, change)).toEqual([-5]);
    expect(offsets(change - 1, change + 1)).toEqual([-5, -4]);
    expect(offsets(change, change + 1)).toEqual([-4]);
  });
});

test('offsetAt reads the clock of another time too', () => {
  expect(offsetAt('UTC', at('2026-03-08T07:00:00.999Z'))).toBe(0);
  expect(offsetAt('Europe/Lisbon', at('1994-07-01T00:00:00Z'))).toBe(2 * HOUR);
  expect(offsetAt('America/New_York', at('2026-07-01T00:00:00.001Z'))).toBe(-4 * HOUR);
});

test('instantOf takes the first of two, and moves what is skipped', () => {
  const instant = (zone: string, local: string) => new Date(instantOf(zone, at(`${local}Z`))).toISOString();
  expect(instant('Europe/London', '2026-10-25T01:59:59')).toBe('2026-10-25T00:59:59.000Z');
  expect(instant('Europe/London', '2026-10-25T02:00:00')).toBe('2026-10-25T02:00:00.000Z');
  expect(instant('Europe/London', '2026-03-29T01:00:00')).toBe('2026-03-29T01:00:00.000Z');
  expect(instant('Europe/London', '2026-03-29T01:59:59')).toBe('2026-03-29T01:59:59.000Z');
  expect(instant('Asia/Tokyo', '2026-03-29T00:00:00')).toBe('2026-03-28T15:00:00.000Z');
});

test('zones are known by name, and nearly', () => {
  expect(isTimeZone('Europe/Berlin')).toBe(true);
  expect(isTimeZone('Europe/Berlim')).toBe(false);
  expect(nearestTimeZone('Europe/Berlim')).toBe('Europe/Berlin');
  expect(nearestTimeZone('berlin')).toBe('Europe/Berlin');
  expect(nearestTimeZone('Middle-earth/Bree-land-upon-the-hill')).toBeUndefined();
});
