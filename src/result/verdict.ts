/** What the numbers are about: decided from evidence, with the evidence in words. */
import type { Verdict } from './result.ts';
import {
  BLOCKED_PCT_ENOUGH,
  brokerWasWaitedFor,
  explainsLag,
  isLate,
  isLoop,
  isShort,
  isTooMany,
  type OfferedLoad,
  type ReadingLoad,
  SATURATED_PCT,
  saturatedThreads,
  type VerdictEvidence,
} from './verdict-limits.ts';
import {
  describeBlocked,
  describeBroker,
  describeFailures,
  describeLates,
  describeOnTime,
  describeOutages,
  describePeak,
  describeReadingRate,
  describeThread,
  describeThreads,
  describeUnsents,
  FULL_OF_UNSENT,
  LATE_WITH_ROOM,
} from './verdict-reasons.ts';

/** Incomplete runs first: their numbers are not about the load that was planned, whoever was at a limit. */
export function decideVerdict(evidence: VerdictEvidence): Verdict {
  const noted = [...describeOutages(evidence.outages), ...evidence.unknown];
  if (evidence.incomplete.length > 0) return { status: 'INCOMPLETE', reasons: [...evidence.incomplete, ...noted] };
  const verdict = withShards(judge(evidence), evidence.limitedShards ?? []);
  const failing = evidence.failures.filter(isTooMany);
  if (verdict.status === 'VALID' && failing.length > 0) {
    return { status: 'INCOMPLETE', reasons: [...describeFailures(failing), ...noted, ...verdict.reasons] };
  }
  const deciding = verdict.status === 'GENERATOR_LIMITED' ? Math.max(1, evidence.limitedShards?.length ?? 0) : 1;
  const reasons = [...verdict.reasons.slice(0, deciding), ...noted, ...verdict.reasons.slice(deciding)];
  return { ...verdict, reasons };
}

/** One of them at its limit is enough: what it did not offer is missing in the whole. */
function withShards(verdict: Verdict, limited: readonly string[]): Verdict {
  if (limited.length === 0 || verdict.status === 'INCOMPLETE') return verdict;
  const others = verdict.reasons.filter((reason) => !limited.some((text) => text.endsWith(`: ${reason}`)));
  return { status: 'GENERATOR_LIMITED', reasons: [...limited, ...others] };
}

function judge(evidence: VerdictEvidence): Verdict {
  if (evidence.reading !== undefined) return judgeReading(evidence, evidence.reading);
  return evidence.open.length === 0 ? judgeClosed(evidence) : judgeOpen(evidence);
}

/** Nothing was sent: what kept it from reading faster. */
function judgeReading(evidence: VerdictEvidence, reading: ReadingLoad): Verdict {
  const facts = compact([describeThreads(evidence)]);
  const busiest = saturatedThreads(evidence)[0];
  const { targetPerSec, keptPace, busyPct } = reading;
  const rate = describeReadingRate(reading);
  if (reading.consumed === 0) {
    return { status: 'INCOMPLETE', reasons: ['nothing was read: there were no records from where the groups began'] };
  }
  if (keptPace && targetPerSec !== null) return { status: 'VALID', reasons: [rate, ...facts] };
  const valid = (limitedBy: NonNullable<Verdict['limitedBy']>, reason: string): Verdict => {
    return { status: 'VALID', limitedBy, reasons: [reason, rate, ...facts] };
  };
  if (busyPct >= SATURATED_PCT) return valid('loop', `a member was at work ${Math.round(busyPct)} % of its time`);
  if (busiest !== undefined) return valid('client-thread', `at its limit: ${describeThread(busiest)}`);
  // Those that wait for their turn and those that wait for the broker are one number.
  if (keptPace) return { status: 'VALID', reasons: [rate, PACED_BESIDE, ...facts] };
  return valid('broker', 'members waited for records: neither they nor the client were at their limit');
}

const PACED_BESIDE = 'groups with a rate kept it; what limits the others shows in a run without a rate';

function judgeOpen(evidence: VerdictEvidence): Verdict {
  const late = evidence.open.filter((load) => isShort(load) || isLate(load));
  const facts = [describeBlocked(evidence), describeThreads(evidence), describeBroker(evidence.broker)];
  const unsent = evidence.open.filter((load) => load.unsent > 0);
  if (late.length === 0) {
    if (unsent.length > 0) return { status: 'INCOMPLETE', reasons: [...describeUnsents(unsent), ...compact(facts)] };
    return { status: 'VALID', reasons: compact([describeOnTime(evidence.open), ...facts]) };
  }
  const worst = late.reduce((a, b) => (b.lagP99Us > a.lagP99Us ? b : a));
  const { status, reason } = whoseLimit(evidence, worst);
  return { status, reasons: compact([reason, ...describeLates(late), ...describeUnsents(unsent), ...facts]) };
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
    return generator(`${LATE_WITH_ROOM}: ${describePeak(evidence)}`);
  }
  // Nothing is outstanding but one request while a transaction ends.
  if (evidence.isTransactional === true) {
    const reason = 'the loop waited for acknowledgements and for transactions to end, while our threads had room';
    return { status: 'BROKER_LIMITED', reason };
  }
  if (!brokerWasWaitedFor(evidence.broker, worst)) {
    return generator(FULL_OF_UNSENT);
  }
  return {
    status: 'BROKER_LIMITED',
    reason: 'the in-flight window was full of messages the broker had not acknowledged, while our threads had room',
  };
}

function judgeClosed(evidence: VerdictEvidence): Verdict {
  const facts = compact([describeBlocked(evidence), describeThreads(evidence), describeBroker(evidence.broker)]);
  const busiest = saturatedThreads(evidence)[0];
  if (busiest !== undefined) {
    const limitedBy = isLoop(busiest) ? 'loop' : 'client-thread';
    return { status: 'VALID', limitedBy, reasons: [`at its limit: ${describeThread(busiest)}`, ...facts] };
  }
  const blockedPct = Math.max(0, ...evidence.loops.map((loop) => loop.blockedPct));
  if (blockedPct < BLOCKED_PCT_ENOUGH) {
    const reason = 'the in-flight window was hardly ever full: the loop did not send faster';
    return { status: 'VALID', limitedBy: 'loop', reasons: [reason, ...facts] };
  }
  const reason = 'the loop waited for acknowledgements with the in-flight window full';
  return { status: 'VALID', limitedBy: 'broker', reasons: [reason, ...facts] };
}

function compact(sentences: readonly (string | undefined)[]): string[] {
  return sentences.filter((sentence) => sentence !== undefined);
}
