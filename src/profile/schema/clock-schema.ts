/** The clock a run lives by, and the windows of its day: how they are written, read, and written out again. */
import { z } from 'zod';
import { InputError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import type { Multipliers } from '../../schedule/multipliers.ts';
import { instantOf, isTimeZone, nearestTimeZone } from '../../time-zone.ts';
import { formatCount, MS_PER_SEC } from '../../units.ts';
import { measured, real } from '../../value-schema.ts';
import type { ClockSpec } from '../profile.ts';

/** Where no zone is said: the same on every machine. */
const DEFAULT_ZONE = 'UTC';
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const MINUTES_PER_DAY = 1440;
const HOURS = /^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/;
const START = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,3})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;
/** Between these years a record time has the same width in Avro, which stamping it in place needs. */
const FIRST_YEAR = 1971;
const LAST_YEAR = 2038;
/** A day in less than a tenth of a second, and a second in a quarter of an hour: what lies beyond has lost its shape. */
const SPEED_MAX = 1e6;
const SPEED_MIN = 1e-3;

export const clockSchema = z
  .strictObject({
    timezone: z
      .string()
      .superRefine((name, context) => {
        if (isTimeZone(name)) return;
        const near = nearestTimeZone(name);
        const hint = near === undefined ? 'e.g. America/New_York' : `did you mean \`${near}\`?`;
        context.addIssue({ code: 'custom', message: `there is no time zone \`${name}\``, params: { hint } });
      })
      .prefault(DEFAULT_ZONE)
      .describe('Zone of wall-clock times, e.g. America/New_York; its daylight saving counts.'),
    start: measured('date and time', '2026-03-08T00:00:00', parseStart)
      .optional()
      .describe(
        'What the clock shows when the run starts, in `timezone` unless it has its own (`Z`, `-05:00`). Absent: the real time.',
      ),
    speed: measured('speed', '60 or max', parseSpeed)
      .prefault(1)
      .describe(
        'Simulated seconds in a real one: 60 is an hour in a minute. `max`: as fast as acknowledgements allow, to fill in a day with its shape and its times.',
      ),
  })
  .prefault({})
  .describe('Which time the run lives in: see [The clock](#the-clock).');

const windowSchema = z
  .strictObject({
    name: z.string().min(1).optional().describe('For people.'),
    hours: measured('range of hours', '"22:00-06:00"', parseHours)
      .optional()
      .describe('Local time, the end not included; it may go over midnight.'),
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1, 'days must not be empty')
      .transform((days) => days.map((day) => WEEKDAYS.indexOf(day)))
      .optional()
      .describe('On these days only: `sun mon tue wed thu fri sat`.'),
    factor: real(0).describe('The rate is multiplied by this; 0 is silence.'),
  })
  .superRefine(({ hours, days }, context) => {
    if (hours !== undefined || days !== undefined) return;
    const hint = 'hours: "09:00-17:00", or days: [sat, sun]';
    context.addIssue({ code: 'custom', message: 'a window needs `hours`, `days` or both', params: { hint } });
  });

const windowsSchema = z
  .strictObject({
    combine: z
      .enum(['first', 'multiply', 'max'])
      .prefault('first')
      .describe('Of the windows that hold at a time: the first in this order, their product, or the greatest.'),
    windows: z.array(windowSchema).min(1, 'windows must not be empty').describe('The windows; outside of all it is 1.'),
  })
  .transform(({ combine, windows }): Multipliers => {
    return {
      combine,
      windows: windows.map(({ name, hours, days, factor }) => ({
        ...(name !== undefined && { name }),
        ...(hours !== undefined && { hours }),
        ...(days !== undefined && { days }),
        factor,
      })),
    };
  });

export const multipliersSchema = z
  .union([z.literal('none').transform(() => undefined), windowsSchema], { error: 'expected `none`, or `windows`' })
  .optional()
  .describe('Factors on the rate by the time of the day on `clock`, or `none` of them: see [The clock](#the-clock).');

/** Undefined, as after a mistake elsewhere, is the default. */
export function normalizeClock(input: z.output<typeof clockSchema> | undefined): ClockSpec {
  const { timezone = DEFAULT_ZONE, start, speed = 1 } = input ?? {};
  if (start === undefined) return { timezone, speed };
  const { localMs, offsetMs } = start;
  return { timezone, startMs: offsetMs === undefined ? instantOf(timezone, localMs) : localMs - offsetMs, speed };
}

/** Whether record times are other ones than the real time. */
export function simulatesTime({ startMs, speed }: ClockSpec): boolean {
  return startMs !== undefined || speed !== 1;
}

export function renderClock({ timezone, startMs, speed }: ClockSpec): Readonly<Record<string, unknown>> {
  return { timezone, ...(startMs !== undefined && { start: new Date(startMs).toISOString() }), speed };
}

export function renderMultipliers({ combine, windows }: Multipliers): Readonly<Record<string, unknown>> {
  return {
    combine,
    windows: windows.map(({ name, hours, days, factor }) => ({
      ...(name !== undefined && { name }),
      ...(hours !== undefined && { hours: `${clockText(hours.fromMinute)}-${clockText(hours.toMinute)}` }),
      ...(days !== undefined && { days: days.map((day) => WEEKDAYS[day]) }),
      factor,
    })),
  };
}

function parseSpeed(input: string | number): number | 'max' {
  if (input === 'max') return input;
  const speed = typeof input === 'string' && input.trim() === '' ? Number.NaN : Number(input);
  if (speed >= SPEED_MIN && speed <= SPEED_MAX) return speed;
  if (speed > 0) {
    const message = `a speed is from ${SPEED_MIN} to ${formatCount(SPEED_MAX)}, not \`${input}\``;
    throw new InputError([{ message, hint: 'max is as fast as acknowledgements allow' }]);
  }
  const near = typeof input === 'string' ? nearest(input, ['max']) : undefined;
  const hint = near === undefined ? '60 is an hour in a minute, 1 the real time; or max' : `did you mean \`${near}\`?`;
  const message = `a speed is \`max\` or a number greater than 0, not \`${input}\``;
  throw new InputError([{ message, hint }]);
}

function parseHours(input: string | number): { readonly fromMinute: number; readonly toMinute: number } {
  const hint = 'write "09:00-17:00", or over midnight "22:00-06:00"';
  const [, fromHour, fromPart, toHour, toPart] = HOURS.exec(String(input).trim()) ?? [];
  const minuteOf = (hour?: string, minute?: string) =>
    Number(minute) > 59 ? Number.NaN : Number(hour) * 60 + Number(minute);
  const fromMinute = minuteOf(fromHour, fromPart);
  const toMinute = minuteOf(toHour, toPart);
  if (!(fromMinute < MINUTES_PER_DAY && toMinute <= MINUTES_PER_DAY)) {
    throw new InputError([{ message: `\`${input}\` is not a range of hours`, hint }]);
  }
  if (fromMinute === toMinute) {
    const whole = 'leave `hours` out and give `days`, or write "00:00-24:00"';
    throw new InputError([{ message: `\`${input}\` begins and ends at the same time`, hint: whole }]);
  }
  return { fromMinute, toMinute };
}

/** The local time as if it were UTC, and its own offset where it says one. */
function parseStart(input: string | number): { readonly localMs: number; readonly offsetMs?: number } {
  const hint = 'write 2026-03-08T00:00:00, with a zone 2026-03-08T05:00:00Z, or the date alone';
  const text = String(input).trim();
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone] = START.exec(text) ?? [];
  const date = [Number(year), Number(month) - 1, Number(day)] as const;
  const localMs =
    Date.UTC(...date, Number(hour), Number(minute), Number(second)) + Math.round(Number(fraction) * MS_PER_SEC);
  const back = new Date(Date.UTC(...date));
  const isDate = back.getUTCMonth() === date[1] && back.getUTCDate() === date[2];
  if (!isDate || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    throw new InputError([{ message: `\`${input}\` is not a date and time`, hint }]);
  }
  if (date[0] < FIRST_YEAR || date[0] > LAST_YEAR) {
    throw new InputError([{ message: `\`${input}\`: records are of the years ${FIRST_YEAR} to ${LAST_YEAR}`, hint }]);
  }
  if (zone === undefined) return { localMs };
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return { localMs, offsetMs: (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000 };
}

function clockText(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
