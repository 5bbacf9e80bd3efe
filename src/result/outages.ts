/** Outages of a run: those of all workers joined, and how the run recovered from each, by its rows. */
import type { OutageMeasurement } from '../recorder/measurement.ts';
import type { SecondRow } from '../recorder/second-row.ts';
import { NS_PER_SEC } from '../units.ts';
import type { Outage } from './result.ts';

/** What is usual is taken from up to so many seconds before an outage. */
const BEFORE_SEC = 10;
/** What falls due in 10 ms is always under way: so much more than before it counts as drained. */
const ROOM_SHARE = 0.01;
/** Response p99 is back when it is at most this many times what it was. */
const P99_FACTOR = 2;

type Row = Pick<SecondRow, 'second' | 'scheduled' | 'acked' | 'failed' | 'inFlight' | 'p99'>;

/** @param sheds messages were dropped: rows do not tell when, so only those in flight count as waiting. */
export function measureOutages(measured: readonly OutageMeasurement[], rows: readonly Row[], sheds: boolean): Outage[] {
  const waiting = sheds ? rows.map(({ inFlight }) => inFlight) : backlogs(rows);
  return joinOutages(measured).map(({ fromNs, toNs, isPartial }) => {
    const outage = { from: fromNs / NS_PER_SEC, to: toNs / NS_PER_SEC };
    return { ...outage, ...(isPartial && { partial: true as const }), ...recovery(outage, rows, waiting) };
  });
}

/** Overlapping ones are one; it is partial as soon as a part of it is. */
function joinOutages(outages: readonly OutageMeasurement[]): OutageMeasurement[] {
  const joined: OutageMeasurement[] = [];
  for (const outage of outages.toSorted((a, b) => a.fromNs - b.fromNs)) {
    const last = joined.at(-1);
    if (last === undefined || outage.fromNs > last.toNs) {
      joined.push(outage);
      continue;
    }
    const isPartial = last.isPartial === true || outage.isPartial === true;
    const toNs = Math.max(last.toNs, outage.toNs);
    joined[joined.length - 1] = { fromNs: last.fromNs, toNs, ...(isPartial && { isPartial }) };
  }
  return joined;
}

/** Messages due and neither acknowledged nor failed, at the end of each row. */
function backlogs(rows: readonly Row[]): number[] {
  let waiting = 0;
  return rows.map(({ scheduled, acked, failed }) => {
    waiting += scheduled - acked - failed;
    return waiting;
  });
}

function recovery(
  { from, to }: { readonly from: number; readonly to: number },
  rows: readonly Row[],
  waiting: readonly number[],
): Pick<Outage, 'peakBacklog' | 'drainSeconds' | 'p99RecoverySeconds'> {
  const first = rows.findIndex(({ second }) => second + 1 > from);
  if (first < 0) return {};
  const before = Math.max(0, first - BEFORE_SEC);
  const usual = Math.max(0, ...waiting.slice(before, first));
  const isDrained = (i: number) => waiting[i]! <= usual + ROOM_SHARE * rows[i]!.scheduled;
  const isAfter = (i: number) => rows[i]!.second + 1 > to;
  // What was only given up is not drained.
  const answered = rows.findIndex(({ acked }, i) => isAfter(i) && acked > 0);
  const drained = answered < 0 ? -1 : rows.findIndex((_, i) => i >= answered && isDrained(i));
  const worst = waiting.slice(first, drained < 0 ? undefined : drained + 1);
  const sinceEnd = (i: number) => (i < 0 ? null : rows[i]!.second + 1 - to);
  const p99Usual = median(rows.slice(before, first).flatMap(({ p99 }) => (p99 === null ? [] : [p99])));
  const isBack = ({ p99 }: Row) => p99 !== null && p99Usual !== undefined && p99 <= P99_FACTOR * p99Usual;
  return {
    peakBacklog: Math.max(0, ...worst),
    drainSeconds: sinceEnd(drained),
    // Without a second before it nobody knows what is usual.
    ...(p99Usual !== undefined && {
      p99RecoverySeconds: sinceEnd(rows.findIndex((row, i) => isAfter(i) && isBack(row))),
    }),
  };
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
