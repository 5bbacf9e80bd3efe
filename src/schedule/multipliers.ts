/** Windows of the simulated day as pieces of time, each with the factor that the planned rate has in it. */
import { MS_PER_DAY, offsetSpans } from '../time-zone.ts';
import { MS_PER_MINUTE, NS_PER_MS } from '../units.ts';
import { type SegmentShape, scaledPart } from './segment.ts';

export interface Multipliers {
  /** Of the windows that hold at a time: the first one's factor, the product, the greatest. None holds: 1. */
  readonly combine: 'first' | 'multiply' | 'max';
  readonly windows: readonly MultiplierWindow[];
}

/** Hours, days or both; a window over midnight belongs to the day on which it begins. */
export interface MultiplierWindow {
  readonly name?: string;
  /** Local minutes of the day, 0–1440, the end not included; an end before the start is on the next day. */
  readonly hours?: { readonly fromMinute: number; readonly toMinute: number };
  /** 0 is Sunday. */
  readonly days?: readonly number[];
  readonly factor: number;
}

/** From `startNs` (simulated time since the run's start) to the next piece's. */
export interface FactorPiece {
  readonly startNs: number;
  readonly factor: number;
}

export interface WallClock {
  readonly timezone: string;
  /** What the clock stood at when the run started, ms since 1970. */
  readonly originMs: number;
}

/** The pieces that cover fromNs..toNs; neighbours have different factors, the first starts at fromNs. */
export function factorPieces(
  multipliers: Multipliers,
  { timezone, originMs }: WallClock,
  fromNs: number,
  toNs: number,
): FactorPiece[] {
  const marks = marksOf(multipliers);
  const pieces: FactorPiece[] = [];
  const fromMs = originMs + Math.floor(fromNs / NS_PER_MS);
  for (const span of offsetSpans(timezone, fromMs, originMs + Math.ceil(toNs / NS_PER_MS))) {
    const endMs = span.toMs + span.offsetMs;
    const startMs = span.fromMs + span.offsetMs;
    for (const localMs of [startMs, ...localTimesBetween(marks, startMs, endMs)]) {
      const factor = factorAt(multipliers, localMs);
      const startNs = Math.max(fromNs, (localMs - span.offsetMs - originMs) * NS_PER_MS);
      if (pieces.at(-1)?.factor !== factor) pieces.push({ startNs, factor });
    }
  }
  return pieces;
}

/** What the windows make of the rate when the clocks show `localMs`, a local time written as if it were UTC. */
function factorAt({ combine, windows }: Multipliers, localMs: number): number {
  const day = Math.floor(localMs / MS_PER_DAY);
  const minute = (localMs - day * MS_PER_DAY) / MS_PER_MINUTE;
  const factors = windows.filter((window) => isIn(window, day, minute)).map(({ factor }) => factor);
  if (factors.length === 0) return 1;
  switch (combine) {
    case 'first':
      return factors[0]!;
    case 'multiply':
      return factors.reduce((product, factor) => product * factor, 1);
    case 'max':
      return Math.max(...factors);
  }
}

/** A window over midnight belongs to the day on which it begins. */
function isIn({ hours, days }: MultiplierWindow, day: number, minute: number): boolean {
  const isDay = (each: number) => days === undefined || days.includes(weekdayOf(each));
  if (hours === undefined) return isDay(day);
  const { fromMinute, toMinute } = hours;
  if (fromMinute < toMinute) return fromMinute <= minute && minute < toMinute && isDay(day);
  return minute >= fromMinute ? isDay(day) : minute < toMinute && isDay(day - 1);
}

/** 0 is Sunday, as in JavaScript; the first of January 1970 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** Minutes of the day at which a factor may change. */
function marksOf({ windows }: Multipliers): number[] {
  const marks = windows.flatMap(({ hours }) => (hours === undefined ? [] : [hours.fromMinute, hours.toMinute]));
  return [...new Set([0, ...marks.map((minute) => minute % 1440)])].sort((a, b) => a - b);
}

function localTimesBetween(marks: readonly number[], afterMs: number, beforeMs: number): number[] {
  const times: number[] = [];
  for (let dayMs = Math.floor(afterMs / MS_PER_DAY) * MS_PER_DAY; dayMs < beforeMs; dayMs += MS_PER_DAY) {
    for (const minute of marks) {
      const localMs = dayMs + minute * MS_PER_MINUTE;
      if (localMs > afterMs && localMs < beforeMs) times.push(localMs);
    }
  }
  return times;
}

/** Cuts the shapes where the factor changes, and scales them; a shape is analytic in every part. */
export function scaleShapes(shapes: readonly SegmentShape[], factors: readonly FactorPiece[]): SegmentShape[] {
  const parts: SegmentShape[] = [];
  let piece = 0;
  for (const shape of shapes) {
    for (let from = 0; from < shape.durationNs; ) {
      while (piece + 1 < factors.length && factors[piece + 1]!.startNs <= shape.startNs + from) piece++;
      const untilNs = factors[piece + 1]?.startNs ?? Infinity;
      const to = Math.min(shape.durationNs, untilNs - shape.startNs);
      parts.push(scaledPart(shape, from, to, factors[piece]!.factor));
      from = to;
    }
  }
  return parts;
}
