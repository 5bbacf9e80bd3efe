/** The evidence for a verdict, and from where on it counts. docs/measurement.md has the same table of constants. */
import { isClientThread, isLoopThread, type ThreadCpu } from '../recorder/measurement.ts';
import { NS_PER_US, US_PER_SEC } from '../units.ts';
import type { BrokerResult, Outage } from './result.ts';

/**
 * A scenario that offers a smaller share of its planned rate did not get the planned load. The engine keeps rates within
 * 0.1 % (docs/performance.md): over a minute that is one last message sent 60 ms late.
 */
export const OFFERED_SHARE_MIN = 0.999;

/** At least one message must be missing: in a feed of a few hundred, the lag of the last one alone makes 0.1 %. */
export const MISSING_MIN = 1;

/** Above this share of failed and unresolved messages the response p99 has no value, and p99 is what thresholds are about. */
export const FAILED_SHARE_MAX = 0.01;

/** A schedule lag p99 below this never matters: an idle machine shows 1 ms at 100,000 msg/s, one shared with its broker a few. */
export const LAG_P99_MIN_US = 10_000;

/** Nor does a lag of up to this many mean gaps between messages: each is sent before the next is due. */
export const LAG_GAPS_MAX = 1;

/** A second is late at any rate: a message due every hour is not on time within the hour. */
export const LAG_P99_MAX_US = 1_000_000;

/**
 * Minimum number of late messages. In a run of 50 the p99 is the latest message, and a machine that stood still for a
 * quarter of a second does not make a feed late. The messages of a burst are late together and count as one.
 */
export const LATE_MIN = 5;

/** A lag matters only if it exceeds this share of the response p99 that contains it: 20 ms do not change half a second. */
export const LAG_SHARE_OF_RESPONSE = 0.1;

/** A thread that wants a CPU for this share of the time, in percent, is saturated: accounting and sampling take the rest. */
export const SATURATED_PCT = 90;

/** A full window explains a lag if it lasted at least this share of it: catching up after an outage takes time too. */
export const BLOCKED_SHARE_OF_LAG = 0.5;

/** A full window for a smaller share of the load phase, in percent, explains nothing: OFFERED_SHARE_MIN allows as much. */
export const BLOCKED_PCT_MIN = 0.1;

/**
 * From this share on, in percent, a full window explains any lag, which grows with the length of an overloaded run. A
 * closed loop whose window was full for less was not limited by acknowledgements.
 */
export const BLOCKED_PCT_ENOUGH = 10;

/** Mean requests outstanding from which the broker was busy: more often than not one was waited for. */
export const OUTSTANDING_MEAN_MIN = 0.5;

export interface VerdictEvidence {
  /** Open-model scenarios; empty when there are only closed loops. */
  readonly open: readonly OfferedLoad[];
  /** Of every scenario. */
  readonly failures: readonly FailedLoad[];
  readonly loops: readonly LoopLoad[];
  /** Waiting for the end of a transaction counts as a full window too. */
  readonly isTransactional?: boolean;
  readonly threads: readonly ThreadCpu[];
  /** That the process may use; absent where its threads are of several machines. */
  readonly cpus?: number;
  readonly broker: BrokerResult;
  readonly outages: readonly Outage[];
  /** What could not be found out about the run, a sentence each. */
  readonly unknown: readonly string[];
  /** Shards that were at their limit, a sentence each; empty where the run is of one process. */
  readonly limitedShards?: readonly string[];
  /** Only of a run that sends nothing: its verdict is about reading. */
  readonly reading?: ReadingLoad;
  /** Why the run is not the one planned (worker lost, lane stopped, signal, …), a sentence each; empty when it is. */
  readonly incomplete: readonly string[];
}

/** What the groups of a run that only reads were to read, and did. */
export interface ReadingLoad {
  readonly consumed: number;
  readonly perSec: number;
  /** Of keys and values. */
  readonly bytesPerSec: number;
  /** Of all groups; null where one reads as fast as it can. */
  readonly targetPerSec: number | null;
  /** A group has a rate, and each that has one kept it. */
  readonly keptPace: boolean;
  /** Share of its time that the busiest member was at work, percent. */
  readonly busyPct: number;
}

/** What became of one scenario's messages in its load phase. */
export interface FailedLoad {
  readonly scenario: string;
  readonly sent: number;
  /** Unresolved ones as well: not known to be there. */
  readonly notAcked: number;
}

/** What one scenario was to offer in its load phase, and what it did. */
export interface OfferedLoad {
  readonly scenario: string;
  /** Messages planned. */
  readonly scheduled: number;
  readonly targetPerSec: number;
  /** Sent, whatever its delivery outcome: failures are the broker's answer, not a missing offer. */
  readonly offeredPerSec: number;
  readonly shed: number;
  readonly unsent: number;
  readonly lagP99Us: number;
  /** At `latePercent`: this late or later were a hundredth of the messages, and a few at least. */
  readonly lagLateUs: number;
  readonly lagMaxUs: number;
  readonly responseP99Us: number;
}

/** One worker's loop in the load phase. */
export interface LoopLoad {
  readonly worker: number;
  readonly busyPct: number;
  readonly blockedPct: number;
  readonly blockedNs: number;
}

export function isShort({ offeredPerSec, targetPerSec, scheduled }: OfferedLoad): boolean {
  const missing = scheduled * (1 - offeredPerSec / targetPerSec);
  return offeredPerSec < OFFERED_SHARE_MIN * targetPerSec && Math.round(1e6 * missing) >= 1e6 * MISSING_MIN;
}

export function lagLimitUs({ targetPerSec }: OfferedLoad): number {
  return Math.max(LAG_P99_MIN_US, Math.min(LAG_P99_MAX_US, (LAG_GAPS_MAX * US_PER_SEC) / targetPerSec));
}

/** The percentile of the schedule lag that decides: p99, but with `LATE_MIN` messages, or bursts, from it on. */
export function latePercent(messages: number, burstSize = 1): number {
  return Math.min(99, (100 * Math.max(0.5, messages - LATE_MIN * burstSize + 0.5)) / messages);
}

export function isTooMany({ notAcked, sent }: FailedLoad): boolean {
  return notAcked > FAILED_SHARE_MAX * sent;
}

export function isLate(load: OfferedLoad): boolean {
  const { lagLateUs, responseP99Us } = load;
  return lagLateUs > lagLimitUs(load) && lagLateUs > LAG_SHARE_OF_RESPONSE * responseP99Us;
}

export function explainsLag({ blockedNs, blockedPct }: LoopLoad, worst: OfferedLoad): boolean {
  if (blockedPct >= BLOCKED_PCT_ENOUGH) return true;
  return blockedPct >= BLOCKED_PCT_MIN && blockedNs / NS_PER_US >= BLOCKED_SHARE_OF_LAG * worst.lagP99Us;
}

/** Without statistics (null transport) a full window is all there is to see. */
export function brokerWasWaitedFor(
  { outstandingRequests, disconnects, rttUs }: BrokerResult,
  worst: OfferedLoad,
): boolean {
  if (outstandingRequests === undefined) return true;
  if (outstandingRequests.mean >= OUTSTANDING_MEAN_MIN || (disconnects ?? 0) > 0) return true;
  return (rttUs?.max ?? 0) >= BLOCKED_SHARE_OF_LAG * worst.lagP99Us;
}

/** Busiest first. Of a run that was blocked only in part, the share while it was blocked is what counts. */
export function saturatedThreads({ threads, loops }: VerdictEvidence): ThreadCpu[] {
  return withLoops(threads, loops)
    .filter((thread) => isGenerator(thread) && loadOf(thread) >= SATURATED_PCT)
    .toSorted((a, b) => loadOf(b) - loadOf(a));
}

/** A loop that never waits is at its limit even where the kernel gave it less than a whole core. */
export function withLoops(threads: readonly ThreadCpu[], loops: readonly LoopLoad[]): ThreadCpu[] {
  const others = threads.filter((thread) => !isLoop(thread));
  return [
    ...others,
    ...loops.map(({ worker, busyPct }) => {
      const name = `loop-${worker}`;
      const cpu = threads.find((thread) => thread.name === name);
      // A loop that is blocked is not busy: its share while blocked would only hide what it did otherwise.
      const cpuPct = cpu?.cpuPct ?? busyPct;
      return { name, cpuPct, maxCpuPct: cpu?.maxCpuPct ?? busyPct, wantedPct: Math.max(busyPct, cpu?.wantedPct ?? 0) };
    }),
  ];
}

export function loadOf({ wantedPct, wantedPctWhenBlocked }: ThreadCpu): number {
  return wantedPctWhenBlocked ?? wantedPct;
}

export function isLoop({ name }: ThreadCpu): boolean {
  return isLoopThread(name);
}

/** Our loops and librdkafka's client threads. */
export function isGenerator({ name }: ThreadCpu): boolean {
  return isLoopThread(name) || isClientThread(name);
}
