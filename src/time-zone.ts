/** Wall clocks: which offset a zone has at an instant, where it changes, and which instant a local time means. */
import { nearest } from './nearest.ts';
import { MS_PER_SEC } from './units.ts';

export const MS_PER_DAY = 86_400_000;

/** Offsets change months apart; steps of this length see every change, bisection then finds its second. */
const STEP_MS = 6 * 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** A stretch of time in which a zone has one offset from UTC. */
export interface OffsetSpan {
  /** ms since 1970, the end not included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Local time − UTC. */
  readonly offsetMs: number;
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone somebody probably meant, by its name or by its city alone. */
export function nearestTimeZone(name: string): string | undefined {
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const city = (zone: string) => zone.split('/').at(-1)!;
  const near = nearest(name, zones);
  if (near !== undefined) return near;
  const nearCity = nearest(city(name), zones.map(city));
  return zones.find((zone) => city(zone) === nearCity);
}

/** Local time − UTC in ms at an instant (ms since 1970). */
export function offsetAt(zone: string, ms: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(ms)) parts[type] = Number(value);
  const { year, month, day, hour, minute, second } = parts;
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) - Math.floor(ms / MS_PER_SEC) * MS_PER_SEC;
}

/** The spans that cover fromMs..toMs, in order and without gaps; at least one. */
export function offsetSpans(zone: string, fromMs: number, toMs: number): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  let spanFromMs = fromMs;
  let offsetMs = offsetAt(zone, fromMs);
  for (let ms = fromMs; ms < toMs; ) {
    const nextMs = Math.min(ms + STEP_MS, toMs);
    const nextOffsetMs = offsetAt(zone, nextMs);
    if (nextOffsetMs !== offsetMs) {
      const changeMs = firstWithOffset(zone, nextOffsetMs, ms, nextMs);
      spans.push({ fromMs: spanFromMs, toMs: changeMs, offsetMs });
      spanFromMs = changeMs;
      offsetMs = nextOffsetMs;
    }
    ms = nextMs;
  }
  if (spans.length === 0 || spanFromMs < toMs) spans.push({ fromMs: spanFromMs, toMs, offsetMs });
  return spans;
}

/**
 * The instant at which the zone's clocks show `localMs` (a local time written as if it were UTC). Of a time that they
 * show twice the first is meant; one that they skip lies as far behind the change as it was written behind it.
 */
export function instantOf(zone: string, localMs: number): number {
  const before = offsetAt(zone, localMs - MS_PER_DAY);
  const after = offsetAt(zone, localMs + MS_PER_DAY);
  const instants = [localMs - before, localMs - after].filter((ms) => ms + offsetAt(zone, ms) === localMs);
  return instants.length === 0 ? localMs - before : Math.min(...instants);
}

/** Between an instant with another offset and one with this, the first with this. */
function firstWithOffset(zone: string, offsetMs: number, otherMs: number, thisMs: number): number {
  let low = otherMs;
  let high = thisMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle) === offsetMs) high = middle;
    else low = middle;
  }
  return high;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    const numeric = 'numeric' as const;
    const fields = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...fields });
    formats.set(zone, format);
  }
  return format;
}
