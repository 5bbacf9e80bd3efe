/** What the numbers are about: decided from evidence, with the evidence in words. */

import type { ThreadCpu } from '../recorder/measurement.ts';
import { formatCount } from '../units.ts';
import type { BrokerResult, Outage, Verdict } from './result.ts';

/**
 * Offered less than this share of the plan: the load was not the one asked for. A rate within 0.1 % is what the engine
 * promises (docs/performance.md); at a minute it is one late hand-over of 60 ms at the very end.
 */
const OFFERED_SHARE_MIN = 0.999;

/** … but never for less than a message: of a feed of a few hundred, the last one's lag alone would be 0.1 %. */
const MISSING_MIN = 1;

/**
 * Failed, or not known to be there, above this share: VALID no more. From here on the response p99 is among them and
 * has no value, and p99 is what thresholds and goals are about.
 */
const FAILED_SHARE_MAX = 0.01;

/**
 * A schedule lag p99 below this never matters: an idle machine shows 1 ms at 100,000 msg/s, one shared with its broker
 * a few, and below 10 ms hardly anyone sets a goal.
 */
const LAG_P99_MIN_US = 10_000;

/**
 * … nor does one up to the mean gap between messages: each goes out before the next one is due. Of a feed of a few
 * messages a second that is hundreds of ms. From 100 messages a second on the gap is below the 10 ms.
 */
const LAG_GAPS_MAX = 1;

/** … but a second is late at any rate: what is due every hour is not on time within the hour. */
const LAG_P99_MAX_US = 1_000_000;

/**
 * … and neither does one that fewer messages than this have: of 50 messages the p99 is the latest, and a machine that
 * stood still once for a quarter of a second does not make a feed late. The messages of a burst are late together, and
 * count as one.
 */
const LATE_MIN = 5;

/**
 * … and above it only when it is a larger part than this of the response p99 it is contained in: 20 ms of lag in a
 * response of half a second does not change what the run says about the broker.
 */
const LAG_SHARE_OF_RESPONSE = 0.1;

/**
 * A thread that wants a CPU for this part of the time, in percent, is at its limit. Not 100: the kernel's accounting and
 * the sampling edges take their part even of a thread that never waits.
 */
const SATURATED_PCT = 90;

/**
 * A message that is x late because the in-flight window was full waited x for it: a window that was full for less than
 * this part of the p99 lag does not explain it. A part, since catching up after an outage takes time too.
 */
const BLOCKED_SHARE_OF_LAG = 0.5;

/** Below this share of the load phase a full window explains nothing: as much as OFFERED_SHARE_MIN lets pass. */
const BLOCKED_PCT_MIN = 0.1;

/**
 * From this share on it explains any lag, which grows with the length of an overloaded run: for a tenth of the time the
 * loop stood still with messages due, so it was not what they waited for. A closed loop blocked less than this was not
 * limited by acknowledgements.
 */
const BLOCKED_PCT_ENOUGH = 10;

/** On average half a request outstanding: the broker was being waited for more often than not. */
const OUTSTANDING_MEAN_MIN = 0.5;

/** So many outages are named with their times; all are in the result. */
const OUTAGES_NAMED = 3;

export interface VerdictEvidence {
  /** Open-model scenarios; empty when there are only closed loops. */
  readonly open: readonly OfferedLoad[];
  /** Of every scenario. */
  readonly failures: readonly FailedLoad[];
  readonly loops: readonly LoopLoad[];
  readonly threads: readonly ThreadCpu[];
  readonly broker: BrokerResult;
  readonly outages: readonly Outage[];
  /** What could not be found out about the run, a sentence each. */
  readonly unknown: readonly string[];
  /** Why the run is not the one planned (worker lost, lane stopped, signal, …), a sentence each; empty when it is. */
  readonly incomplete: readonly string[];
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
  /** Handed over, whatever became of it: failures are the broker's answer, not a missing offer. */
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

/** Incomplete runs first: their numbers are not about the load that was planned, whoever was at a limit. */
export function decideVerdict(evidence: VerdictEvidence): Verdict {
  const noted = [...describeOutages(evidence.outages), ...evidence.unknown];
  if (evidence.incomplete.length > 0) return { status: 'INCOMPLETE', reasons: [...evidence.incomplete, ...noted] };
  const verdict = evidence.open.length === 0 ? judgeClosed(evidence) : judgeOpen(evidence);
  const failing = evidence.failures.filter(isTooMany);
  if (verdict.status === 'VALID' && failing.length > 0) {
    return { status: 'INCOMPLETE', reasons: [...failing.map(describeFailed), ...noted, ...verdict.reasons] };
  }
  const [deciding, ...facts] = verdict.reasons;
  return { ...verdict, reasons: kept([deciding, ...noted, ...facts]) };
}

function judgeOpen(evidence: VerdictEvidence): Verdict {
  const late = evidence.open.filter((load) => isShort(load) || isLate(load));
  const facts = [describeBlocked(evidence.loops), describeThreads(evidence), describeBroker(evidence.broker)];
  const unsent = evidence.open.filter((load) => load.unsent > 0);
  if (late.length === 0) {
    if (unsent.length > 0) return { status: 'INCOMPLETE', reasons: [...unsent.map(describeUnsent), ...kept(facts)] };
    return { status: 'VALID', reasons: kept([describeOnTime(evidence.open), ...facts]) };
  }
  const worst = late.reduce((a, b) => (b.lagP99Us > a.lagP99Us ? b : a));
  const { status, reason } = whoseLimit(evidence, worst);
  return { status, reasons: kept([reason, ...late.map(describeLate), ...unsent.map(describeUnsent), ...facts]) };
}

/**
 * Who kept a late scenario from its schedule. The window must have been full for long enough to explain the lag, no
 * thread of ours may have been at its limit meanwhile, and the broker must have had something to answer.
 */
function whoseLimit(
  evidence: VerdictEvidence,
  worst: OfferedLoad,
): { readonly status: Verdict['status']; readonly reason: string } {
  const generator = (reason: string) => ({ status: 'GENERATOR_LIMITED' as const, reason });
  const saturated = saturatedThreads(evidence);
  if (saturated.length > 0) return generator(`at its limit: ${saturated.map(describeThread).join(', ')}`);
  if (!evidence.loops.some((loop) => explainsLag(loop, worst))) {
    return generator(`messages went out late while the in-flight window had room: ${describePeak(evidence)}`);
  }
  if (!brokerWasWaitedFor(evidence.broker, worst)) {
    return generator(
      'the in-flight window was full, but of messages the client had not sent yet: raise inFlight or lower linger.ms',
    );
  }
  return {
    status: 'BROKER_LIMITED',
    reason: 'the in-flight window was full of messages the broker had not acknowledged, while our threads had room',
  };
}

/** What else can have held messages back, when the window did not and no thread was at its limit throughout. */
function describePeak({ threads }: VerdictEvidence): string {
  const peaks = threads.filter((thread) => isGenerator(thread) && thread.maxCpuPct >= SATURATED_PCT);
  if (peaks.length === 0) return 'none of our threads was at its limit, so this machine was busy with other things';
  const named = peaks.map(({ name, maxCpuPct }) => `${name} ${formatCount(maxCpuPct)} %`).join(', ');
  return `at the limit in the busiest second: ${named}`;
}

const NEVER_BLOCKED: LoopLoad = { worker: 0, busyPct: 0, blockedPct: 0, blockedNs: 0 };

function judgeClosed(evidence: VerdictEvidence): Verdict {
  const facts = kept([describeBlocked(evidence.loops), describeThreads(evidence), describeBroker(evidence.broker)]);
  const busiest = saturatedThreads(evidence)[0];
  if (busiest !== undefined) {
    const limitedBy = isLoop(busiest) ? 'loop' : 'client-thread';
    return { status: 'VALID', limitedBy, reasons: [`at its limit: ${describeThread(busiest)}`, ...facts] };
  }
  const blockedPct = Math.max(0, ...evidence.loops.map((loop) => loop.blockedPct));
  if (blockedPct < BLOCKED_PCT_ENOUGH) {
    const reason = 'the in-flight window was hardly ever full: the loop did not hand over faster';
    return { status: 'VALID', limitedBy: 'loop', reasons: [reason, ...facts] };
  }
  const reason = 'the loop waited for acknowledgements with the in-flight window full';
  return { status: 'VALID', limitedBy: 'broker', reasons: [reason, ...facts] };
}

function isTooMany({ notAcked, sent }: FailedLoad): boolean {
  return notAcked > FAILED_SHARE_MAX * sent;
}

function isShort({ offeredPerSec, targetPerSec, scheduled }: OfferedLoad): boolean {
  const missing = scheduled * (1 - offeredPerSec / targetPerSec);
  return offeredPerSec < OFFERED_SHARE_MIN * targetPerSec && Math.round(1e6 * missing) >= 1e6 * MISSING_MIN;
}

function isLate(load: OfferedLoad): boolean {
  const { lagLateUs, responseP99Us } = load;
  return lagLateUs > lagLimitUs(load) && lagLateUs > LAG_SHARE_OF_RESPONSE * responseP99Us;
}

/** The percentile of the schedule lag that decides: p99, but with `LATE_MIN` messages, or bursts, from it on. */
export function latePercent(messages: number, burstSize = 1): number {
  return Math.min(99, (100 * Math.max(0.5, messages - LATE_MIN * burstSize + 0.5)) / messages);
}

function lagLimitUs({ targetPerSec }: OfferedLoad): number {
  return Math.max(LAG_P99_MIN_US, Math.min(LAG_P99_MAX_US, (LAG_GAPS_MAX * 1e6) / targetPerSec));
}

function explainsLag({ blockedNs, blockedPct }: LoopLoad, worst: OfferedLoad): boolean {
  if (blockedPct >= BLOCKED_PCT_ENOUGH) return true;
  return blockedPct >= BLOCKED_PCT_MIN && blockedNs / 1000 >= BLOCKED_SHARE_OF_LAG * worst.lagP99Us;
}

/** Without statistics (null transport) a full window is all there is to see. */
function brokerWasWaitedFor({ outstandingRequests, disconnects, rttUs }: BrokerResult, worst: OfferedLoad): boolean {
  if (outstandingRequests === undefined) return true;
  if (outstandingRequests.mean >= OUTSTANDING_MEAN_MIN || (disconnects ?? 0) > 0) return true;
  return (rttUs?.max ?? 0) >= BLOCKED_SHARE_OF_LAG * worst.lagP99Us;
}

/** Busiest first. Of a run that was blocked only in part, the share while it was blocked is what counts. */
function saturatedThreads({ threads, loops }: VerdictEvidence): ThreadCpu[] {
  return withLoops(threads, loops)
    .filter((thread) => isGenerator(thread) && loadOf(thread) >= SATURATED_PCT)
    .toSorted((a, b) => loadOf(b) - loadOf(a));
}

/** A loop that never waits is at its limit even where the kernel gave it less than a whole core. */
function withLoops(threads: readonly ThreadCpu[], loops: readonly LoopLoad[]): ThreadCpu[] {
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

function loadOf({ wantedPct, wantedPctWhenBlocked }: ThreadCpu): number {
  return wantedPctWhenBlocked ?? wantedPct;
}

function isLoop({ name }: ThreadCpu): boolean {
  return name.startsWith('loop-');
}

/** Our loops and librdkafka's client threads. `rdk:mock` is the embedded cluster: that one is the broker. */
function isGenerator({ name }: ThreadCpu): boolean {
  return name.startsWith('loop-') || (name.startsWith('rdk:') && !name.startsWith('rdk:mock'));
}

function describeOnTime(open: readonly OfferedLoad[]): string {
  const worst = open.reduce((a, b) => (b.lagP99Us > a.lagP99Us ? b : a));
  const gap = worst.lagP99Us > LAG_P99_MIN_US ? `, ${ms(1e6 / worst.targetPerSec)} between messages` : '';
  const few =
    worst.lagLateUs < worst.lagP99Us && worst.lagP99Us > lagLimitUs(worst)
      ? `, fewer than ${LATE_MIN} later than ${ms(lagLimitUs(worst))}`
      : '';
  return `sent on schedule: schedule lag p99 ${ms(worst.lagP99Us)}, max ${ms(worst.lagMaxUs)}${few || gap}`;
}

function describeFailed({ scenario, notAcked, sent }: FailedLoad): string {
  const share = `${formatCount((100 * notAcked) / sent, 1)} %`;
  return `scenario ${scenario}: ${formatCount(notAcked)} of ${formatCount(sent)} messages were not acknowledged (${share})`;
}

function describeLate(load: OfferedLoad): string {
  const { scenario, targetPerSec, offeredPerSec, shed, lagP99Us, lagMaxUs } = load;
  const rate = isShort(load) ? `offered ${formatCount(offeredPerSec, 1)}/s of ${formatCount(targetPerSec, 1)}/s, ` : '';
  const dropped = shed > 0 ? `, ${formatCount(shed)} shed` : '';
  return `scenario ${scenario}: ${rate}schedule lag p99 ${ms(lagP99Us)}, max ${ms(lagMaxUs)}${dropped}`;
}

function describeUnsent({ scenario, unsent }: OfferedLoad): string {
  return `scenario ${scenario}: ${formatCount(unsent)} messages were never sent`;
}

function describeBlocked(loops: readonly LoopLoad[]): string {
  const most = loops.reduce((a, b) => (b.blockedPct > a.blockedPct ? b : a), NEVER_BLOCKED);
  if (most.blockedNs === 0) return 'in-flight window never full';
  return `in-flight window full for ${formatCount(most.blockedNs / 1e9, 2)} s (${formatCount(most.blockedPct, 1)} %)`;
}

function describeThreads({ threads, loops }: VerdictEvidence): string | undefined {
  const all = withLoops(threads, loops).toSorted((a, b) => loadOf(b) - loadOf(a));
  const picked = [all.find(isLoop), all.find((thread) => isGenerator(thread) && !isLoop(thread))];
  const mock = all.find(({ name }) => name.startsWith('rdk:mock'));
  const named = [...picked, mock].flatMap((thread) => (thread === undefined ? [] : [describeThread(thread)]));
  return named.length === 0 ? undefined : `CPU: ${named.join(', ')}`;
}

function describeThread(thread: ThreadCpu): string {
  const what = isLoop(thread)
    ? `loop of worker ${thread.name.slice('loop-'.length)}`
    : thread.name.startsWith('rdk:mock')
      ? `embedded cluster's thread ${thread.name}`
      : `client thread ${thread.name}`;
  const when = thread.wantedPctWhenBlocked === undefined ? '' : ' while the window was full';
  return `${what} ${formatCount(loadOf(thread))} %${when}`;
}

function describeBroker({ outstandingRequests, rttUs, disconnects }: BrokerResult): string | undefined {
  if (outstandingRequests === undefined) return undefined;
  const lost = (disconnects ?? 0) > 0 ? `, ${formatCount(disconnects ?? 0)} connections lost` : '';
  const rtt = rttUs === undefined ? '' : `, round trip p99 ${ms(rttUs.p99)}`;
  return `broker: ${formatCount(outstandingRequests.mean, 1)} requests outstanding on average${rtt}${lost}`;
}

/** The longest ones, in order of time. */
function describeOutages(outages: readonly Outage[]): string[] {
  const length = ({ from, to }: Outage) => to - from;
  const longest = outages.toSorted((a, b) => length(b) - length(a)).slice(0, OUTAGES_NAMED);
  const sec = (value: number) => formatCount(value, 1);
  const named = longest
    .toSorted((a, b) => a.from - b.from)
    .map((outage) => `${sec(outage.from)} to ${sec(outage.to)} s`)
    .join(', ');
  if (outages.length <= 1) return outages.map((outage) => `no acknowledgement for ${sec(length(outage))} s: ${named}`);
  const all = outages.reduce((sum, outage) => sum + length(outage), 0);
  const which = outages.length > longest.length ? 'the longest ' : '';
  return [`no acknowledgement for ${sec(all)} s in ${formatCount(outages.length)} outages: ${which}${named}`];
}

function ms(us: number): string {
  const value = us / 1000;
  return `${formatCount(value, value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
}

function kept(sentences: readonly (string | undefined)[]): string[] {
  return sentences.filter((sentence) => sentence !== undefined);
}
