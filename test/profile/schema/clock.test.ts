import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { formatProblem } from '../../../src/errors.ts';
import type { Overrides } from '../../../src/profile/overrides.ts';
import { CONSTANT, loadText, problemsOf, scenario } from '../load-text.ts';

const clock = (text: string, ...more: string[]) => `clock: { ${text} }\n${scenario(...CONSTANT, ...more)}`;
const windows = (...lines: string[]) =>
  scenario(...CONSTANT, 'multipliers:', '  windows:', ...lines.map((each) => `    - ${each}`));
const clockOf = async (text: string) => (await loadText(text)).profile.clock;
const startOf = async (text: string) => new Date((await clockOf(clock(text))).startMs!).toISOString();

const CONTRACT = windows(
  '{ name: late-night, hours: "22:00-06:00", factor: 0.3 }',
  '{ name: peak, hours: "12:00-14:00", factor: 2.0 }',
  '{ hours: "9:00 - 24:00", days: [mon, fri], factor: 1.5 }',
  '{ name: weekend, days: [sat, sun], factor: 1.5 }',
);

test('a run lives in the real time unless told', async () => {
  const { profile } = await loadText(scenario(...CONSTANT));
  expect(profile.clock).toEqual({ timezone: 'UTC', speed: 1 });
  expect(profile.scenarios.atm).toMatchObject({ recordTimestamp: 'client' });
  expect(profile.scenarios.atm!.multipliers).toBeUndefined();
});

test.each([
  ['local time', 'timezone: America/New_York, start: 2026-03-07T00:00:00', '2026-03-07T05:00:00.000Z'],
  ['the date alone', 'timezone: America/New_York, start: 2026-07-07', '2026-07-07T04:00:00.000Z'],
  ['a blank, minutes only', 'timezone: Europe/London, start: "2026-07-07 08:30"', '2026-07-07T07:30:00.000Z'],
  ['its own zone', 'timezone: America/New_York, start: 2026-03-07T00:00:00Z', '2026-03-07T00:00:00.000Z'],
  ['its own offset', 'timezone: America/New_York, start: "2026-03-07T00:00:00.250+05:30"', '2026-03-06T18:30:00.250Z'],
  ['UTC without a zone', 'start: 2026-03-07T00:00:00', '2026-03-07T00:00:00.000Z'],
  ['a time that is skipped', 'timezone: America/New_York, start: 2026-03-08T02:30:00', '2026-03-08T07:30:00.000Z'],
  ['a time that comes twice', 'timezone: America/New_York, start: 2026-11-01T01:30:00', '2026-11-01T05:30:00.000Z'],
  ['the same in London', 'timezone: Europe/London, start: 2026-10-25T01:30:00', '2026-10-25T00:30:00.000Z'],
])('start: %s', async (_, text, instant) => {
  expect(await startOf(text)).toBe(instant);
});

test('a simulated time is the time of the records, unless the profile says otherwise', async () => {
  const timestampOf = async (text: string) => (await loadText(text)).profile.scenarios.atm!.recordTimestamp;
  expect(await timestampOf(clock('start: 2026-03-07'))).toBe('intended');
  expect(await timestampOf(clock('speed: max'))).toBe('intended');
  expect(await timestampOf(clock('timezone: Europe/London'))).toBe('client');
  expect(await timestampOf(clock('speed: 60', 'recordTimestamp: client'))).toBe('client');
});

test('windows', async () => {
  const { multipliers } = (await loadText(CONTRACT)).profile.scenarios.atm!;
  expect(multipliers).toEqual({
    combine: 'first',
    windows: [
      { name: 'late-night', hours: { fromMinute: 1320, toMinute: 360 }, factor: 0.3 },
      { name: 'peak', hours: { fromMinute: 720, toMinute: 840 }, factor: 2 },
      { hours: { fromMinute: 540, toMinute: 1440 }, days: [1, 5], factor: 1.5 },
      { name: 'weekend', days: [6, 0], factor: 1.5 },
    ],
  });
});

test.each([
  ['windows', CONTRACT],
  ['a clock', clock('timezone: America/New_York, start: 2026-03-07T00:00:00.5, speed: 60')],
  ['no end of speed', clock('speed: max', 'recordTimestamp: client')],
])('what is written out reads back the same: %s', async (_, text) => {
  const { profile, resolved } = await loadText(text);
  expect((await loadText(resolved)).profile).toEqual(profile);
  expect((await loadText(stringify(parse(resolved)))).resolved).toBe(resolved);
});

test.each<[string, Overrides, boolean]>([
  ['a rate keeps', { rate: 5 }, true],
  ['bursts at a rate keep', { rate: 5, burst: true }, true],
  ['a closed loop drops', { burst: true }, false],
  ['`none` drops', { set: ['scenarios.atm.multipliers=none'] }, false],
])('%s the multipliers', async (_, overrides, kept) => {
  const { profile } = await loadText(CONTRACT, { overrides });
  expect(profile.scenarios.atm?.multipliers !== undefined).toBe(kept);
});

test('flags set the clock', async () => {
  const { profile } = await loadText(CONTRACT, { overrides: { set: ['clock.speed=max', 'clock.start=2026-03-07'] } });
  expect(profile.clock).toEqual({ timezone: 'UTC', startMs: Date.UTC(2026, 2, 7), speed: 'max' });
  expect(profile.scenarios.atm!.recordTimestamp).toBe('intended');
});

test.each([
  [
    'unknown zone',
    clock('timezone: America/Newyork'),
    1,
    /no time zone `America\/Newyork` \(did you mean `America\/New_York`/,
  ],
  ['a city alone', clock('timezone: New York'), 1, /did you mean `America\/New_York`/],
  ['no zone at all', clock('timezone: America/Gotham'), 1, /no time zone `America\/Gotham` \(/],
  ['speed 0', clock('speed: 0'), 1, /greater than 0, not `0` \(60 is an hour in a minute/],
  ['negative speed', clock('speed: -1'), 1, /greater than 0, not `-1`/],
  ['a speed beyond all sense', clock('speed: 1e300'), 1, /from 0.001 to 1,000,000, not `1e\+?300` \(max is/],
  ['a clock that all but stands', clock('speed: 0.0001'), 1, /from 0.001 to 1,000,000, not `0.0001`/],
  ['speed by another name', clock('speed: maxx'), 1, /not `maxx` \(did you mean `max`/],
  ['no date', clock('start: now'), 1, /`now` is not a date and time \(write 2026-03-08T00:00:00/],
  ['no such date', clock('start: 2026-02-29'), 1, /`2026-02-29` is not a date and time/],
  ['no such hour', clock('start: 2026-02-28T24:00'), 1, /is not a date and time/],
  ['long ago', clock('start: 1969-12-31T23:00:00Z'), 1, /of the years 1971 to 2038/],
  ['unknown key', clock('pace: 3'), 1, /unknown key `pace`/],
  [
    'hours out of the day',
    windows('{ hours: "22:00-25:00", factor: 1 }'),
    9,
    /`22:00-25:00` is not a range of hours \(write/,
  ],
  ['minutes out of the hour', windows('{ hours: "22:60-23:00", factor: 1 }'), 9, /is not a range of hours/],
  ['an hour alone', windows('{ hours: 22, factor: 1 }'), 9, /`22` is not a range of hours/],
  [
    'no hours',
    windows('{ hours: "06:00-06:00", factor: 1 }'),
    9,
    /begins and ends at the same time \(leave `hours` out/,
  ],
  ['unknown day', windows('{ days: [saturday], factor: 1 }'), 9, /`saturday` is not one of sun, mon/],
  ['a day of the wrong kind', windows('{ days: [6], factor: 1 }'), 9, /`6` is not one of sun, mon/],
  ['no days', windows('{ days: [], factor: 1 }'), 9, /days must not be empty/],
  ['negative factor', windows('{ days: [sat], factor: -1 }'), 9, /must be at least 0, not `-1`/],
  ['no factor', windows('{ days: [sat] }'), 9, /factor: is missing/],
  ['neither hours nor days', windows('{ factor: 2 }'), 9, /needs `hours`, `days` or both \(hours: "09:00-17:00"/],
  [
    'unknown way to combine',
    scenario(...CONSTANT, 'multipliers: { combine: frist, windows: [{ days: [sat], factor: 1 }] }'),
    7,
    /`frist` is not one of first, multiply, max \(did you mean `first`/,
  ],
  ['no windows', scenario(...CONSTANT, 'multipliers: { windows: [] }'), 7, /windows must not be empty/],
  [
    'in a closed loop',
    scenario(
      'workload: atm',
      'executor: max-throughput',
      'duration: 1s',
      'multipliers: { windows: [{ days: [sat], factor: 1 }] }',
    ),
    6,
    /`multipliers` has no meaning in a closed loop/,
  ],
])('%s', async (_, text, line, says) => {
  const problems = await problemsOf(loadText(text));
  const said = problems.filter((problem) => says.test(formatProblem(problem)));
  expect(said, problems.map(formatProblem).join('\n')).toHaveLength(1);
  expect(said[0]?.place).toBe(`profile.yaml:${line}`);
});
