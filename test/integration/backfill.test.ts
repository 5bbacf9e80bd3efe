/** A day filled in as fast as acknowledgements allow, read back: its shape and its times are those of the day. */
import { afterAll, expect, test } from 'vitest';
import { killCommands, linesOf, startCluster, startCommand } from './command.ts';
import { profileFile } from './profile-file.ts';

/** The night on which New York loses an hour. */
const START = '2026-03-08T00:00:00';
const HOURS = 24;
const PER_HOUR = 200;

afterAll(killCommands);

interface Line {
  readonly timestamp: number;
  readonly value: { readonly timestamp: number };
}

/** The hour that a clock in New York shows. */
const hourOf = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', hour: 'numeric', hourCycle: 'h23' });

test('records of a whole day in a moment, as many in each hour as its window says, record timestamps included', async () => {
  const profile = profileFile(
    {
      workload: 'atm',
      params: {},
      topic: 'day',
      executor: 'constant-arrival-rate',
      rate: `${PER_HOUR}/h`,
      duration: `${HOURS}h`,
      multipliers: {
        windows: [
          { hours: '22:00-06:00', factor: 0.25 },
          { hours: '12:00-14:00', factor: 2 },
        ],
      },
    },
    {
      clock: { timezone: 'America/New_York', start: START, speed: 'max' },
      topics: { day: { partitions: 2, config: { 'retention.ms': -1 } } },
      workers: 2,
    },
  );
  // From midnight 24 hours, the one from 2 to 3 left out: up to 1 in the night after.
  const factorOf = (hour: number) => (hour < 6 || hour >= 22 ? 0.25 : hour === 12 || hour === 13 ? 2 : 1);
  const expected = Array.from({ length: 24 }, (_, hour) => {
    const times = hour === 2 ? 0 : hour === 0 ? 2 : 1;
    return times * factorOf(hour) * PER_HOUR;
  });
  const messages = expected.reduce((a, b) => a + b, 0);

  const where = ['--bootstrap-servers', await startCluster('day:2')];
  const run = await startCommand(['run', profile, ...where, '-o', 'none', '--format', 'json', '--allow-invalid']).ended;
  expect(run.code, run.err).toBe(0);
  const { totals, scenarios } = JSON.parse(run.out);
  expect(totals).toMatchObject({ scheduled: messages, acked: messages });
  expect(Object.values(scenarios)).toEqual([expect.objectContaining({ model: 'closed' })]);

  const read = await startCommand(['consume', '-p', profile, ...where, '-n', String(messages), '--format', 'json'])
    .ended;
  expect(read.code, read.err).toBe(0);
  const lines = linesOf(read.out).map((line): Line => JSON.parse(line));
  const counts = new Array<number>(24).fill(0);
  for (const { timestamp, value } of lines) {
    expect(timestamp).toBe(value.timestamp);
    counts[Number(hourOf.format(value.timestamp)) % 24]!++;
  }
  expect(counts).toEqual(expected);
  const first = Math.min(...lines.map(({ value }) => value.timestamp));
  expect(new Date(first).toISOString()).toBe('2026-03-08T05:00:00.000Z');
});
