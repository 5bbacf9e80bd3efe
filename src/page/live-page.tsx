/** The page of a run that goes on: where it stands, the experiment that it is part of, and the charts of its report. */
import { rateText } from '../compare/capacity-words.ts';
import { formatClock, formatPercentile, formatPerSec } from '../figures.ts';
import type { ConsumerProgress, Progress } from '../recorder/progress.ts';
import { numberList } from '../result/shard-words.ts';
import { formatCount, NS_PER_MS } from '../units.ts';
import { ExperimentTable } from './experiment/experiment-table.tsx';
import { type LiveState, viewOf } from './live/live-state.ts';
import { IsLive } from './plot/figure.tsx';
import { RunCharts } from './run/run-charts.tsx';

/** `refused`: somebody answers, but not with events. */
export type Connection = 'connecting' | 'open' | 'lost' | 'refused';

interface LivePageProps {
  readonly state: LiveState;
  readonly connection: Connection;
}

export function LivePage({ state, connection }: LivePageProps) {
  const { run, experiment, progress, rows } = state;
  const name = experiment?.name ?? run?.name;
  return (
    <IsLive.Provider value={true}>
      <h1>{name === undefined ? 'Live page' : <bdi>{name}</bdi>}</h1>
      <p role="status" class={connection === 'open' ? 'state' : 'state warn'}>
        {connection === 'open' ? activityOf(state) : DISCONNECTED[connection]}
      </p>
      {experiment !== undefined && <ExperimentTable experiment={experiment} />}
      {run !== undefined && (
        <>
          {experiment !== undefined && <h2>The run under way</h2>}
          <p class="faint">
            {run.load}, on {targetText(run.target)}
          </p>
          {progress !== undefined && <Facts progress={progress} />}
          {experiment === undefined && <h2>Charts</h2>}
          {rows.length > 1 ? (
            <RunCharts view={viewOf(state)} />
          ) : (
            <p class="faint">The charts begin after two seconds.</p>
          )}
        </>
      )}
    </IsLive.Provider>
  );
}

const DISCONNECTED: Readonly<Record<Exclude<Connection, 'open'>, string>> = {
  connecting: 'Connecting…',
  lost: 'The connection is lost; trying again. If the command has ended, its report is report.html in its directory.',
  refused: 'The page is refused: 20 are open, or its address is that of an earlier run. Trying again.',
};

const PHASES: Readonly<Record<Progress['phase'], string>> = {
  warmup: 'warm-up, which is not part of the figures',
  load: 'sending',
  drain: 'draining, waiting for the last acknowledgements',
  done: 'done',
};

/** Changes a few times a run: a screen reader says it each time. */
function activityOf({ experiment, run, progress }: LiveState): string {
  const phase = run === undefined || progress === undefined ? 'waiting for the first message' : PHASES[progress.phase];
  if (experiment === undefined) return phase.charAt(0).toUpperCase() + phase.slice(1);
  const { activity, current } = experiment;
  if (activity === 'done') return 'Done, the report follows';
  if (activity === 'pause') return 'Waiting for the next run';
  if (current === null) return `${activity === 'probe' ? 'Probe' : 'Burn-in'}, not counted: ${phase}`;
  const { run: number, attempt, cell, step } = current;
  const what = step === null ? (cell ?? '') : `${rateText(step.ratePerSec)}, ${step.phase}`;
  const which = [`${step === null ? 'Run' : 'Step'} ${number}`, what, attempt > 1 ? 'repeated' : ''];
  return `${which.filter((text) => text !== '').join(', ')}: ${phase}`;
}

function targetText(target: string): string {
  if (target === 'embedded') return 'the embedded cluster';
  return target === 'null' ? 'no broker (null transport)' : target;
}

function Facts({ progress }: { readonly progress: Progress }) {
  const { elapsedNs, plannedNs, consumers = {}, shards } = progress;
  const isReadOnly = progress.scenarios === 0 && Object.keys(consumers).length > 0;
  const facts: readonly Fact[] = [
    ['time', formatClock(elapsedNs), plannedNs === null ? '' : `of ${formatClock(plannedNs)}`],
    ...(isReadOnly ? [] : sentFacts(progress)),
    ...Object.entries(consumers).slice(0, GROUPS_MAX).flatMap(consumerFacts),
    ...(shards === undefined ? [] : [shardsFact(shards)]),
  ];
  return (
    <>
      <progress
        aria-label="time of the run"
        {...(plannedNs === null
          ? {}
          : { value: Math.min(elapsedNs, plannedNs) / NS_PER_MS, max: plannedNs / NS_PER_MS })}
      />
      <dl class="tiles">
        {facts.map(([label, value, more]) => (
          <div key={label} class={isBad(label, progress) ? 'bad' : undefined}>
            <dt>{label}</dt>
            <dd>
              <b>{value}</b> {more}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function isBad(label: string, { failed, shards }: Progress): boolean {
  if (label === 'shards') return shards !== undefined && shards.silent.length > 0;
  return label === 'failed' && failed > 0;
}

function shardsFact({ present, count, silent }: NonNullable<Progress['shards']>): Fact {
  const more = silent.length === 0 ? '' : `, silent: ${numberList(silent)}`;
  return ['shards', formatCount(present), `of ${formatCount(count)}${more}`];
}

type Fact = readonly [label: string, value: string, more: string];

/** The charts have all of them. */
const GROUPS_MAX = 4;

function sentFacts({ acked, failed, shed, inFlight, inFlightMax, targetPerSec, lastRow }: Progress): Fact[] {
  const { acked: perSec, p99 } = lastRow ?? {};
  return [
    [
      'rate',
      perSec === undefined ? '–' : formatPerSec(perSec),
      targetPerSec === null ? '' : `of ${formatPerSec(targetPerSec)}`,
    ],
    ['p99 of the last second', p99 == null ? '–' : `${formatPercentile(p99)} ms`, ''],
    ['acknowledged', formatCount(acked), ''],
    ['failed', formatCount(failed), shed > 0 ? `${formatCount(shed)} shed` : ''],
    ['in flight', formatCount(inFlight), `of ${formatCount(inFlightMax)}`],
  ];
}

const STATES: Readonly<Record<ConsumerProgress['state'], string>> = {
  waiting: 'not started yet',
  reading: '',
  paused: 'paused',
  end: 'reading the rest',
  done: 'done',
};

function consumerFacts([name, { state, consumed, lag, lastRow }]: readonly [string, ConsumerProgress]): Fact[] {
  const { consumed: perSec, p99 } = lastRow ?? {};
  return [
    [`${name}: consumed`, formatCount(consumed), perSec === undefined ? '' : formatPerSec(perSec)],
    [`${name}: lag`, lag == null ? '–' : formatCount(lag), STATES[state]],
    [`${name}: end to end p99`, p99 == null ? '–' : `${formatPercentile(p99)} ms`, ''],
  ];
}
