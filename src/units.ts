/**
 * Durations and rates as people write them. They are parsed once, at the edge, and carried from there as integer
 * nanoseconds and messages per second; the formatters turn them, and bytes, back for reports.
 */
import { InputError } from './errors.ts';

export const NS_PER_US = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_SEC = 1_000_000_000;
export const US_PER_MS = 1_000;
export const US_PER_SEC = 1_000_000;
export const MS_PER_SEC = 1_000;
export const MS_PER_MINUTE = 60_000;

/** Nanoseconds stay exact integers in a double up to here: a little over 104 days. */
export const DURATION_NS_MAX = Number.MAX_SAFE_INTEGER;

/** A message in each nanosecond, which is as finely as due times can be distinguished. */
const RATE_PER_SEC_MAX = 1e9;

const DURATION_UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: NS_PER_US,
  µs: NS_PER_US,
  ms: NS_PER_MS,
  s: NS_PER_SEC,
  m: 60 * NS_PER_SEC,
  h: 3_600 * NS_PER_SEC,
  d: 86_400 * NS_PER_SEC,
};

const RATE_UNIT_SEC: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

const NUMBER = /^(?:\d+(?:\.\d*)?|\.\d+)(?:e\d+)?$/;
const DURATION = /^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h|d))+$/;
const DURATION_PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)/g;
const RATE = /^((?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s*(?:\/\s*(\S+))?$/;

/**
 * `30s`, `250ms`, `1h30m`, a bare number of seconds → integer nanoseconds.
 * @throws InputError with an example of what was expected.
 */
export function parseDuration(input: string | number): number {
  const text = String(input).trim();
  let ns = Number.NaN;
  if (NUMBER.test(text)) {
    ns = Number(text) * NS_PER_SEC;
  } else if (DURATION.test(text)) {
    ns = 0;
    for (const [, amount, unit] of text.matchAll(DURATION_PART)) ns += Number(amount) * DURATION_UNIT_NS[unit!]!;
  }
  if (Number.isNaN(ns)) refuse(`\`${input}\` is not a duration`, 'write 30s, 5m, 1h30m, 250ms, or a number of seconds');
  ns = Math.round(ns);
  if (ns > DURATION_NS_MAX) refuse(`\`${input}\` is too long`, 'the longest duration is 104 days');
  return ns;
}

/**
 * `25`, `25/s`, `600/m`, `1000/h`, or so many in a time: `1/3s` → messages per second.
 * @param timeUnitNs what a number without a unit counts against.
 * @throws InputError with an example of what was expected.
 */
export function parseRate(input: string | number, timeUnitNs = NS_PER_SEC): number {
  const [, digits] = RATE.exec(String(input).trim()) ?? [];
  const amount = Number(typeof input === 'number' && input >= 0 ? input : digits);
  const unitNs = rateUnitNs(input) ?? timeUnitNs;
  if (!Number.isFinite(amount) || !(unitNs > 0)) {
    refuse(`\`${input}\` is not a rate`, 'write 25, 25/s, 600/m, 1000/h, or 1/3s for one every three seconds');
  }
  // A rate a second is taken as it is: multiplied and divided it may lose its last bit.
  const perSec = unitNs === NS_PER_SEC ? amount : (amount * NS_PER_SEC) / unitNs;
  if (perSec > RATE_PER_SEC_MAX) refuse(`\`${input}\` is too high`, 'the highest rate is 1,000,000,000/s');
  return perSec;
}

/** The unit that a rate names (`1000/h`); undefined where it has none, NaN where it is not a time. */
export function rateUnitNs(input: string | number): number | undefined {
  const [, , unit] = RATE.exec(String(input).trim()) ?? [];
  if (unit === undefined) return undefined;
  if (Object.hasOwn(RATE_UNIT_SEC, unit)) return DURATION_UNIT_NS[unit]!;
  try {
    return parseDuration(unit);
  } catch {
    return Number.NaN;
  }
}

/**
 * Integer nanoseconds as the shortest text that `parseDuration` reads back exactly: `1h30m`, `2.5s`, `250ms`.
 * @param roundToNs rounds first, as 10_000_000 for two decimals of a second.
 */
export function formatDuration(ns: number, roundToNs = 1): string {
  const total = Math.round(ns / roundToNs) * roundToNs;
  if (total < 0) return `-${formatDuration(-total)}`;
  if (total === 0) return '0s';
  if (total < NS_PER_MS) return `${decimal(total, 3)}us`;
  if (total < NS_PER_SEC) return `${decimal(total, 6)}ms`;
  const hourNs = DURATION_UNIT_NS.h!;
  const minuteNs = DURATION_UNIT_NS.m!;
  const hours = Math.floor(total / hourNs);
  const minutes = Math.floor((total % hourNs) / minuteNs);
  const rest = total % minuteNs;
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${rest > 0 ? `${decimal(rest, 9)}s` : ''}`;
}

/** 1234567 → `1,234,567`; at most `digits` decimals, trailing zeros dropped. From 1e21 on `2.5e+21`. */
export function formatCount(count: number, digits = 0): string {
  if (Math.abs(count) >= 1e21) return count.toExponential(1);
  const [whole = '', fraction] = count.toFixed(digits).split('.');
  const decimals = fraction?.replace(/0+$/, '') ?? '';
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (decimals === '' ? '' : `.${decimals}`);
}

/** 1 → `1 record`, 1234 → `1,234 records`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** 25 → `25/s`, 0.2777… → `16.67/m`: in the first of second, minute, hour and day that makes it at least one. */
export function formatRate(perSec: number): string {
  const units = Object.entries(RATE_UNIT_SEC);
  const [unit, seconds] =
    units.find(([, unitSec]) => perSec * unitSec >= 1) ?? (perSec === 0 ? units[0]! : units.at(-1)!);
  const amount = perSec * seconds;
  return `${formatCount(amount, amount >= 1_000 ? 1 : amount >= 10 ? 2 : 3)}/${unit}`;
}

/**
 * A rate as it was said: against its own time unit, `500/h` or `2 every 5s`. Less than one a second, in the first unit
 * that makes it a whole number, else as formatRate.
 */
export function formatRateIn(perSec: number, timeUnitNs = NS_PER_SEC): string {
  const isPerSec = timeUnitNs === NS_PER_SEC;
  if (isPerSec && perSec >= 1) return formatRate(perSec);
  const unit = Object.entries(RATE_UNIT_SEC).find(([, unitSec]) => {
    return isPerSec ? isWhole(perSec * unitSec) : unitSec * NS_PER_SEC === timeUnitNs;
  });
  if (unit !== undefined) return `${formatCount(perSec * unit[1], 3)}/${unit[0]}`;
  if (isPerSec) return formatRate(perSec);
  return `${formatCount((perSec * timeUnitNs) / NS_PER_SEC, 3)} every ${formatDuration(timeUnitNs)}`;
}

/** But for what writing it in binary cost. */
function isWhole(amount: number): boolean {
  return amount >= 1 && Math.abs(amount - Math.round(amount)) < amount * 1e-9;
}

/** 16384 → `16 KiB`, 1610612736 → `1.5 GiB`: binary units, at most two decimals. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  // 1023.995 would print as 1,024: the next unit says it better.
  while (Math.abs(value) >= 1023.995 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${formatCount(value, unit === 0 ? 0 : 2)} ${units[unit]}`;
}

/** `value` × 10^-places written out by shifting digits: division would not round-trip. */
function decimal(value: number, places: number): string {
  const digits = String(value).padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return digits.slice(0, -places) + (fraction === '' ? '' : `.${fraction}`);
}

function refuse(message: string, hint: string): never {
  throw new InputError([{ message, hint }]);
}
