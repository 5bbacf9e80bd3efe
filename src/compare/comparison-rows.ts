/** What the tables and lists of a comparison show, the same in every format. */

import { EXIT } from '../errors.ts';
import { countOf, formatBytes, formatCount } from '../units.ts';
import { describeChange, describeFigure, describeInterval } from './change-words.ts';
import type { Comparison, SetSummary } from './comparison.ts';
import type { GateOutcome } from './gates.ts';
import type { ComparisonVerdict, MeasureComparison, SideFigures } from './measure-comparison.ts';

export const VERDICT_WORDS: Readonly<Record<ComparisonVerdict, string>> = {
  better: 'better',
  worse: 'worse',
  'no-difference-shown': 'no difference shown',
  'too-noisy': 'too noisy',
  'not-comparable': 'not comparable',
};

const GATE_ORDER = ['fail', 'undecided', 'pass'] as const;

/** Failed ones first. */
export function orderedGates({ gates }: Comparison): GateOutcome[] {
  return GATE_ORDER.flatMap((wanted) => gates.filter(({ outcome }) => outcome === wanted));
}

export interface MeasureRow {
  readonly measure: string;
  readonly base: string;
  readonly other: string;
  readonly change: string;
  readonly interval: string;
  /** The smallest change that would have been shown. */
  readonly shows: string;
  readonly verdict: string;
}

export function measureRow(each: MeasureComparison): MeasureRow {
  const { measure, unit, base, other, interval, smallestShown, verdict } = each;
  const figure = (side: SideFigures | null) => (side === null ? '–' : describeFigure(unit, side.median));
  const both = base !== null && other !== null && base.median > 0 ? other.median / base.median : undefined;
  const ratio = interval?.ratio ?? both;
  return {
    measure,
    base: figure(base),
    other: figure(other),
    change: ratio === undefined ? '–' : describeChange(ratio),
    interval: interval === null ? '–' : describeInterval(interval),
    shows: smallestShown === null ? '–' : describeChange(1 + smallestShown).replace('+', ''),
    verdict: VERDICT_WORDS[verdict],
  };
}

/** `5 runs of atm on the embedded cluster` */
export function describeSide({ runs, excluded, identity }: SetSummary): string {
  const left = excluded.length === 0 ? '' : `, ${excluded.length} left out`;
  if (identity === null) return `${countOf(runs, 'run')}${left}`;
  const target = { embedded: ' on the embedded cluster', null: ' without a broker', kafka: ' on a Kafka cluster' };
  return `${countOf(runs, 'run')} of ${identity.profile}${target[identity.target]}${left}`;
}

export function describeMachine({ identity }: Pick<SetSummary, 'identity'>): string {
  if (identity === null) return 'unknown';
  const { machine, nodeMajor, librdkafka, brokerVersion } = identity;
  const broker = brokerVersion === null ? '' : `, broker ${brokerVersion}`;
  const on = `${machine.cpus} × ${machine.cpuModel}, ${formatBytes(machine.memoryBytes)}, ${machine.os}`;
  return `${on}, Node.js ${nodeMajor}, librdkafka ${librdkafka}${broker}`;
}

/** How the numbers were made. */
export function describeMethod({ paired, alpha, measures }: Comparison): string {
  const level = `${formatCount(100 * (1 - alpha), 2)} %`;
  if (measures.every(({ interval }) => interval === null)) return 'no intervals: they need two runs a side';
  const how = paired ? 'paired by round' : 'unpaired';
  const corrected = measures.length > 1 ? `, corrected for ${countOf(measures.length, 'measure')} (Holm)` : '';
  return `medians of runs; change: mean ratio, ${how}, with its ${level} interval${corrected}; shows: the smallest change that would have been shown`;
}

/** Everything that stands against it, in sentences: runs left out, --force, notes. */
export function caveatsOf({ base, other, comparable, notes }: Comparison): string[] {
  const excluded = [base, other].flatMap((side) =>
    side.excluded.map(({ path, status, reason }) => `left out: ${side.label} ${path}, ${status}: ${reason}`),
  );
  const forced = comparable.forced
    ? [`compared by --force though not comparable: ${comparable.reasons.join('; ')}`]
    : [];
  return [...forced, ...excluded, ...notes];
}

export function exitWords({ verdict, exitCode, gates, base, other }: Comparison): string {
  if (exitCode === EXIT.badInput) return 'not comparable (--force compares anyway)';
  if (exitCode === EXIT.thresholdFailed) return 'a gate failed';
  if (exitCode !== EXIT.invalidMeasurement) return gates.length === 0 ? 'there is no gate' : 'every gate passed';
  if (verdict === 'not-comparable' && base.runs * other.runs === 0) return 'no runs to compare';
  return base.excluded.length + other.excluded.length > 0
    ? 'a run did not count'
    : `too noisy to decide${gates.length === 0 ? '' : ' a gate'}`;
}

/** The gates decide, if there are any. */
export function headlineOf({ verdict, gates }: Comparison): string {
  if (gates.some(({ outcome }) => outcome === 'fail')) return 'gate failed';
  if (gates.some(({ outcome }) => outcome === 'undecided')) return 'not decided';
  if (gates.length > 0 && verdict !== 'not-comparable') return `gates passed, ${VERDICT_WORDS[verdict]}`;
  return VERDICT_WORDS[verdict];
}
