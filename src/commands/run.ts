/** `load run`: runs a profile on its target and prints what came of it. */

import { type ExecuteOptions, executePlan } from '../coordinator/execute.ts';
import type { Observer } from '../coordinator/observer.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { checkEvents, EventLog } from '../observers/event-log.ts';
import { MetricsObserver } from '../observers/metrics.ts';
import { latencyLimits } from '../page/run/latency-limits.ts';
import { describeLoad } from '../plan/pace.ts';
import type { Plan } from '../plan/plan.ts';
import { type PlannedRun, plan } from '../planning.ts';
import { localIdNote } from '../registry/schema-ids.ts';
import { FORMATS, renderReport } from '../report/reports.ts';
import { defaultResultDirectory } from '../report/result-directory.ts';
import { type Execute, type RunOptions, type RunReport, runPlanned } from '../run.ts';
import { formatDuration, NS_PER_MS } from '../units.ts';
import { LiveFeed } from '../web/live-feed.ts';
import { EVENTS, EventLines } from './event-lines.ts';
import { describeFailure } from './failure.ts';
import type { Invocation } from './invocation.ts';
import { type LivePage, openLivePage } from './live-page.ts';
import { lingerMetrics, metricsAddressOf, openMetrics } from './metrics/metrics-server.ts';
import { metricsSource } from './metrics/metrics-source.ts';
import { Notices } from './notices.ts';
import { isRepeated } from './repeat-flags.ts';
import { queueOfRun } from './roles/role-settings.ts';
import type { JoinedRun } from './shard.ts';
import { checkAlone, localShardsOf } from './shard-count.ts';
import { summaryLook, type Terminal, writeApart } from './terminal.ts';
import {
  durationNsOf,
  formatOf,
  isSet,
  logLevelOf,
  oneOf,
  overridesOf,
  profileOf,
  textValue,
  type Values,
} from './values.ts';

export async function execute(invocation: Invocation): Promise<ExitCode> {
  const { values, params, terminal } = invocation;
  if (isRepeated(values)) return (await import('./repeat.ts')).executeRepeat(invocation);
  if (localShardsOf(invocation) > 1) return (await import('./shards.ts')).executeShards(invocation);
  const format = oneOf(values, 'format', [...FORMATS, EVENTS]);
  const events = format === EVENTS ? new EventLines(terminal.stdout) : undefined;
  const quiet = isSet(values, 'quiet') || events !== undefined;
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet });
  if (textValue(values, 'shard') === undefined) {
    checkAlone(values);
    const overrides = overridesOf(values, params);
    const planned = await plan(profileOf(values), { overrides, onNote: (text) => notices.note(text) });
    return runHere({ invocation, planned, notices, format, events });
  }
  const { joinRun } = await import('./shard.ts');
  const joined = await joinRun(invocation, notices);
  try {
    if (joined.shard.index > 0) return await joined.part(partOptions(invocation, notices));
    return await runHere({ invocation, planned: joined.planned, joined, notices, format, events });
  } catch (error) {
    await joined.fail(error);
    throw error;
  } finally {
    notices.close();
    await joined.close();
  }
}

/** What a shard that is not the first has of a run: its log, its metrics are those of shard 0. */
function partOptions({ values, terminal }: Invocation, notices: Notices): ExecuteOptions {
  const stop = new AbortController();
  terminal.onInterrupt((interruption) => stop.abort(interruption));
  return {
    signal: stop.signal,
    waitForBrokerMs: durationNsOf(values, 'wait-for-broker') / NS_PER_MS,
    onWarning: (warning) => notices.warn(warning),
    onNote: (note) => notices.note(note),
    onLog: (line) => notices.client(line),
  };
}

interface RunHere {
  readonly invocation: Invocation;
  readonly planned: PlannedRun;
  /** Of shard 0. */
  readonly joined?: JoinedRun;
  readonly notices: Notices;
  readonly format: string;
  readonly events?: EventLines | undefined;
}

async function runHere(here: RunHere): Promise<ExitCode> {
  const { invocation, planned, joined, notices, format, events } = here;
  const { values, terminal } = invocation;
  const lingerNs = metricsAddressOf(values)?.lingerNs ?? 0;
  if (isSet(values, 'dry-run')) {
    const { dryRun } = await import('./dry-run.ts');
    return dryRun(planned, { format: formatOf(values), notices, stdout: terminal.stdout });
  }
  const queue = queueOfRun(values, planned.plan);
  if (queue !== undefined) {
    const { fillQueue } = await import('./roles/enqueue.ts');
    return fillQueue(planned, queue, notices, terminal);
  }
  const observers: Observer[] = [];
  if (isSet(values, 'log-events')) {
    checkEvents(planned.plan);
    observers.push(new EventLog((line) => notices.event(line)));
  }
  const metrics = new MetricsObserver();
  observers.push(metrics);
  const { name, runTag } = planned.plan;
  const source = metricsSource({ profile: name, run: runTag }, () => metrics.read());
  const server = await openMetrics(source, values, notices);
  const stop = new AbortController();
  let live: LivePage | undefined;
  try {
    live = await openLivePage(values, notices);
    const onLive = live === undefined ? terminal.onLive : live.send;
    if (onLive !== undefined) observers.push(new LiveFeed(latencyLimits(planned.loaded.profile.thresholds), onLive));
    const report = await runUntilStopped(here, observers, stop);
    metrics.ended(report.result);
    const exitCode =
      events === undefined
        ? await printReport(report, { format, histogram: isSet(values, 'histogram') }, terminal, notices)
        : await events.end(report);
    await joined?.ended(exitCode, report);
    await live?.end(async () => {
      const { renderRunHtml } = await import('../report/run-html.tsx');
      return renderRunHtml(report.result, planned.loaded.resolved);
    });
    // Also by a signal that came when all was measured and the files were being written.
    const lingers = server !== undefined && lingerNs > 0 && !stop.signal.aborted;
    if (lingers) await lingerMetrics(lingerNs, terminal, notices);
    return exitCode;
  } finally {
    live?.close();
    await server?.close();
  }
}

async function printReport(
  { result, directory, writeError, exitCode }: RunReport,
  { format, histogram }: { readonly format: string; readonly histogram: boolean },
  terminal: Terminal,
  notices: Notices,
): Promise<ExitCode> {
  const { stdout } = terminal;
  if (format === 'text') writeApart(terminal);
  const look = { ...summaryLook(stdout, histogram), ...(directory !== undefined && { directory }) };
  stdout.write(await renderReport(format, { result }, look));
  if (writeError === undefined) return exitCode;
  notices.error(describeFailure(writeError, false).lines);
  return EXIT.failed;
}

async function runUntilStopped(
  { invocation, planned, joined, notices, events }: RunHere,
  observers: readonly Observer[],
  stop: AbortController,
): Promise<RunReport> {
  const { values, terminal, commandLine } = invocation;
  const groundTruth = textValue(values, 'ground-truth');
  const stopOnSignal = (describe: () => string) =>
    terminal.onInterrupt((interruption) => {
      notices.note(`${interruption.by}: ${describe()}; repeat to exit immediately`);
      stop.abort(interruption);
    });
  const stopBeforeStart = () => stopOnSignal(() => 'stopping before the start');
  // The others are to hear of it, also before the start.
  if (joined !== undefined) stopBeforeStart();
  try {
    const options: RunOptions = {
      signal: stop.signal,
      allowInvalid: isSet(values, 'allow-invalid'),
      waitForBrokerMs: durationNsOf(values, 'wait-for-broker') / NS_PER_MS,
      command: commandLine,
      observers,
      ...outOf(values, planned),
      ...(groundTruth !== undefined && { groundTruth }),
      onProgress: (progress) => {
        notices.progress(progress);
        events?.progress(progress);
        terminal.onProgress?.(progress);
      },
      onWarning: (warning) => {
        notices.warn(warning);
        events?.warning(warning);
      },
      onNote: (note) => {
        notices.note(note);
        events?.note(note);
      },
      onLog: (line) => notices.client(line),
      onReady: (plan, cluster) => {
        const started = describeStart(plan, cluster?.bootstrapServers);
        notices.note(started);
        events?.start(plan.runTag, started);
        const localId = localIdNote(plan, planned.loaded.profile.schemaRegistry);
        if (localId !== undefined) notices.note(localId);
        // Until here nothing was sent, and where nothing was created a signal simply ends the process.
        stopOnSignal(() => describeStop(plan));
      },
    };
    const executeHere: Execute = (plan, given) => executePlan(plan, { ...given, onCreating: stopBeforeStart });
    return await runPlanned(planned, options, joined?.execute ?? executeHere);
  } finally {
    notices.close();
  }
}

/** A directory that was named is taken as it is; without a name each run has its own. */
function outOf(values: Values, { plan }: PlannedRun): Pick<RunOptions, 'out' | 'ownDirectory'> {
  const out = textValue(values, 'out');
  if (out === 'none') return {};
  return out === undefined ? { out: defaultResultDirectory(plan.name, new Date()), ownDirectory: true } : { out };
}

function describeStart(plan: Plan, embeddedServers: string | undefined): string {
  return `${plan.name}: ${describeLoad(plan)}, on ${describeTarget(plan, embeddedServers)}`;
}

function describeTarget(plan: Plan, embeddedServers: string | undefined): string {
  if (plan.target.kind === 'null') return 'no broker (null transport)';
  if (embeddedServers === undefined)
    return (plan.clients[0]?.properties ?? plan.reading?.cluster)?.['bootstrap.servers'] ?? '';
  return `the embedded cluster at ${embeddedServers}\n(--bootstrap-servers HOST:PORT uses your own broker)`;
}

function describeStop({ lanes }: Plan): string {
  if (lanes.length === 0) return 'reading stopped';
  const graceNs = Math.max(...lanes.map(({ gracefulStopNs }) => gracefulStopNs));
  return `sending stopped, waiting up to ${formatDuration(graceNs)} for acknowledgements`;
}
