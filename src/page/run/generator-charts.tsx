/** Whether the generator itself was the limit: how busy its threads were, and how full its window. */
import { max } from 'd3-array';
import { formatMs } from '../../figures.ts';
import { formatCount } from '../../units.ts';
import { Figure } from '../plot/figure.tsx';
import { linearAxis } from '../plot/linear-axis.ts';
import { Line } from '../plot/lines.tsx';
import { round, X_UNITS } from '../plot/plot.tsx';
import { TimePlot, timeScale } from '../plot/time-plot.tsx';
import { isKnown, timeTable } from '../plot/time-table.ts';
import type { RunView } from './run-view.ts';

const HEIGHT = 130;

interface CpuSeries {
  readonly key: 'loopCpuPct' | 'clientCpuPct' | 'mainCpuPct' | 'cpuPct';
  readonly label: string;
  readonly look: string;
}

const THREADS: readonly CpuSeries[] = [
  { key: 'loopCpuPct', label: 'busiest loop', look: 'c0' },
  { key: 'clientCpuPct', label: 'busiest client thread', look: 'c1 d1' },
  { key: 'mainCpuPct', label: 'main thread', look: 'c2 d3' },
];
/** What is known where threads are not. */
const PROCESS: readonly CpuSeries[] = [{ key: 'cpuPct', label: 'whole process', look: 'c0' }];

const CPU_HOW_TO_READ =
  'CPU time in percent of one core: a loop generates and sends, a client thread (librdkafka) compresses and talks to the broker. Near 100 % it is saturated, and this machine, not the broker, limits the rate. The verdict adds the time a thread waited for a core, so on a busy machine its figures are higher.';
const IN_FLIGHT_HOW_TO_READ =
  'Messages sent and not yet acknowledged, at the end of each second. A window that stays full: the broker, or a saturated client thread, is slower than the load. Nearly empty: they keep up.';

export function GeneratorCpuChart({ view }: { readonly view: RunView }) {
  const { rows, resolutionP99Us } = view;
  const known = THREADS.filter(({ key }) => rows.some((row) => isKnown(row[key])));
  const series: readonly CpuSeries[] = known.length > 0 ? known : PROCESS;
  const highest = max(series, ({ key }) => max(rows, (row) => row[key] ?? 0)) ?? 0;
  const axis = linearAxis(Math.max(100, highest), HEIGHT, 4);
  const { y } = axis;
  const x = timeScale(view);
  return (
    <Figure
      id="generator-cpu"
      title="Generator CPU"
      legend={series.map(({ label, look }) => ({ label, look: `s ${look}` }))}
      howToRead={CPU_HOW_TO_READ}
      table={timeTable(
        rows,
        [...known, ...PROCESS].map(({ key, label }) => ({
          title: `${label}, % of a core`,
          of: (row) => row[key],
          format: (value) => formatCount(value, 1),
          several: 'max',
        })),
      )}
    >
      <TimePlot id="generator-cpu" {...{ view, ...axis }} yTitle="CPU, % of one core" height={HEIGHT}>
        {series.map(({ key, look }) => (
          <Line
            key={key}
            points={rows.map((row) => ({ x: row.second + 0.5, y: row[key] ?? null }))}
            {...{ x, y, look }}
          />
        ))}
      </TimePlot>
      {resolutionP99Us !== null && (
        <p class="faint">
          Ack timestamp error ≤ {formatMs(resolutionP99Us)} ms (p99): how late an acknowledgement may be seen.
        </p>
      )}
    </Figure>
  );
}

/** Of the window: below, its line would leave no room for the messages. */
const WINDOW_SHARE_MIN = 0.2;

export function InFlightChart({ view }: { readonly view: RunView }) {
  const { rows, inFlightMax } = view;
  const highest = max(rows, ({ inFlight }) => inFlight) ?? 0;
  const isNear = inFlightMax !== null && highest >= inFlightMax * WINDOW_SHARE_MIN;
  const axis = linearAxis(Math.max(highest, isNear ? inFlightMax : 0), HEIGHT, 4);
  const { y } = axis;
  const x = timeScale(view);
  return (
    <Figure
      id="in-flight"
      title="Messages in flight"
      legend={[
        { label: 'in flight', look: 's c0' },
        ...(isNear ? [{ label: 'in-flight window', look: 's limit' }] : []),
      ]}
      howToRead={IN_FLIGHT_HOW_TO_READ}
      table={timeTable(rows, [{ title: 'in flight, messages', of: ({ inFlight }) => inFlight, several: 'max' }])}
    >
      <TimePlot id="in-flight" {...{ view, ...axis }} yTitle="messages" height={HEIGHT}>
        <Line points={rows.map(({ second, inFlight }) => ({ x: second + 1, y: inFlight }))} look="c0" {...{ x, y }} />
        {isNear && <path class="limit" d={`M0 ${round(y(inFlightMax))}H${X_UNITS}`} />}
      </TimePlot>
      {inFlightMax !== null && (
        <p class="faint">
          In-flight window: {formatCount(inFlightMax)} messages; at most {formatCount(highest)} were in flight at the
          end of a second.
        </p>
      )}
    </Figure>
  );
}
