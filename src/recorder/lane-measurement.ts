/** A lane's measurement out of shared memory: by the worker itself at its end, by the coordinator when it was lost. */
import type { LanePlan } from '../plan/plan.ts';
import { shareOf } from '../split.ts';
import type { LaneMeasurement, PhaseMeasurement, TransactionMeasurement } from './measurement.ts';
import { RunReader } from './reader.ts';
import {
  commitHistogram,
  LATENCY,
  LOAD,
  laneCounters,
  laneHistogram,
  MOMENT,
  type Phase,
  type RunMemory,
  TRANSACTION,
  WARMUP,
} from './run-memory.ts';

export type LaneAccount = Pick<
  LaneMeasurement,
  'notAcked' | 'ledgerComplete' | 'errors' | 'stopped' | 'topics' | 'clients'
> & {
  /** Messages that were to be sent and were not. */
  readonly unsent: number;
  /** Of an endless schedule: this worker's messages that were due when it ended. */
  readonly due?: number;
  readonly notCommitted?: TransactionMeasurement['notCommitted'];
  readonly transactionErrors?: TransactionMeasurement['errors'];
};

/** Of several producers of one lane, which share a worker and its memory. */
export function joinAccounts(accounts: readonly LaneAccount[]): LaneAccount {
  if (accounts.length === 1) return accounts[0]!;
  const stopped = accounts.find((each) => each.stopped !== undefined)?.stopped;
  const [first] = accounts;
  return {
    unsent: accounts.reduce((sum, each) => sum + each.unsent, 0),
    ...(first?.due !== undefined && { due: accounts.reduce((sum, each) => sum + each.due!, 0) }),
    notAcked: accounts.flatMap((each) => each.notAcked),
    ledgerComplete: accounts.every((each) => each.ledgerComplete),
    errors: accounts.flatMap((each) => each.errors),
    ...(first?.topics && { topics: accounts.flatMap((each) => each.topics!) }),
    ...(first?.clients && { clients: accounts.flatMap((each) => each.clients!) }),
    ...(first?.notCommitted && {
      notCommitted: accounts.flatMap((each) => each.notCommitted!),
      transactionErrors: accounts.flatMap((each) => each.transactionErrors!),
    }),
    ...(stopped !== undefined && { stopped }),
  };
}

/** Which worker, and where in the memory. */
interface MeasuredWorker {
  readonly thread: number;
  readonly worker: number;
  /** Of the whole run. */
  readonly workers: number;
}

export function measureLane(
  memory: RunMemory,
  { thread, worker, workers }: MeasuredWorker,
  lane: LanePlan,
  { unsent, due, notCommitted = [], transactionErrors = [], ...rest }: LaneAccount,
): LaneMeasurement {
  const reader = new RunReader(memory);
  const phase = (of: Phase): PhaseMeasurement => {
    const { bytes: payloadBytes, ...counts } = reader.counts({ lanes: [lane], phases: [of], workers: [thread] });
    const handled = counts.sent + counts.shed;
    const planned = plannedShare(lane, worker, workers, of, due);
    const left = planned === null ? (of === LOAD ? unsent : 0) : planned - handled;
    const histogram = (latency: number) => laneHistogram(memory, thread, lane.lane, of, latency);
    return {
      totals: { scheduled: planned ?? handled + left, unsent: left, ...counts, payloadBytes },
      response: histogram(LATENCY.response),
      service: histogram(LATENCY.service),
      scheduleLag: histogram(LATENCY.scheduleLag),
    };
  };
  const moment = (of: number) => reader.momentsNs(lane, of)[thread]!;
  const [firstSentNs, lastSentNs, lastAckNs] = [MOMENT.firstSent, MOMENT.lastSent, MOMENT.lastAck].map(moment);
  return {
    worker,
    scenario: lane.name,
    warmup: phase(WARMUP),
    load: phase(LOAD),
    ...(firstSentNs && { firstSentNs }),
    ...(lastSentNs && { lastSentNs }),
    ...(lastAckNs && { lastAckNs }),
    ...(lane.transactions && {
      transactions: {
        ...transactionCounts(memory, thread, lane),
        commitLatency: commitHistogram(memory, thread, lane.lane),
        notCommitted,
        errors: transactionErrors,
      },
    }),
    ...rest,
  };
}

function transactionCounts(memory: RunMemory, thread: number, { lane }: LanePlan) {
  const cells = laneCounters(memory, thread, lane);
  return {
    committed: cells[TRANSACTION.committed]!,
    aborted: cells[TRANSACTION.aborted]!,
    forced: cells[TRANSACTION.forced]!,
    undecided: cells[TRANSACTION.undecided]!,
    committedMessages: cells[TRANSACTION.committedMessages]!,
    abortedMessages: cells[TRANSACTION.abortedMessages]!,
    undecidedMessages: cells[TRANSACTION.undecidedMessages]!,
  };
}

/** What the plan gives this worker in this phase; null in a closed loop, which plans no count per phase. */
export function plannedShare(
  { load }: LanePlan,
  worker: number,
  workers: number,
  phase: Phase,
  due: number | undefined,
): number | null {
  if (load.kind === 'closed') return null;
  const all = due ?? shareOf(load.count, worker, workers);
  const warmup = Math.min(all, shareOf(load.warmupCount, worker, workers));
  return phase === WARMUP ? warmup : all - warmup;
}
