/** Where an experiment stands: its cells or steps, which of them runs, and what is left. */
import type { CapacityStep } from '../../compare/capacity-result.ts';
import { latencyText, rateText } from '../../compare/capacity-words.ts';
import type { CellProgress, ExperimentProgress, SearchProgress } from '../../compare/experiment-progress.ts';
import { formatClock, formatPerSec } from '../../figures.ts';
import type { Percentile } from '../../recorder/histogram.ts';
import { formatCount, NS_PER_MS } from '../../units.ts';

export function ExperimentTable({ experiment }: { readonly experiment: ExperimentProgress }) {
  const { runsDone, runsTotal, search } = experiment;
  return (
    <>
      <p>{standOf(experiment)}</p>
      <progress aria-label="runs of the experiment" {...(runsTotal !== null && { value: runsDone, max: runsTotal })} />
      <section class="scroll" tabindex={0} aria-label={search === undefined ? 'Cells' : 'Steps'}>
        {search === undefined ? <Cells experiment={experiment} /> : <Steps {...search} current={experiment.current} />}
      </section>
    </>
  );
}

function standOf({
  kind,
  runsDone,
  runsTotal,
  isAtMost,
  round,
  rounds,
  leftMs,
  search,
  activity,
}: ExperimentProgress): string {
  const isDone = activity === 'done';
  const about = kind === 'capacity' ? 'about ' : isAtMost ? 'at most ' : '';
  const of = runsTotal === null || runsTotal === runsDone ? '' : ` of ${about}${formatCount(runsTotal)}`;
  return [
    `${kind === 'capacity' ? 'Steps' : 'Runs'} ${formatCount(runsDone)}${of}`,
    ...(round === null || isDone || kind === 'repeat' ? [] : [`round ${round} of ${isAtMost ? about : ''}${rounds}`]),
    ...(leftMs === null || isDone ? [] : [`${about}${formatClock(leftMs * NS_PER_MS)} left`]),
    ...(search === undefined ? [] : [bracketText(search)]),
  ].join(', ');
}

function bracketText({ bracket: { low, high } }: SearchProgress): string {
  const held = low === null ? 'nothing held yet' : `${rateText(low)} held`;
  return `${held}, ${high === null ? 'no upper end yet' : `${rateText(high)} did not`}`;
}

function Cells({ experiment: { kind, cells, current, rounds } }: { readonly experiment: ExperimentProgress }) {
  const isCurrent = ({ name }: CellProgress) => current !== null && (current.cell ?? name) === name;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{kind === 'repeat' ? 'figures' : 'cell'}</th>
          <th scope="col">runs</th>
          <th scope="col">acknowledged</th>
          <th scope="col">response p99, ms</th>
          <th scope="col">state</th>
        </tr>
      </thead>
      <tbody>
        {cells.map((cell) => (
          <tr key={cell.name} aria-current={isCurrent(cell) ? 'true' : undefined}>
            <td>{kind === 'repeat' ? 'median' : <bdi>{cell.name}</bdi>}</td>
            <td>
              {cell.runsDone} of {rounds}
            </td>
            <td>{throughputText(cell.throughputPerSec)}</td>
            <td>{latencyText(cell.responseP99Ms)}</td>
            <td class={cell.status === 'ok' || cell.status === null ? undefined : 'bad'}>
              {isCurrent(cell) ? 'runs now' : (cell.status ?? 'waits')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Steps({ steps, current }: SearchProgress & Pick<ExperimentProgress, 'current'>) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">step</th>
          <th scope="col">rate</th>
          <th scope="col">response p99, ms</th>
          <th scope="col">outcome</th>
          <th scope="col" class="text">
            reason
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step, i) => (
          <Step key={step.path} number={i + 1} step={step} />
        ))}
        {current?.step != null && (
          <tr aria-current="true">
            <td>{current.run}</td>
            <td>{rateText(current.step.ratePerSec)}</td>
            <td>–</td>
            <td>runs now</td>
            <td class="text">{current.step.phase}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Step({ number, step }: { readonly number: number; readonly step: CapacityStep }) {
  const { rate, outcome, figures, reasons } = step;
  return (
    <tr>
      <td>{number}</td>
      <td>{rateText(rate)}</td>
      <td>{latencyText(figures['response_ms p(99)'] ?? null)}</td>
      <td class={outcome === 'held' ? undefined : outcome === 'generator-limited' ? 'warn' : 'bad'}>{outcome}</td>
      <td class="text">{reasons[0] ?? ''}</td>
    </tr>
  );
}

function throughputText(perSec: Percentile | null): string {
  if (perSec === null) return '–';
  return formatPerSec(typeof perSec === 'number' ? perSec : perSec.atLeast);
}
