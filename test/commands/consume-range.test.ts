import { describe, expect, test } from 'vitest';
import { emptyReason, type PartitionLog, rangeOf, readRange } from '../../src/commands/consume-range.ts';
import { readConsumeSettings } from '../../src/commands/consume-settings.ts';
import { ReadPlaces } from '../../src/commands/read-places.ts';
import type { InputError, Problem } from '../../src/errors.ts';
import type { ConsumedRecords } from '../../src/transport/consumer.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');

function range(values: Record<string, string | boolean>) {
  const problems: Problem[] = [];
  return { range: readRange(values, NOW, problems), problems: problems.map(({ message }) => message) };
}

const log = (low: number, high: number, times: Partial<PartitionLog> = {}): PartitionLog => ({
  ...{ topic: 't', partition: 0, low, high },
  ...times,
});

describe('--from and --to', () => {
  test.each([
    ['earliest', { kind: 'earliest' }],
    ['0', { kind: 'offset', offset: 0 }],
    ['1000', { kind: 'offset', offset: 1_000 }],
    ['-1000', { kind: 'before-end', offsets: 1_000 }],
    ['-5m', { kind: 'time', timeMs: NOW - 300_000 }],
    ['-1h30m', { kind: 'time', timeMs: NOW - 5_400_000 }],
    ['2026-11-30T10:00Z', { kind: 'time', timeMs: NOW - 7_200_000 }],
    ['2026-11-30', { kind: 'time', timeMs: NOW - 43_200_000 }],
    ['2026-11-30T12:00:00.000+02:00', { kind: 'time', timeMs: NOW - 7_200_000 }],
  ])('%s', (from, place) => {
    expect(range({ from })).toEqual({ range: { from: place, to: { kind: 'latest' } }, problems: [] });
  });

  test('without either there is no range, and with --follow no end', () => {
    expect(range({})).toEqual({ range: undefined, problems: [] });
    expect(range({ follow: true })).toEqual({ range: undefined, problems: [] });
    expect(range({ from: 'latest', follow: true })).toEqual({ range: { from: { kind: 'latest' } }, problems: [] });
    expect(range({ to: '7' }).range).toEqual({ from: { kind: 'earliest' }, to: { kind: 'offset', offset: 7 } });
  });

  test.each([
    [{ from: 'x' }, 'not a place in a topic'],
    [{ from: '' }, 'not a place in a topic'],
    [{ from: '1e3' }, 'not a place in a topic'],
    [{ from: '99999999999999999999' }, 'not a place in a topic'],
    [{ from: '2026-13-41T10:00Z' }, 'not a place in a topic'],
    [{ from: '2026-13-41' }, 'not a place in a topic'],
    [{ from: '2026-11' }, 'not a place in a topic'],
    [{ to: '2026-11-30T12:00:02Z' }, 'is in the future'],
    [{ from: '20', to: '10' }, 'is not after --from `20`'],
    [{ from: '20', to: '20' }, 'is not after --from `20`'],
    [{ from: '-5m', to: '-10m' }, 'is not after --from `-5m`'],
    [{ from: '-10', to: '-10' }, 'is not after'],
    [{ from: 'latest' }, '`latest` is not after --from `latest`'],
    [{ to: 'earliest' }, 'is not after --from `earliest`'],
    [{ to: '10', follow: true }, 'there is an end already'],
  ])('%j is refused', (values, message) => {
    expect(range(values as Record<string, string>).problems.join()).toContain(message);
  });

  test('belong to no group', async () => {
    const values = { TOPICS: ['t'], 'bootstrap-servers': 'localhost:9092', format: 'none', from: '0', group: 'g' };
    const refused = (await readConsumeSettings(values).catch((error) => error)) as InputError;
    expect(refused.problems.map(({ place }) => place)).toEqual(['--group']);
    const { group: _, ...alone } = values;
    expect(await readConsumeSettings(alone)).toMatchObject({ commits: false, range: { from: { offset: 0 } } });
  });
});

describe('in a partition', () => {
  const places = (from: string, to: string | undefined, of: PartitionLog) => {
    const { from: first, to: end } = rangeOf(of, range({ from, ...(to !== undefined && { to }) }).range!);
    return [first, end];
  };

  test('what is gone or not there yet is left out', () => {
    expect(places('5', '100', log(20, 60))).toEqual([20, 60]);
    expect(places('-10', undefined, log(20, 60))).toEqual([50, 60]);
    expect(places('-1000', undefined, log(20, 60))).toEqual([20, 60]);
    expect(places('-5m', '-1m', log(0, 60, { fromTime: 30, toTime: 44 }))).toEqual([30, 44]);
    expect(rangeOf(log(3, 9), range({ from: '4', follow: true }).range!)).toMatchObject({ from: 4, to: Infinity });
  });

  test('why there is nothing', () => {
    const reason = (from: string, to: string | undefined, ...logs: PartitionLog[]) =>
      emptyReason(logs, range({ from, ...(to !== undefined && { to }) }).range!);
    expect(reason('100', undefined, log(0, 60), log(0, 70))).toMatch(/beyond the end .* the last one ends at 70/);
    expect(reason('10', '100', log(0, 60))).toMatch(/^--to 100 is beyond/);
    expect(reason('65', undefined, log(0, 60), log(0, 70))).toBeUndefined();
    expect(reason('0', '10', log(20, 60))).toBe('no partition has a record in this range');
    expect(reason('earliest', undefined, log(0, 0))).toBeUndefined();
  });
});

describe('how far it is', () => {
  const records = (...offsets: number[]) =>
    ({ topic: offsets.map(() => 't'), partition: offsets.map(() => 0), offset: offsets }) as unknown as ConsumedRecords;
  const ranges = (to: number) => [{ topic: 't', partition: 0, from: 0, to }];

  test('a range ends at its last record, or at the first one behind it', () => {
    const places = new ReadPlaces(ranges(3));
    const taken = [0, 1, 2].map((_, i) => places.take(records(0, 1, 2), i));
    expect([taken, places.isComplete]).toEqual([[true, true, true], true]);
    expect(places.takeDone()).toHaveLength(1);
    expect(places.takeDone()).toHaveLength(0);
    const compacted = new ReadPlaces(ranges(3));
    expect([compacted.take(records(0, 7), 0), compacted.take(records(0, 7), 1)]).toEqual([true, false]);
    expect(compacted.isComplete).toBe(true);
  });

  test('markers and gaps at the end are read as well', () => {
    const places = new ReadPlaces(ranges(10));
    places.take(records(8), 0);
    places.reached('t', 0, 9);
    expect(places.isComplete).toBe(false);
    places.reached('t', 0, 10);
    expect(places.isComplete).toBe(true);
  });

  test('an empty range is complete, and none never is', () => {
    expect(new ReadPlaces([{ topic: 't', partition: 0, from: 5, to: 5 }]).isComplete).toBe(true);
    expect(new ReadPlaces(undefined).isComplete).toBe(false);
  });

  test('lag is that of the partitions it has read', () => {
    const places = new ReadPlaces(undefined);
    const high = { high: () => 50 };
    expect(places.lag(high)).toBeNull();
    places.take(records(9), 0);
    expect(places.lag(high)).toBe(40);
    expect(places.lag({ high: () => -1 })).toBeNull();
    places.reached('t', 0, 50);
    expect(places.lag(high)).toBe(0);
  });
});
