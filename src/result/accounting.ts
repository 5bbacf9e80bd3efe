/** Adding totals up, and the checks that every message is accounted for. A check that fails is a bug of the engine. */
import { LoadError } from '../errors.ts';
import { totalCount } from '../recorder/histogram.ts';
import { coarsen, messagesIn, type SparseCounts } from '../recorder/latency-series.ts';
import type { LaneMeasurement, LedgerRange, PhaseMeasurement, Totals } from '../recorder/measurement.ts';
import { type PackedCounts, unpackCounts } from '../recorder/packed-counts.ts';
import type { SecondRow } from '../recorder/second-row.ts';
import { countIndexes } from './ledger-ranges.ts';

export function sumTotals(parts: readonly Totals[]): Totals {
  const sum = (pick: (totals: Totals) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    scheduled: sum((t) => t.scheduled),
    sent: sum((t) => t.sent),
    shed: sum((t) => t.shed),
    unsent: sum((t) => t.unsent),
    acked: sum((t) => t.acked),
    failed: sum((t) => t.failed),
    unresolved: sum((t) => t.unresolved),
    payloadBytes: sum((t) => t.payloadBytes),
  };
}

/**
 * scheduled = sent + shed + unsent, sent = acked + failed + unresolved.
 * @throws LoadError ACCOUNTING with all the numbers.
 */
export function checkIdentities(where: string, totals: Totals): void {
  const { scheduled, sent, shed, unsent, acked, failed, unresolved } = totals;
  for (const [name, count] of Object.entries(totals)) {
    if (!Number.isSafeInteger(count) || count < 0) refuse(where, `${name} is ${count}, not a count`, totals);
  }
  if (scheduled !== sent + shed + unsent) refuse(where, 'scheduled ≠ sent + shed + unsent', totals);
  if (sent !== acked + failed + unresolved) refuse(where, 'sent ≠ acked + failed + unresolved', totals);
}

/** Every sent message has its schedule lag, every acknowledged one its service and response. */
export function checkHistograms(where: string, { totals, response, service, scheduleLag }: PhaseMeasurement): void {
  const counts = {
    response: totalCount(response),
    service: totalCount(service),
    scheduleLag: totalCount(scheduleLag),
  };
  const holds =
    counts.response === totals.acked && counts.service === totals.acked && counts.scheduleLag === totals.sent;
  if (!holds) refuse(where, 'the histograms hold other counts than acked, acked, sent', { ...totals, ...counts });
}

/** Each message of the plan was sent, shed or left unsent: none twice, none missing. */
export function checkPlanned(where: string, plannedCount: number, scheduled: number): void {
  if (scheduled !== plannedCount) refuse(where, 'scheduled ≠ planned', { scheduled, planned: plannedCount });
}

/** The ledger names as many indexes as were shed, unsent, and not acknowledged (failed or unresolved). */
export function checkLedger(where: string, lanes: readonly LaneMeasurement[], totals: Totals): void {
  if (!lanes.every((lane) => lane.ledgerComplete)) return;
  const ranges: LedgerRange[] = lanes.flatMap((lane) => lane.notAcked);
  const listed = {
    shed: countIndexes(ranges, ['shed']),
    unsent: countIndexes(ranges, ['unsent']),
    notAcked: countIndexes(ranges, ['not-persisted', 'possibly-persisted', 'persisted']),
  };
  const holds =
    listed.shed === totals.shed &&
    listed.unsent === totals.unsent &&
    listed.notAcked === totals.failed + totals.unresolved;
  if (!holds) refuse(where, 'the ledger lists other counts than shed, unsent, failed + unresolved', { totals, listed });
}

/** The rows of the per-second series, warm-up and drain included, add up to what was counted. */
export function checkSeries(rows: readonly SecondRow[], totals: Totals): void {
  const sum = (pick: (row: SecondRow) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const series = { sent: sum((r) => r.sent), acked: sum((r) => r.acked), failed: sum((r) => r.failed) };
  const holds = series.sent === totals.sent && series.acked === totals.acked && series.failed === totals.failed;
  if (!holds) refuse('series', 'its rows do not add up to the totals', { totals, series });
}

/**
 * The latencies of all seconds, warm-up and drain included, are those of the acknowledged messages. Where a worker was
 * lost, it may have booked a latency and not its message, or gone on after it was given up: then they lie between.
 */
export function checkLatencySeries(
  latencies: readonly PackedCounts[],
  rows: number,
  phases: readonly PhaseMeasurement[],
): void {
  const count = (of: readonly SparseCounts[]) => of.reduce((sum, counts) => sum + messagesIn(counts), 0);
  const numbers = {
    rows,
    entries: latencies.length,
    acked: sumTotals(phases.map(({ totals }) => totals)).acked,
    inSeries: count(unpackCounts(latencies.join(''))),
    inHistograms: count(phases.map(({ response }) => coarsen(response))),
  };
  const { acked, inSeries, inHistograms } = numbers;
  if (latencies.length !== rows) refuse('latency series', 'it does not have one entry for each row', numbers);
  if (acked <= inSeries && inSeries <= inHistograms) return;
  refuse('latency series', 'it does not add up to the acknowledged messages', numbers);
}

/** @throws LoadError ACCOUNTING */
export function refuse(where: string, what: string, numbers: object): never {
  throw new LoadError('ACCOUNTING', `accounting of ${where}: ${what}: ${JSON.stringify(numbers)}`, {
    hint: 'this is a bug in the load engine: no number of this run can be trusted; please report it with this line',
  });
}
