/** What a search for the capacity found, for people: the answer first, then the curve it stands on. */
import { styleText } from 'node:util';
import type { CapacityResult, CapacityStep, CurvePoint } from '../compare/capacity-result.ts';
import {
  adviceFor,
  answerOf,
  describeSteps,
  duration,
  latencyText,
  rateText,
  reasonsOf,
} from '../compare/capacity-words.ts';
import { countOf, formatCount, formatDuration, MS_PER_SEC, NS_PER_SEC } from '../units.ts';
import { resultsLines } from './page-file.ts';
import { withoutControls } from './text-escapes.ts';
import { clipOnTerminal, type Place, wrap } from './text-layout.ts';

export interface CapacityLook extends Place {
  readonly color?: boolean;
  readonly directory?: string;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

const INDENT = '            ';

/** Without a newline at the end. */
export function renderCapacity(found: CapacityResult, look: CapacityLook = {}): string {
  const result = withoutControls(found);
  const { color = false, directory } = withoutControls(look);
  const paint = (style: Style, text: string) => (color ? styleText(style, text, { validateStream: false }) : text);
  const { experiment, steps } = result;
  const target = { embedded: 'the embedded cluster', null: 'no broker' }[experiment.target] ?? experiment.target;
  const lines = [
    `${paint('bold', answerOf(result))}  ${experiment.profile} on ${target}`,
    ...reasonsOf(result).flatMap((reason) => wrap(reason, '    ', '  - ')),
    ...(steps.length === 0 ? [] : ['', ...curveLines(result, paint)]),
    '',
    ...wrap(`${describeSteps(result)}; ×: failed, ?: says nothing of the broker`, INDENT, 'Steps       '),
    ...wrap(adviceFor(result), INDENT, 'Next        '),
  ];
  return [...clipOnTerminal(lines, look), ...resultsLines(directory)].join('\n');
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
  const numbers = [p50, p99, p999].map((value) => column(latencyText(value))).join('');
  const why = own.length === 0 ? '' : `  ${own[0]!.reasons[0] ?? ''}`;
  const line = `${rateText(rate).padStart(14)} ${mark} ${count}${numbers}${why}`;
  return outcome === 'held' ? line : paint(outcome === 'failed' ? 'red' : 'yellow', line);
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
