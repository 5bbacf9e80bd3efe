/** `--from` and `--to` of `consume`: where in each partition reading begins and ends. */
import type { Problem } from '../errors.ts';
import { MS_PER_SEC, NS_PER_MS, parseDuration } from '../units.ts';
import { isSet, textValue, type Values } from './values.ts';

/** A place in every partition. */
export type LogPlace =
  | { readonly kind: 'earliest' | 'latest' }
  /** Of each partition. */
  | { readonly kind: 'offset'; readonly offset: number }
  /** So many offsets before the end of each partition. */
  | { readonly kind: 'before-end'; readonly offsets: number }
  /** The first record whose timestamp is not earlier, ms since 1970. */
  | { readonly kind: 'time'; readonly timeMs: number };

export interface ReadRange {
  readonly from: LogPlace;
  /** Absent: it follows. The place itself is not read. */
  readonly to?: LogPlace;
}

const EXAMPLES =
  'earliest, latest, an offset (1000), offsets before the end (-1000), a time (2026-11-30T10:00Z), a date (2026-11-30, from 00:00 UTC) or a time before now (-5m)';
/** A date alone is its midnight in UTC. */
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d|$)/;

/** Undefined where none of the flags is given: `consume` is then a member of a group. */
export function readRange(values: Values, nowMs: number, problems: Problem[]): ReadRange | undefined {
  const texts = { from: textValue(values, 'from'), to: textValue(values, 'to') };
  const follows = isSet(values, 'follow');
  if (texts.from === undefined && texts.to === undefined) return undefined;
  if (follows && texts.to !== undefined) {
    problems.push({ place: '--follow', message: 'there is an end already, --to', hint: 'give one of the two' });
  }
  const from =
    texts.from === undefined ? ({ kind: 'earliest' } as const) : placeOf('from', texts.from, nowMs, problems);
  const to = texts.to === undefined ? ({ kind: 'latest' } as const) : placeOf('to', texts.to, nowMs, problems);
  if (from === undefined || to === undefined) return undefined;
  if (!follows && isBackwards(from, to)) {
    problems.push({
      place: '--to',
      message: `\`${texts.to ?? 'latest'}\` is not after --from \`${texts.from ?? 'earliest'}\``,
      hint:
        texts.to === undefined
          ? '--follow reads records as they come'
          : '--from is where reading begins, --to the first record that is not read',
    });
  }
  return follows ? { from } : { from, to };
}

function placeOf(flag: 'from' | 'to', text: string, nowMs: number, problems: Problem[]): LogPlace | undefined {
  const place = parsePlace(text, nowMs);
  const problem = (message: string, hint: string) => void problems.push({ place: `--${flag}`, message, hint });
  if (place === undefined) problem(`\`${text}\` is not a place in a topic`, EXAMPLES);
  else if (place.kind === 'time' && place.timeMs > nowMs + MS_PER_SEC) {
    problem(`\`${text}\` is in the future`, '--follow reads records as they come, until Ctrl-C or -n');
  } else return place;
  return undefined;
}

function parsePlace(text: string, nowMs: number): LogPlace | undefined {
  if (text === 'earliest' || text === 'latest') return { kind: text };
  if (/^-?\d+$/.test(text)) {
    const number = Number(text);
    if (!Number.isSafeInteger(number)) return undefined;
    return text.startsWith('-') ? { kind: 'before-end', offsets: -number } : { kind: 'offset', offset: number };
  }
  if (text.startsWith('-')) {
    const ns = durationNs(text.slice(1));
    return ns === undefined ? undefined : { kind: 'time', timeMs: Math.round(nowMs - ns / NS_PER_MS) };
  }
  const timeMs = DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) || timeMs < 0 ? undefined : { kind: 'time', timeMs };
}

function durationNs(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

/** As far as it can be seen without a broker. */
function isBackwards(from: LogPlace, to: LogPlace): boolean {
  if (from.kind === 'latest' || to.kind === 'earliest') return true;
  if (from.kind === 'offset' && to.kind === 'offset') return to.offset <= from.offset;
  if (from.kind === 'before-end' && to.kind === 'before-end') return to.offsets >= from.offsets;
  return from.kind === 'time' && to.kind === 'time' && to.timeMs <= from.timeMs;
}

/** Of one partition. */
export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  /** The first offset that is not read; Infinity where it follows. */
  readonly to: number;
}

/** What a broker knows of one partition. */
export interface PartitionLog {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that is there, and the one that the next record gets. */
  readonly low: number;
  readonly high: number;
  /** Of the times of the range; the end where no record is as late. */
  readonly fromTime?: number;
  readonly toTime?: number;
}

export function rangeOf({ topic, partition, ...log }: PartitionLog, { from, to }: ReadRange): PartitionRange {
  const at = (place: LogPlace, time: number | undefined) =>
    Math.min(log.high, Math.max(log.low, offsetOf(place, log, time)));
  return {
    ...{ topic, partition, from: at(from, log.fromTime) },
    to: to === undefined ? Number.POSITIVE_INFINITY : at(to, log.toTime),
  };
}

function offsetOf(
  place: LogPlace,
  { low, high }: Pick<PartitionLog, 'low' | 'high'>,
  time: number | undefined,
): number {
  switch (place.kind) {
    case 'earliest':
      return low;
    case 'latest':
      return high;
    case 'offset':
      return place.offset;
    case 'before-end':
      return high - place.offsets;
    case 'time':
      return time ?? high;
  }
}

/** Why nothing can be read of it; undefined where something can. */
export function emptyReason(logs: readonly PartitionLog[], range: ReadRange): string | undefined {
  const { from, to } = range;
  const end = Math.max(...logs.map(({ high }) => high));
  const beyond = (flag: string, place: LogPlace | undefined) =>
    place?.kind === 'offset' && place.offset > end
      ? `${flag} ${place.offset} is beyond the end of every partition: the last one ends at ${end}`
      : undefined;
  const outside = beyond('--from', from) ?? beyond('--to', to);
  if (outside !== undefined) return outside;
  const isEmpty = logs.every((log) => {
    const own = rangeOf(log, range);
    return own.from >= own.to;
  });
  return isEmpty && logs.some(({ low, high }) => high > low) ? 'no partition has a record in this range' : undefined;
}
