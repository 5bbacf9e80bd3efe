/** What a search for the capacity found, for people: the answer first, then the curve it stands on. */
import { styleText } from 'node:util';
import type { CapacityResult, CapacityStep, CurvePoint } from '../compare/capacity-result.ts';
import { formatPercentile } from '../figures.ts';
import type { Percentile } from '../recorder/histogram.ts';
import { countOf, formatCount, formatDuration, MS_PER_SEC, NS_PER_MS, NS_PER_SEC, US_PER_MS } from '../units.ts';
import { clip, wrap } from './text-layout.ts';

export interface CapacityLook {
  readonly color?: boolean;
  readonly directory?: string;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

const INDENT = '            ';

/** Without a newline at the end. */
export function renderCapacity(result: CapacityResult, { color = false, directory }: CapacityLook = {}): string {
  const paint = (style: Style, text: string) => (color ? styleText(style, text, { validateStream: false }) : text);
  const { experiment, steps } = result;
  const target = { embedded: 'the embedded cluster', null: 'no broker' }[experiment.target] ?? experiment.target;
  return [
    `${paint('bold', answerOf(result))}  ${experiment.profile} on ${target}`,
    ...reasonsOf(result).flatMap((reason) => wrap(reason, '    ', '  - ')),
    ...(steps.length === 0 ? [] : ['', ...curveLines(result, paint)]),
    '',
    ...wrap(describeSteps(result), INDENT, 'Steps       '),
    ...wrap(adviceFor(result), INDENT, 'Next        '),
    ...(directory === undefined ? [] : [`Results     ${directory}`]),
  ]
    .map((line) => clip(line))
    .join('\n');
}

/** Four digits, as the search has them. */
export function rateText(perSec: number): string {
  const decimals = Math.max(0, 3 - Math.floor(Math.log10(perSec)));
  return `${formatCount(perSec, decimals)}/s`;
}

function answerOf({ bracket, limit, finished, steps }: CapacityResult): string {
  const low = bracket.low === null ? null : rateText(bracket.low);
  const high = bracket.high === null ? null : rateText(bracket.high);
  if (!finished || limit === null) {
    const known = low === null ? 'nothing has held yet' : `${low} held`;
    const failed = high === null ? '' : `, ${high} failed`;
    return `${finished && steps.length > 0 ? 'NO STEADY ANSWER' : 'UNFINISHED'}: ${known}${failed}`;
  }
  if (limit === 'generator') {
    return low === null ? 'NOT KNOWN: this machine is the limit' : `AT LEAST ${low}: this machine is the limit`;
  }
  if (low === null) return `BELOW ${high}: no rate held`;
  return high === null ? `AT LEAST ${low}: every rate held` : `BETWEEN ${low}, which held, AND ${high}, which failed`;
}

function reasonsOf(result: CapacityResult): string[] {
  const { slo, bracket, limit, limitReason, confirmations, steps, settings } = result;
  const asked = slo.length === 0 ? 'asked for: every message acknowledged' : `asked for: ${slo.join(', ')}`;
  const reasons = [`${asked}; no growing backlog`];
  if (limit === 'broker' && bracket.high !== null) {
    reasons.push(`at ${rateText(bracket.high)}: ${limitReason}`);
  } else if (limit === 'generator') {
    const lowest = steps.filter(({ outcome }) => outcome === 'generator-limited').map(({ rate }) => rate);
    reasons.push(`at ${rateText(Math.min(...lowest))}, not the broker's limit: ${limitReason}`);
    if (bracket.high !== null) reasons.push(`lowest rate that failed: ${rateText(bracket.high)}`);
  } else if (limit === 'range') {
    reasons.push(
      bracket.low === null
        ? `the lowest rate that was tried is ${rateText(Math.min(...steps.map(({ rate }) => rate)))}: ${limitReason}`
        : `no higher rate was to be tried (--to ${rateText(bracket.low)})`,
    );
  }
  if (bracket.low !== null) {
    const { held, steps: made, asked: wanted } = confirmations;
    const more = made > held ? `, ${made - held} did not` : '';
    const isDone = held >= wanted;
    if (wanted > 0) reasons.push(`${isDone ? 'confirmed' : 'not confirmed'}: held ${countOf(1 + held, 'time')}${more}`);
  }
  if (bracket.low !== null && bracket.high !== null && limit === 'broker') {
    const width = (bracket.high - bracket.low) / bracket.low;
    reasons.push(
      `bracket ${formatCount(100 * width, 1)} % wide (--tolerance ${formatCount(100 * settings.tolerance, 1)}%)`,
    );
  }
  return reasons;
}

function curveLines({ curve, steps }: CapacityResult, paint: (style: Style, text: string) => string): string[] {
  const column = (text: string) => text.padStart(10);
  const head = `${'Offered'.padStart(14)}     held${column('p50, ms')}${column('p99')}${column('p99.9')}`;
  return [head, ...curve.map((point) => curveLine(point, steps, column, paint))];
}

function curveLine(
  { rate, outcome, held, steps: made, p50, p99, p999 }: CurvePoint,
  steps: readonly CapacityStep[],
  column: (text: string) => string,
  paint: (style: Style, text: string) => string,
): string {
  const mark = outcome === 'held' ? ' ' : outcome === 'failed' ? '×' : '?';
  const own = steps.filter((step) => step.rate === rate && step.outcome !== 'held');
  const count = `${held} of ${made}`.padStart(7);
  const numbers = [p50, p99, p999].map((value) => column(latency(value))).join('');
  const why = own.length === 0 ? '' : `  ${own[0]!.reasons[0] ?? ''}`;
  const line = `${rateText(rate).padStart(14)} ${mark} ${count}${numbers}${clip(why, 44)}`;
  return outcome === 'held' ? line : paint(outcome === 'failed' ? 'red' : 'yellow', line);
}

function latency(ms: Percentile | null): string {
  if (ms === null) return '–';
  return formatPercentile(typeof ms === 'number' ? ms * US_PER_MS : { atLeast: ms.atLeast * US_PER_MS });
}

function describeSteps({ steps, settings }: CapacityResult): string {
  const holds = steps.map(({ holdMs }) => holdMs);
  const [min, max] = [Math.min(...holds), Math.max(...holds)];
  const each = min === max ? duration(min) : `${duration(min)} to ${duration(max)}`;
  const held = steps.length === 0 ? '' : `, each measured for ${each} after ${duration(settings.warmupMs)} of warm-up`;
  return `${countOf(steps.length, 'step')}${held}; ×: failed, ?: says nothing of the broker`;
}

function adviceFor({ limit, bracket, finished }: CapacityResult): string {
  if (!finished) return 'the same command with --resume goes on';
  if (limit === 'generator') {
    return 'more cores or --workers, payload mode pooled, a generator elsewhere; load doctor --ceiling shows what this machine offers';
  }
  if (limit === 'range') {
    return bracket.low === null ? 'a lower --from, or another objective' : 'raise --to to find the limit';
  }
  if (limit === null) return 'a quieter machine, a longer --hold, or a wider --tolerance';
  return 'plan with room below the rate that held: a real day has bursts, compactions and rebalances';
}

function duration(ms: number): string {
  return formatDuration(ms * NS_PER_MS);
}

export interface CapacityPlan {
  readonly name: string;
  readonly slo: readonly string[];
  readonly from: number | null;
  readonly to: number | null;
  readonly tolerance: number;
  readonly repeat: number;
  readonly warmupMs: number;
  /** Of the rates at the ends, as far as they are known. */
  readonly lengths: readonly {
    readonly rate: number;
    readonly sec: number;
    readonly samples: number;
    readonly reason: string | null;
  }[];
  readonly steps: { readonly typical: number; readonly max: number };
  /** Of the steps alone: pauses come on top. */
  readonly typicalSec: number;
  readonly maxSec: number;
  readonly pausesMaxSec: number;
}

export function renderCapacityPlan(plan: CapacityPlan): string {
  const { name, slo, from, to, tolerance, repeat, warmupMs, lengths, steps, typicalSec, maxSec, pausesMaxSec } = plan;
  const begin = from === null ? 'a quarter of what a probe at full speed reaches' : rateText(from);
  const pauses =
    pausesMaxSec === 0 ? '' : `, and up to ${seconds(pausesMaxSec)} of pauses until the cluster is idle (--settle)`;
  const lines: (readonly [label: string, text: string])[] = [
    ['Asked for', `${slo.length === 0 ? 'every message acknowledged' : slo.join(', ')}; no growing backlog`],
    [
      'Rates',
      `from ${begin}, doubling${to === null ? '' : ` up to ${rateText(to)}`}, then bisection to ${formatCount(100 * tolerance, 1)} %`,
    ],
    ['Confirmed', `by ${countOf(repeat, 'more step')} at the rate that was found`],
    ...lengths.map(({ rate, sec, samples, reason }) => {
      const size = `${duration(warmupMs)} of warm-up, ${seconds(sec)} measured, ${countOf(samples, 'message')}${reason === null ? '' : `, ${reason}`}`;
      return ['Step', `at ${rateText(rate)}: ${size}`] as const;
    }),
    ['Steps', `about ${steps.typical}, max ${steps.max}${from === null ? ', and the probe' : ''}`],
    ['Time', `about ${seconds(typicalSec)}, max ${seconds(maxSec)}${pauses}`],
  ];
  return [
    `Search for the capacity of ${name}. Nothing is sent.`,
    ...lines.flatMap(([label, text]) => wrap(text, INDENT, label.padEnd(INDENT.length))),
  ].join('\n');
}

function seconds(sec: number): string {
  return formatDuration(Math.round((sec * MS_PER_SEC) / MS_PER_SEC) * NS_PER_SEC);
}
