/**
 * Whether a step held. What was asked for decides: the objectives, that the offered messages were acknowledged, that
 * no backlog grew. The run's verdict says whose limit it was when it did not.
 */
import type { CapacityStep, StepOutcome } from '../../compare/capacity-result.ts';
import { measureOf } from '../../compare/run-record.ts';
import { InputError } from '../../errors.ts';
import type { Measure, Objective } from '../../objective-grammar.ts';
import type { Percentile } from '../../recorder/histogram.ts';
import type { ThreadCpu } from '../../recorder/measurement.ts';
import type { SecondRow } from '../../recorder/second-row.ts';
import type { Result } from '../../result/result.ts';
import { loadOf, SATURATED_PCT } from '../../result/verdict-limits.ts';
import { describeThread, LATE_WITH_ROOM } from '../../result/verdict-reasons.ts';
import { thresholdHolds, writtenMetric, writtenStat } from '../../threshold-grammar.ts';
import { formatCount } from '../../units.ts';

/** As the engine keeps a rate: below it messages are missing. */
const ACHIEVED_MIN = 0.999;
/** Of the messages: the verdict's limit, above which a p99 has no value. */
const FAILED_SHARE_MAX = 0.01;
/** A backlog that grows by a smaller share of the rate takes a quarter of an hour to become a second. */
const GROWTH_SHARE_MIN = 0.001;
/** Where this machine was late as well: well above what its lateness can make of it. */
const IN_FLIGHT_GROWTH_MIN = 0.005;
/** Two messages more at the end of a step are arrivals, not a backlog. */
const GROWTH_MESSAGES_MIN = 2;
/** Mann-Kendall, one-sided: a trend that chance shows in one step of forty, and twice in 1,600. */
const TREND_Z_MIN = 1.96;
/** Every pair is looked at. */
const TREND_ROWS_MAX = 300;

export interface StepFacts {
  readonly slo: readonly Objective[];
  readonly warmupSec: number;
  readonly holdSec: number;
  /** Share of the offered rate that must be acknowledged where this machine was late: below it the step says nothing. */
  readonly achievedMinWhenLate: number;
}

export type Judged = Pick<CapacityStep, 'outcome' | 'reasons'>;

export function judgeStep(result: Result, facts: StepFacts): Judged {
  const step = judge(result, facts);
  const mock = result.client.threads.find((thread) => isMock(thread) && loadOf(thread) >= SATURATED_PCT);
  if (step.outcome !== 'failed' || mock === undefined) return step;
  return judged('failed', [`at its limit: ${describeThread(mock)}; use a real broker`, ...step.reasons]);
}

function isMock({ name }: ThreadCpu): boolean {
  return name.startsWith('rdk:mock');
}

function judge(result: Result, facts: StepFacts): Judged {
  const { verdict, totals } = result;
  const notAcked = totals.failed + totals.unresolved;
  const isFailing = notAcked > FAILED_SHARE_MAX * totals.sent;
  if (verdict.status === 'INCOMPLETE' && !isFailing) return judged('invalid', verdict.reasons);
  const missed = facts.slo.flatMap((objective) => missedObjective(result, objective));
  const reasons = [
    ...missed.map(({ reason }) => reason),
    ...shortfall(result, facts),
    ...growth(result, facts),
    ...(isFailing ? [`${formatCount(notAcked)} of ${formatCount(totals.sent)} messages were not acknowledged`] : []),
  ];
  if (verdict.status === 'GENERATOR_LIMITED') {
    // Lateness at moments does not fill the window: of what was sent, more and more stayed with the broker.
    const left = verdict.reasons[0]?.startsWith(LATE_WITH_ROOM) ? inFlightGrowth(result, facts) : [];
    if (left.length > 0) return judged('failed', [...left, ...reasons]);
    if (reasons.length > 0) return judged('generator-limited', [...verdict.reasons.slice(0, 1), ...reasons]);
    return judged('held', ['this machine was late at times, and all that was asked for held']);
  }
  if (verdict.status === 'BROKER_LIMITED') return judged('failed', [...reasons, ...verdict.reasons.slice(0, 1)]);
  if (reasons.length === 0) return judged('held', []);
  // The lag alone broke it: what the client and the broker took was within the objective.
  const isOurs = missed.length === reasons.length && missed.every(({ withoutLag }) => withoutLag);
  if (isOurs) return judged('generator-limited', ['without the schedule lag of this machine it holds', ...reasons]);
  return judged('failed', reasons);
}

function judged(outcome: StepOutcome, reasons: readonly string[]): Judged {
  return { outcome, reasons };
}

/** As the run itself has judged it, among its thresholds. */
function missedObjective(result: Result, objective: Objective): { reason: string; withoutLag: boolean }[] {
  const { measure } = objective;
  const { metric, expression } = thresholdOf(objective);
  const judgement = result.thresholds.find((each) => each.metric === metric && each.expression === expression);
  if (judgement?.ok === true) return [];
  const withoutLag = measure.metric === 'response_ms' && holds(objective, serviceOf(result, measure));
  return [{ reason: `${objective.text} is ${shown(judgement?.value ?? null)}`, withoutLag }];
}

function serviceOf(result: Result, measure: Measure): Percentile | null {
  try {
    return measureOf(result, { ...measure, metric: 'service_ms' });
  } catch (error) {
    // Of a scenario not every percentile is stored.
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** Among messages without a latency the value is only known to be above `atLeast`: the lag is not what broke it. */
function holds({ op, value: limit }: Objective, value: Percentile | null): boolean {
  return typeof value === 'number' && thresholdHolds({ stat: 'avg', op, value: limit }, value);
}

export function shown(value: Percentile | null): string {
  if (value === null) return 'not measured';
  if (typeof value !== 'number') return `> ${shown(value.atLeast)}`;
  const decimals = value >= 1_000 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-3))));
  return formatCount(value, decimals);
}

function shortfall({ rate, totals, verdict }: Result, { achievedMinWhenLate }: StepFacts): string[] {
  if (totals.shed + totals.unsent > 0) {
    return [`${formatCount(totals.shed + totals.unsent)} of ${formatCount(totals.scheduled)} messages were not sent`];
  }
  const { targetPerSec, achievedPerSec } = rate;
  if (targetPerSec === null) return [];
  const min = verdict.status === 'GENERATOR_LIMITED' ? achievedMinWhenLate : ACHIEVED_MIN;
  const missing = totals.scheduled * (1 - achievedPerSec / targetPerSec);
  if (achievedPerSec >= min * targetPerSec || missing < 1) return [];
  return [`acknowledged ${shown(achievedPerSec)}/s of ${shown(targetPerSec)}/s`];
}

function growth(result: Result, facts: StepFacts): string[] {
  return growing(result, facts, 'scheduled', GROWTH_SHARE_MIN).map((how) => `the backlog grew by ${how}`);
}

function inFlightGrowth(result: Result, facts: StepFacts): string[] {
  return growing(result, facts, 'sent', IN_FLIGHT_GROWTH_MIN).map(
    (how) => `what was sent and not acknowledged grew by ${how} (this machine was late as well, but not at its limit)`,
  );
}

function growing(
  { series, rate }: Result,
  { warmupSec, holdSec }: StepFacts,
  from: 'scheduled' | 'sent',
  shareMin: number,
): string[] {
  const backlog = backlogs(series, warmupSec, warmupSec + holdSec, from);
  const perSec = growthPerSec(backlog);
  const total = perSec * (backlog.length - 1);
  if (perSec < shareMin * (rate.targetPerSec ?? 0) || total < GROWTH_MESSAGES_MIN) return [];
  const [first, last] = [backlog[0]!, backlog.at(-1)!];
  return [`${shown(perSec)} messages a second, from ${formatCount(first)} to ${formatCount(last)}`];
}

/** Messages due, or sent, and not yet acknowledged or given up, at the end of each second. */
export function backlogs(
  series: readonly SecondRow[],
  fromSec: number,
  toSec: number,
  from: 'scheduled' | 'sent' = 'scheduled',
): number[] {
  let open = 0;
  return series.flatMap(({ second, acked, failed, ...row }) => {
    open += row[from] - acked - failed;
    return second >= fromSec && second < toSec ? [open] : [];
  });
}

/**
 * The median slope of all pairs (Theil-Sen, Sen 1968), where the order of the values is a trend (Mann 1945); else 0. A
 * second in which the broker stood still moves neither, as a line fitted by squares would.
 */
export function growthPerSec(values: readonly number[]): number {
  const step = Math.ceil(values.length / TREND_ROWS_MAX);
  const rows = values.filter((_, i) => i % step === 0);
  const n = rows.length;
  const slopes: number[] = [];
  let rises = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const rise = rows[j]! - rows[i]!;
      rises += Math.sign(rise);
      slopes.push(rise / ((j - i) * step));
    }
  }
  const z = (rises - 1) / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  if (!(z >= TREND_Z_MIN)) return 0;
  slopes.sort((a, b) => a - b);
  const middle = slopes.length / 2;
  return (slopes[Math.floor(middle)]! + slopes[Math.ceil(middle) - 1]!) / 2;
}

/** The objectives as thresholds of the run: it judges them, and its own summary shows them. */
export function thresholdsOf(slo: readonly Objective[]): Readonly<Record<string, readonly string[]>> {
  const byMetric: Record<string, string[]> = {};
  for (const { metric, expression } of slo.map(thresholdOf)) {
    byMetric[metric] = [...(byMetric[metric] ?? []), expression];
  }
  return byMetric;
}

function thresholdOf({ measure, op, value }: Objective): { readonly metric: string; readonly expression: string } {
  const stat = measure.stat === 'p' ? `p(${measure.p})` : writtenStat(measure.stat);
  return { metric: writtenMetric(measure), expression: `${stat}${op}${value}` };
}
