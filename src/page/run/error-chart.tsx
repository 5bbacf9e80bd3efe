/** Which errors came when. */
import { max } from 'd3-array';
import { countOf } from '../../units.ts';
import { Figure } from '../plot/figure.tsx';
import { linearAxis } from '../plot/linear-axis.ts';
import { Line } from '../plot/lines.tsx';
import { TimePlot, timeScale } from '../plot/time-plot.tsx';
import type { ErrorSeconds, RunView } from './run-view.ts';

const HEIGHT = 110;

export const ERROR_LOOKS = ['c1', 'c3 d1', 'c0 d3', 'c4 d2', 'c2 d5', 'c5 d4'];

const HOW_TO_READ =
  'Messages that failed in each second, by error. Errors that start and end together point to an event at the broker; errors throughout, to a setting or a limit.';

export function ErrorChart({ view }: { readonly view: RunView }) {
  const errors = view.errors.filter(({ seconds }) => seconds.length > 0);
  if (errors.length === 0) {
    const failed = view.rows.reduce((sum, row) => sum + row.failed, 0);
    return (
      <p id="errors" class="faint">
        {failed === 0
          ? 'No errors: no message failed.'
          : `${countOf(failed, 'message')} failed: this result does not hold which error came when.`}
      </p>
    );
  }
  const series = grouped(errors);
  const axis = linearAxis(max(series, ({ counts }) => max(counts.values())) ?? 0, HEIGHT, 3);
  const { y } = axis;
  const x = timeScale(view);
  const seconds = [...new Set(series.flatMap(({ counts }) => [...counts.keys()]))].sort((a, b) => a - b);
  return (
    <Figure
      id="errors"
      title="Errors over time"
      legend={series.map(({ label, look }) => ({ label, look: `s ${look}` }))}
      howToRead={HOW_TO_READ}
      table={{
        columns: ['second', ...series.map(({ label }) => `${label}, messages`)],
        rows: seconds.map((second) => [second, ...series.map(({ counts }) => counts.get(second) ?? 0)]),
        note: 'seconds with errors',
      }}
    >
      <TimePlot id="errors" {...{ view, ...axis }} yTitle="failed messages per second" height={HEIGHT}>
        {series.map(({ label, look, counts }) => (
          <Line
            key={label}
            points={view.rows.map(({ second }) => ({ x: second + 0.5, y: counts.get(second) ?? 0 }))}
            {...{ x, y, look }}
          />
        ))}
      </TimePlot>
    </Figure>
  );
}

interface ErrorLine {
  readonly label: string;
  readonly look: string;
  readonly counts: ReadonlyMap<number, number>;
}

/** A line each; with more errors than looks the rarest share one. */
function grouped(errors: readonly ErrorSeconds[]): ErrorLine[] {
  const sorted = errors.toSorted((a, b) => b.count - a.count);
  const alone = sorted.length <= ERROR_LOOKS.length ? sorted : sorted.slice(0, ERROR_LOOKS.length - 1);
  const others = sorted.slice(alone.length);
  return [
    ...alone.map((error) => ({ label: labelOf(error), errors: [error] })),
    ...(others.length > 0 ? [{ label: countOf(others.length, 'other error'), errors: others }] : []),
  ].map(({ label, errors: each }, i) => ({ label, look: ERROR_LOOKS[i]!, counts: sums(each) }));
}

/** Of a run that goes on the codes are not known. */
function labelOf({ name, code }: ErrorSeconds): string {
  return code === 0 ? name : `${name} (${code})`;
}

function sums(errors: readonly ErrorSeconds[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { seconds } of errors) {
    for (const [second, count] of seconds) counts.set(second, (counts.get(second) ?? 0) + count);
  }
  return counts;
}
