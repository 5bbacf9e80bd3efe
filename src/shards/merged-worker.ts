/** One worker of the run, by what the processes that were it have told. */
import { dueShare, isEndless } from '../plan/endless.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import { createHistogram } from '../recorder/histogram.ts';
import { plannedShare } from '../recorder/lane-measurement.ts';
import type {
  LaneMeasurement,
  PhaseMeasurement,
  Totals,
  TransactionMeasurement,
  WorkerMeasurement,
} from '../recorder/measurement.ts';
import { COUNT_CELLS, COUNTER, counterCell, LATENCY, type Phase, TRANSACTION, WARMUP } from '../recorder/run-memory.ts';
import { placeOf } from './data-message.ts';
import type { ReportedLane, ReportedWorker } from './final-report.ts';
import type { Instance } from './instance.ts';

/** What histograms were merged elsewhere is empty here, and the same for all. */
const EMPTY = createHistogram();
const NO_LATENCIES = { response: EMPTY, service: EMPTY, scheduleLag: EMPTY };

export interface MergedWorkerOptions {
  readonly plan: Plan;
  readonly worker: number;
  /** Its number within its shard. */
  readonly thread: number;
  /** Processes of its shard, in the order in which they joined. */
  readonly instances: readonly Instance[];
  /** When the load ended for those that told, ns from run start. */
  readonly loadEndNs: number;
}

export function mergedWorker(options: MergedWorkerOptions): WorkerMeasurement {
  const { plan, worker, thread, instances, loadEndNs } = options;
  const told = instances.map((instance) => reported(instance, thread));
  const last = told.findLast((each) => each !== undefined);
  const loops = instances.map(({ loops }, i) => told[i] ?? loops[thread]!);
  const sum = (of: 'busyNs' | 'idleNs' | 'blockedNs') => loops.reduce((total, loop) => total + loop[of], 0);
  const failures = instances.flatMap((instance, i) => told[i]?.failure ?? instance.mismatch ?? instance.lostFor ?? []);
  const isWhole = instances.length > 0 && told.every((each) => each?.complete === true);
  return {
    worker,
    lanes: plan.lanes.map((lane) => mergedLane(options, lane, told)),
    resolution: EMPTY,
    ...{ busyNs: sum('busyNs'), idleNs: sum('idleNs'), blockedNs: sum('blockedNs') },
    phases: withinLoad(last?.phases ?? knownPhases(options), loadEndNs),
    outages: [],
    ...(last?.broker && { broker: last.broker }),
    complete: isWhole,
    ...(!isWhole && { failure: failures.join('; ') || 'nothing was heard of it' }),
    ...(last?.lostNs !== undefined && { lostNs: last.lostNs }),
  };
}

/** What it said at its end, where that is what its seconds add up to. */
function reported(instance: Instance, thread: number): ReportedWorker | undefined {
  return instance.isDone && instance.mismatch === undefined ? instance.final!.workers[thread] : undefined;
}

/** Of one that was lost; where the load begins with the run, its start is 0, as it is before it begins. */
function knownPhases({ plan, instances, thread, loadEndNs }: MergedWorkerOptions): WorkerMeasurement['phases'] {
  const loop = instances.at(-1)?.loops[thread];
  const endNs = loop?.loadEndNs || loadEndNs;
  const warmupEndNs = Math.min(...plan.lanes.map(({ load }) => load.warmupEndNs));
  const startNs = loop?.loadStartNs || warmupEndNs;
  return { loadStartNs: Math.min(startNs, endNs), loadEndNs: endNs, drainEndNs: loop?.drainEndNs || endNs };
}

/** One that joined when the load was over has no load phase of its own. */
function withinLoad({ loadStartNs, loadEndNs, drainEndNs }: WorkerMeasurement['phases'], endNs: number) {
  return { loadStartNs: Math.min(loadStartNs, endNs), loadEndNs: Math.min(loadEndNs, endNs), drainEndNs };
}

function mergedLane(
  options: MergedWorkerOptions,
  lane: LanePlan,
  told: readonly (ReportedWorker | undefined)[],
): LaneMeasurement {
  const { worker, thread, instances } = options;
  const lanes = told.map((each) => each?.lanes[lane.lane]);
  const known = lanes.filter((each) => each !== undefined);
  const phase = (of: Phase): PhaseMeasurement => {
    const parts = instances.map((instance, i) => {
      const own = lanes[i];
      return own === undefined ? countedTotals(instance, thread, lane.lane, of) : totalsOf(own, of);
    });
    const scheduled = isOnly(instances) && known.length === 1 ? parts[0]!.scheduled : planned(options, lane, of);
    return { totals: addTotals(parts, scheduled), ...NO_LATENCIES };
  };
  const moments = instances.map((instance, i) => lanes[i] ?? instance.momentsOf(thread, lane.lane));
  const times = (pick: (moment: (typeof moments)[number]) => number | undefined) =>
    moments.flatMap((m) => pick(m) || []);
  const [first, lastSent, lastAck] = [
    times(({ firstSentNs }) => firstSentNs),
    times(({ lastSentNs }) => lastSentNs),
    times(({ lastAckNs }) => lastAckNs),
  ];
  const transactions = mergedTransactions(options, lane, lanes);
  const whole = isOnly(instances) ? known[0] : undefined;
  const stopped = known.findLast((each) => each.stopped !== undefined)?.stopped;
  return {
    worker,
    scenario: lane.name,
    warmup: phase(0),
    load: phase(1),
    ...(first.length > 0 && { firstSentNs: Math.min(...first) }),
    ...(lastSent.length > 0 && { lastSentNs: Math.max(...lastSent) }),
    ...(lastAck.length > 0 && { lastAckNs: Math.max(...lastAck) }),
    notAcked: known.flatMap((each) => (each === lanes.at(-1) ? each.notAcked : withoutUnsent(each.notAcked))),
    ledgerComplete: whole?.ledgerComplete === true,
    ...(whole?.reach && { reach: whole.reach }),
    ...(whole?.topics && { topics: whole.topics }),
    ...(whole?.clients && { clients: whole.clients }),
    errors: known.flatMap(({ errors }) => errors),
    ...(transactions && { transactions }),
    ...(stopped !== undefined && { stopped }),
  };
}

/** One that joined late took the place of another, though nothing may have been heard of that. */
function isOnly(instances: readonly Instance[]): boolean {
  return instances.length === 1 && instances[0]!.joinedNs === 0;
}

/** What one that was stopped had left was for the next one. */
function withoutUnsent(ranges: LaneMeasurement['notAcked']): LaneMeasurement['notAcked'] {
  return ranges.filter(({ status }) => status !== 'unsent');
}

function totalsOf({ warmup, load }: ReportedLane, phase: Phase): Totals {
  return phase === WARMUP ? warmup : load;
}

/** Of a process that has not said how it ended: what it had in flight is unresolved. */
function countedTotals(instance: Instance, thread: number, lane: number, phase: Phase): Totals {
  const of = (counter: number, other = thread) =>
    instance.countsOf(other, lane)[COUNT_CELLS.indexOf(counterCell(phase, counter))]!;
  // A message that did not arrive leaves gaps in all of them: what has no latency does not count as acknowledged.
  let measured = instance.sumsOf(placeOf(lane, phase, LATENCY.response))?.count ?? 0;
  for (let other = 0; other < thread; other++) measured -= of(COUNTER.acked, other);
  const acked = Math.max(0, Math.min(of(COUNTER.acked), measured));
  const failed = of(COUNTER.failed);
  const sent = Math.max(of(COUNTER.sent), acked + failed);
  const shed = of(COUNTER.shed);
  const unresolved = sent - acked - failed;
  return { scheduled: sent + shed, sent, shed, unsent: 0, acked, failed, unresolved, payloadBytes: of(COUNTER.bytes) };
}

/** The share that all of them had, whoever did what of it; null in a closed loop. */
function planned({ plan, worker, instances, thread, loadEndNs }: MergedWorkerOptions, lane: LanePlan, phase: Phase) {
  const { load } = lane;
  if (!isEndless(load)) return plannedShare(lane, worker, plan.workers, phase, undefined);
  const endNs = instances.at(-1)?.loops[thread]?.loadEndNs || loadEndNs;
  return plannedShare(lane, worker, plan.workers, phase, dueShare(load, endNs, worker, plan.workers));
}

/** What is planned and was neither sent nor shed was left. */
function addTotals(parts: readonly Totals[], planned: number | null): Totals {
  const sum = (of: keyof Totals) => parts.reduce((total, part) => total + part[of], 0);
  const handled = sum('sent') + sum('shed');
  const unsent = planned === null ? sum('unsent') : Math.max(0, planned - handled);
  return {
    scheduled: handled + unsent,
    ...{ sent: sum('sent'), shed: sum('shed'), unsent, acked: sum('acked'), failed: sum('failed') },
    ...{ unresolved: sum('unresolved'), payloadBytes: sum('payloadBytes') },
  };
}

function mergedTransactions(
  { instances, thread }: MergedWorkerOptions,
  lane: LanePlan,
  lanes: readonly (ReportedLane | undefined)[],
): TransactionMeasurement | undefined {
  if (lane.transactions === undefined) return undefined;
  const parts = instances.map(
    (instance, i) => lanes[i]?.transactions ?? countedTransactions(instance, thread, lane.lane),
  );
  const sum = (of: keyof typeof TRANSACTION) => parts.reduce((total, part) => total + part[of], 0);
  return {
    ...{ committed: sum('committed'), aborted: sum('aborted'), forced: sum('forced'), undecided: sum('undecided') },
    committedMessages: sum('committedMessages'),
    abortedMessages: sum('abortedMessages'),
    undecidedMessages: sum('undecidedMessages'),
    commitLatency: EMPTY,
    notCommitted: lanes.flatMap((each) => each?.transactions?.notCommitted ?? []),
    errors: lanes.flatMap((each) => each?.transactions?.errors ?? []),
  };
}

/** Acknowledged messages of a transaction whose end nobody heard of are undecided. */
function countedTransactions(
  instance: Instance,
  thread: number,
  lane: number,
): Record<keyof typeof TRANSACTION, number> {
  const counts = instance.countsOf(thread, lane);
  const of = (cell: number) => counts[COUNT_CELLS.indexOf(cell)]!;
  const acked = of(counterCell(0, COUNTER.acked)) + of(counterCell(1, COUNTER.acked));
  const [committedMessages, abortedMessages] = [of(TRANSACTION.committedMessages), of(TRANSACTION.abortedMessages)];
  const undecidedMessages = Math.max(0, acked - committedMessages - abortedMessages);
  return {
    ...{ committed: of(TRANSACTION.committed), aborted: of(TRANSACTION.aborted), forced: of(TRANSACTION.forced) },
    ...{ undecided: undecidedMessages > 0 ? 1 : 0, committedMessages, abortedMessages, undecidedMessages },
  };
}

/** Histograms by lane and phase, for one of the workers to have. */
export function withLatencies(
  worker: WorkerMeasurement,
  histogramOf: (lane: number, phase: Phase, latency: number) => PhaseMeasurement['response'],
  commitsOf: (lane: number) => TransactionMeasurement['commitLatency'],
  resolution: WorkerMeasurement['resolution'],
): WorkerMeasurement {
  const phase = (measured: PhaseMeasurement, lane: number, of: Phase): PhaseMeasurement => ({
    ...measured,
    response: histogramOf(lane, of, LATENCY.response),
    service: histogramOf(lane, of, LATENCY.service),
    scheduleLag: histogramOf(lane, of, LATENCY.scheduleLag),
  });
  return {
    ...worker,
    resolution,
    lanes: worker.lanes.map((lane, i) => ({
      ...lane,
      warmup: phase(lane.warmup, i, 0),
      load: phase(lane.load, i, 1),
      ...(lane.transactions && { transactions: { ...lane.transactions, commitLatency: commitsOf(i) } }),
    })),
  };
}
