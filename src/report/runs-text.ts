/** The figures of a set of runs: each measure over all of them, then a line for each run. */
import { describeFigure, describeValue } from '../compare/change-words.ts';
import { describeMachine, describeSide } from '../compare/comparison-rows.ts';
import { type RunSet, STANDARD_MEASURES, usable } from '../compare/run-record.ts';
import { type Measure, unitOf, writtenMeasure } from '../objective-grammar.ts';
import { medianInterval } from '../statistics/median.ts';
import { countOf } from '../units.ts';
import { onOneLine } from './text-escapes.ts';

export function renderRuns(set: RunSet): string {
  const runs = usable(set);
  const excluded = set.runs.flatMap(({ path, status, reason = '' }) =>
    status === 'ok' ? [] : [{ path, status, reason }],
  );
  const identity = runs[0]?.identity ?? null;
  const side = { label: set.label, kind: set.kind, runs: runs.length, excluded, identity };
  const lines = [
    `${set.label}: ${describeSide(side)}`,
    `Machine    ${describeMachine(side)}`,
    ...(identity === null ? [] : [`Profile    ${identity.profile}, hash ${identity.profileHash.slice(0, 16)}`]),
    '',
    `${'Measure'.padEnd(20)}${'median'.padStart(12)}${'95 % interval'.padStart(24)}${'min'.padStart(12)}${'max'.padStart(12)}`,
    ...STANDARD_MEASURES.map((measure) => measureLine(set, measure)),
    '',
    ...set.runs.map(({ path, id, startedAt, status, reason, figures }) => {
      const p99 = describeValue('ms', figures['response_ms p(99)'] ?? null);
      const why = reason === undefined ? '' : `, ${reason}`;
      return `${startedAt || '–'}  ${id || path}  ${status}${why}, response p99 ${p99}`;
    }),
  ];
  return `${lines.map(onOneLine).join('\n')}\n`;
}

function measureLine(set: RunSet, measure: Measure): string {
  const name = writtenMeasure(measure);
  const unit = unitOf(measure);
  const figures = usable(set).map((run) => run.figures[name] ?? null);
  const values = figures.filter((figure) => typeof figure === 'number');
  const label = name.padEnd(20);
  if (values.length === 0 || values.length < figures.length) {
    return `${label}${'–'.padStart(12)}  measured in ${values.length} of ${countOf(figures.length, 'run')}`;
  }
  const { median, low, high } = medianInterval(values);
  const shown = (value: number) => describeFigure(unit, value);
  const interval = values.length < 2 ? '–' : `${shown(low)} to ${shown(high)}`;
  const [min, max] = [Math.min(...values), Math.max(...values)].map(shown);
  return `${label}${shown(median).padStart(12)}${interval.padStart(24)}${min!.padStart(12)}${max!.padStart(12)}`;
}
