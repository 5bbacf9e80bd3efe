/** The evidence for a verdict in words, a sentence each. */
import { formatPerSec } from '../figures.ts';
import type { ThreadCpu } from '../recorder/measurement.ts';
import { countOf, formatBytes, formatCount, formatRate, NS_PER_SEC, US_PER_MS, US_PER_SEC } from '../units.ts';
import type { BrokerResult, Outage } from './result.ts';
import {
  type FailedLoad,
  isGenerator,
  isLoop,
  isShort,
  LAG_P99_MIN_US,
  LATE_MIN,
  type LoopLoad,
  lagLimitUs,
  loadOf,
  type OfferedLoad,
  type ReadingLoad,
  SATURATED_PCT,
  type VerdictEvidence,
  withLoops,
} from './verdict-limits.ts';

/** So many outages are named with their times; all are in the result. */
const OUTAGES_NAMED = 3;

/** From these on requests wait for other requests, whatever the distance to the brokers. */
const QUEUE_MEAN_MIN = 50;
const QUEUE_RTT_MIN_US = 500_000;

/** So many scenarios have a sentence of their own, the worst first; the result has all. */
const SCENARIOS_NAMED = 3;

/** The loop was late at moments, and neither it, nor the client, nor the window was the limit. */
export const LATE_WITH_ROOM = 'messages went out late while the in-flight window had room';

export const FULL_OF_UNSENT =
  'the in-flight window was full, but of messages the client had not sent yet: raise inFlight or lower linger.ms';

const NEVER_BLOCKED: LoopLoad = { worker: 0, busyPct: 0, blockedPct: 0, blockedNs: 0 };

/** A sentence each for the first, and one for all others. @param others as in `{} more scenarios`. */
export function describeFirst<T>(worstFirst: readonly T[], describe: (each: T) => string, others: string): string[] {
  const more = worstFirst.length - SCENARIOS_NAMED;
  const named = worstFirst.slice(0, SCENARIOS_NAMED).map(describe);
  return more > 0 ? [...named, others.replace('{}', formatCount(more))] : named;
}

export function describeOnTime(open: readonly OfferedLoad[]): string {
  const worst = open.reduce((a, b) => (b.lagP99Us > a.lagP99Us ? b : a));
  const gap = worst.lagP99Us > LAG_P99_MIN_US ? `, ${ms(US_PER_SEC / worst.targetPerSec)} between messages` : '';
  const few =
    worst.lagLateUs < worst.lagP99Us && worst.lagP99Us > lagLimitUs(worst)
      ? `, fewer than ${LATE_MIN} later than ${ms(lagLimitUs(worst))}`
      : '';
  return `sent on schedule: schedule lag p99 ${ms(worst.lagP99Us)}, max ${ms(worst.lagMaxUs)}${few || gap}`;
}

export function describeFailures(failing: readonly FailedLoad[]): string[] {
  const share = ({ notAcked, sent }: FailedLoad) => notAcked / sent;
  const worstFirst = failing.toSorted((a, b) => share(b) - share(a));
  return describeFirst(worstFirst, describeFailed, '{} more scenarios with messages that were not acknowledged');
}

function describeFailed({ scenario, notAcked, sent }: FailedLoad): string {
  const share = `${formatCount((100 * notAcked) / sent, 1)} %`;
  return `scenario ${scenario}: ${formatCount(notAcked)} of ${formatCount(sent)} messages were not acknowledged (${share})`;
}

export function describeLates(late: readonly OfferedLoad[]): string[] {
  const worstFirst = late.toSorted((a, b) => b.lagP99Us - a.lagP99Us);
  return describeFirst(worstFirst, describeLate, '{} more scenarios late or short of the planned rate');
}

function describeLate(load: OfferedLoad): string {
  const { scenario, targetPerSec, offeredPerSec, shed, lagP99Us, lagMaxUs } = load;
  const rate = isShort(load) ? `offered ${formatCount(offeredPerSec, 1)}/s of ${formatCount(targetPerSec, 1)}/s, ` : '';
  const dropped = shed > 0 ? `, ${formatCount(shed)} shed` : '';
  return `scenario ${scenario}: ${rate}schedule lag p99 ${ms(lagP99Us)}, max ${ms(lagMaxUs)}${dropped}`;
}

export function describeUnsents(unsent: readonly OfferedLoad[]): string[] {
  const worstFirst = unsent.toSorted((a, b) => b.unsent - a.unsent);
  return describeFirst(worstFirst, describeUnsent, '{} more scenarios with messages that were never sent');
}

function describeUnsent({ scenario, unsent }: OfferedLoad): string {
  return `scenario ${scenario}: ${formatCount(unsent)} messages were never sent`;
}

export function describeBlocked({ loops, isTransactional = false }: VerdictEvidence): string {
  const waited = isTransactional ? 'in-flight window full, or a transaction to end,' : 'in-flight window full';
  const longest = loops.reduce((a, b) => (b.blockedPct > a.blockedPct ? b : a), NEVER_BLOCKED);
  if (longest.blockedNs === 0) return 'in-flight window never full';
  return `${waited} for ${formatCount(longest.blockedNs / NS_PER_SEC, 2)} s (${formatCount(longest.blockedPct, 1)} %)`;
}

export function describeThreads({ threads, loops }: VerdictEvidence): string | undefined {
  const all = withLoops(threads, loops).toSorted((a, b) => loadOf(b) - loadOf(a));
  const picked = [all.find(isLoop), all.find((thread) => isGenerator(thread) && !isLoop(thread))];
  const mock = all.find(({ name }) => name.startsWith('rdk:mock'));
  const named = [...picked, mock].flatMap((thread) => (thread === undefined ? [] : [describeThread(thread)]));
  return named.length === 0 ? undefined : `CPU: ${named.join(', ')}`;
}

export function describeThread(thread: ThreadCpu): string {
  const what = isLoop(thread)
    ? `loop of worker ${thread.name.slice('loop-'.length)}`
    : thread.name.startsWith('rdk:mock')
      ? `embedded cluster's thread ${thread.name}`
      : `client thread ${thread.name}`;
  const when = thread.wantedPctWhenBlocked === undefined ? '' : ' while the window was full';
  return `${what} ${formatCount(loadOf(thread))} %${when}`;
}

export function describeBroker({ outstandingRequests, rttUs, disconnects }: BrokerResult): string | undefined {
  if (outstandingRequests === undefined) return undefined;
  const lost = (disconnects ?? 0) > 0 ? `, ${formatCount(disconnects ?? 0)} connections lost` : '';
  const rtt = rttUs === undefined ? '' : `, round trip p99 ${ms(rttUs.p99)}`;
  const isQueue = outstandingRequests.mean >= QUEUE_MEAN_MIN && (rttUs?.p99 ?? 0) >= QUEUE_RTT_MIN_US;
  const queue = isQueue
    ? '; they wait for each other at the brokers, and each carries one partition: larger batches (linger.ms), or fewer partitions or clients'
    : '';
  return `broker: ${formatCount(outstandingRequests.mean, 1)} requests outstanding on average${rtt}${lost}${queue}`;
}

/** Of all partitions, then of some. */
export function describeOutages(outages: readonly Outage[]): string[] {
  const isPartial = ({ partial }: Outage) => partial === true;
  return [
    ...describeLongest(
      outages.filter((outage) => !isPartial(outage)),
      'no acknowledgement',
    ),
    ...describeLongest(outages.filter(isPartial), 'no acknowledgement from some partitions'),
  ];
}

/** The longest ones, in order of time. */
function describeLongest(outages: readonly Outage[], what: string): string[] {
  const length = ({ from, to }: Outage) => to - from;
  const longest = outages.toSorted((a, b) => length(b) - length(a)).slice(0, OUTAGES_NAMED);
  const sec = (value: number) => formatCount(value, 1);
  const named = longest
    .toSorted((a, b) => a.from - b.from)
    .map((outage) => `${sec(outage.from)} to ${sec(outage.to)} s`)
    .join(', ');
  const rest = outages.length === 0 ? '' : describeDrain(outages.reduce((a, b) => (b.to > a.to ? b : a)));
  if (outages.length <= 1) return outages.map((outage) => `${what} for ${sec(length(outage))} s: ${named}${rest}`);
  const all = outages.reduce((sum, outage) => sum + length(outage), 0);
  const which = outages.length > longest.length ? 'the longest ' : '';
  return [`${what} for ${sec(all)} s in ${formatCount(outages.length)} outages: ${which}${named}${rest}`];
}

/** Of the last one: the others are over before, or part of its drain. */
function describeDrain({ drainSeconds }: Outage): string {
  if (drainSeconds === undefined) return '';
  return drainSeconds === null ? '; not drained when the run ended' : `; drained in ${formatCount(drainSeconds, 1)} s`;
}

export function ms(us: number): string {
  const value = us / US_PER_MS;
  return `${formatCount(value, value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
}

/** What else can have held messages back, when the window did not and no thread was at its limit throughout. */
export function describePeak({ threads, cpus }: VerdictEvidence): string {
  const peaks = threads.filter((thread) => isGenerator(thread) && thread.maxCpuPct >= SATURATED_PCT);
  if (peaks.length > 0) {
    const named = peaks.map(({ name, maxCpuPct }) => `${name} ${formatCount(maxCpuPct)} %`).join(', ');
    return `at the limit in the busiest second: ${named}`;
  }
  if (cpus === undefined || threads.length === 0) {
    return 'none of our threads was at its limit, so this machine was busy with other things';
  }
  const usedPct = threads.reduce((sum, { cpuPct }) => sum + cpuPct, 0) / cpus;
  const used = `our ${formatCount(threads.length)} threads together used ${formatCount(usedPct)} % of ${countOf(cpus, 'CPU')}`;
  return usedPct >= SATURATED_PCT
    ? `${used}, none of them a whole one: fewer clients, larger batches (linger.ms) or more CPUs`
    : `${used}: most likely other programs, or a pause of the machine or container, held messages back`;
}

export function describeReadingRate({ consumed, perSec, bytesPerSec, targetPerSec }: ReadingLoad): string {
  const asked = targetPerSec === null ? '' : ` of ${formatRate(targetPerSec)}`;
  return `${formatCount(consumed)} records read at ${formatPerSec(perSec)}${asked}, ${formatBytes(bytesPerSec)}/s`;
}
