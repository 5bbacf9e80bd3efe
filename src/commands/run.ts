/** `load run`: runs a profile on its target and prints what came of it. */

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
import { type RunOptions, type RunReport, runPlanned } from '../run.ts';
import { formatDuration, NS_PER_MS } from '../units.ts';
import { LiveFeed } from '../web/live-feed.ts';
import { describeFailure } from './failure.ts';
import type { Invocation } from './invocation.ts';
import { type LivePage, openLivePage } from './live-page.ts';
import { lingerMetrics, metricsAddressOf, openMetrics } from './metrics/metrics-server.ts';
import { metricsSource } from './metrics/metrics-source.ts';
import { Notices } from './notices.ts';
import { isRepeated } from './repeat-flags.ts';
import { queueOfRun } from './roles/role-settings.ts';
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
  const format = oneOf(values, 'format', FORMATS);
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: isSet(values, 'quiet') });
  const lingerNs = metricsAddressOf(values)?.lingerNs ?? 0;
  const profile = profileOf(values);
  const overrides = overridesOf(values, params);
  const planned = await plan(profile, { overrides, onNote: (text) => notices.note(text) });
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
    const report = await runUntilStopped(planned, invocation, notices, observers, stop);
    metrics.ended(report.result);
    const exitCode = await printReport(report, { format, histogram: isSet(values, 'histogram') }, terminal, notices);
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
  planned: PlannedRun,
  { values, terminal, commandLine }: Invocation,
  notices: Notices,
  observers: readonly Observer[],
  stop: AbortController,
): Promise<RunReport> {
  const groundTruth = textValue(values, 'ground-truth');
  try {
    return await runPlanned(planned, {
      signal: stop.signal,
      allowInvalid: isSet(values, 'allow-invalid'),
      waitForBrokerMs: durationNsOf(values, 'wait-for-broker') / NS_PER_MS,
      command: commandLine,
      observers,
      ...outOf(values, planned),
      ...(groundTruth !== undefined && { groundTruth }),
      onProgress: (progress) => {
        notices.progress(progress);
        terminal.onProgress?.(progress);
      },
      onWarning: (warning) => notices.warn(warning),
      onNote: (note) => notices.note(note),
      onLog: (line) => notices.client(line),
      onReady: (plan, cluster) => {
        notices.note(describeStart(plan, cluster?.bootstrapServers));
        const localId = localIdNote(plan, planned.loaded.profile.schemaRegistry);
        if (localId !== undefined) notices.note(localId);
        // Until here nothing was sent, and a signal simply ends the process.
        terminal.onInterrupt((interruption) => {
          notices.note(`${interruption.by}: ${describeStop(plan)}; repeat to exit immediately`);
          stop.abort(interruption);
        });
      },
    });
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
