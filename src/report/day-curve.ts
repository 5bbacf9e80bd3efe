/** A simulated day as a curve, with the hours of its own clock on the axis. */
import type { PlanClock } from '../plan/plan.ts';
import { MS_PER_DAY, offsetAt } from '../time-zone.ts';
import { formatRate, MS_PER_MINUTE, NS_PER_MS, NS_PER_SEC } from '../units.ts';

type WallClock = Pick<PlanClock, 'timezone' | 'originMs'>;

interface DayScale {
  readonly clock: WallClock;
  /** Width of a bucket in simulated time, and the time against which its rate counts. */
  readonly bucketNs: number;
  readonly bucketRealNs: number;
}

const BLOCKS = '▁▂▃▄▅▆▇█';
const COLUMNS = 60;
const ROWS = 5;
const RATE_WIDTH = 12;
const MINUTES_PER_DAY = 1440;
/** Minutes from one label of the axis to the next; from a day on the labels are dates. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400];
/** Columns from one label to the next, at least. */
const LABEL_COLUMNS = 6;

/** A lower block for less of the greatest; a blank stands for none at all. */
export function block(share: number): string {
  return share > 0 ? BLOCKS[Math.min(BLOCKS.length, Math.ceil(share * BLOCKS.length)) - 1]! : ' ';
}

/** Lines of at most 75 columns: the rows of the curve, its axis, and the times on it. */
export function dayCurve(buckets: readonly number[], { clock, bucketNs, bucketRealNs }: DayScale): string[] {
  const perColumn = Math.ceil(buckets.length / COLUMNS);
  const heights = Array.from({ length: Math.ceil(buckets.length / perColumn) }, (_, column) => {
    const part = buckets.slice(column * perColumn, (column + 1) * perColumn);
    return part.reduce((a, b) => a + b, 0) / part.length;
  });
  const tallest = Math.max(...heights);
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const below = ROWS - 1 - i;
    const rate = i === 0 ? `${formatRate((tallest * NS_PER_SEC) / bucketRealNs)} ┤` : '│';
    return `${rate.padStart(RATE_WIDTH)}${heights.map((height) => block((height / tallest) * ROWS - below)).join('')}`;
  });
  const ticks = ticksOf(clock, heights.length, perColumn * bucketNs);
  const axis = heights.map((_, column) => (ticks.some((tick) => tick.column === column) ? '┬' : '─')).join('');
  let labels = ' '.repeat(RATE_WIDTH);
  for (const { column, text } of ticks) labels = `${labels.padEnd(RATE_WIDTH + column)}${text}`;
  return [...rows.map((row) => row.trimEnd()), `${'└'.padStart(RATE_WIDTH)}${axis}`, labels];
}

/** `Sun 2026-03-08 00:00`, `ns` of simulated time after the start. */
export function dateText(clock: WallClock, ns: number): string {
  const date = localDate(clock, ns);
  return `${weekday(date)} ${date.toISOString().slice(0, 10)} ${timeText(date)}`;
}

/** `09:00–12:00` within a day, `Sun 22:00–Mon 06:00` over days; seconds where there are any. */
export function timeRangeText(clock: WallClock, fromNs: number, toNs: number): string {
  const [from, to] = [localDate(clock, fromNs), localDate(clock, toNs)];
  const isOneDay =
    from.getTime() + MS_PER_DAY >= to.getTime() && (from.getUTCDay() === to.getUTCDay() || isMidnight(to));
  const text = (date: Date) => `${isOneDay ? '' : `${weekday(date)} `}${timeText(date)}`;
  return `${isOneDay ? `${weekday(from)} ` : ''}${text(from)}–${text(to)}`;
}

function ticksOf(clock: WallClock, columns: number, columnNs: number): { column: number; text: string }[] {
  const columnMinutes = columnNs / (60 * NS_PER_SEC);
  const step = STEPS.find((minutes) => minutes >= LABEL_COLUMNS * columnMinutes) ?? STEPS.at(-1)!;
  const stepAt = (column: number) => localDate(clock, column * columnNs).getTime() / MS_PER_MINUTE / step;
  const ticks: { column: number; text: string }[] = [];
  for (let column = 0; column < columns; column++) {
    const at = Math.floor(stepAt(column));
    const begins = column === 0 ? stepAt(0) === at : Math.floor(stepAt(column - 1)) !== at;
    const isApart = column - (ticks.at(-1)?.column ?? -LABEL_COLUMNS) >= LABEL_COLUMNS;
    if (begins && isApart) ticks.push({ column, text: tickText(new Date(at * step * MS_PER_MINUTE), step) });
  }
  return ticks;
}

function tickText(date: Date, step: number): string {
  return step >= MINUTES_PER_DAY ? date.toISOString().slice(5, 10) : timeText(date);
}

/** What the clock shows, as if it were UTC. */
function localDate({ timezone, originMs }: WallClock, ns: number): Date {
  const ms = originMs + Math.round(ns / NS_PER_MS);
  return new Date(ms + offsetAt(timezone, ms));
}

function timeText(date: Date): string {
  const [time, second] = [date.toISOString().slice(11, 16), date.toISOString().slice(16, 19)];
  return second === ':00' ? time : `${time}${second}`;
}

function weekday(date: Date): string {
  return ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][date.getUTCDay()]!;
}

function isMidnight(date: Date): boolean {
  return date.getTime() % MS_PER_DAY === 0;
}
