/** `load run`: runs a profile on its target and prints what came of it. */
import { EXIT, type ExitCode } from '../errors.ts';
import { describeLoad } from '../plan/pace.ts';
import type { Plan } from '../plan/plan.ts';
import { type PlannedRun, plan } from '../planning.ts';
import { localIdNote } from '../registry/schema-ids.ts';
import { defaultResultDirectory } from '../report/result-directory.ts';
import { renderSummary } from '../report/terminal.ts';
import type { Result } from '../result/result.ts';
import { type RunOptions, type RunReport, runPlanned } from '../run.ts';
import { formatDuration } from '../units.ts';
import { checkEvents, EventLog } from './event-log.ts';
import { describeFailure } from './failure.ts';
import type { Format } from './flags.ts';
import type { Invocation } from './invocation.ts';
import { RunMetrics } from './metrics/run-metrics.ts';
import { Messages } from './notices.ts';
import { queueOfRun } from './roles/role-settings.ts';
import { type Terminal, usesColor } from './terminal.ts';
import { durationNsOf, formatOf, isSet, logLevelOf, overridesOf, profileOf, textValue, type Values } from './values.ts';

export async function execute(invocation: Invocation): Promise<ExitCode> {
  const { values, params, terminal } = invocation;
  const format = formatOf(values);
  const messages = new Messages(terminal.stderr, { level: logLevelOf(values), quiet: isSet(values, 'quiet') });
  const metrics = new RunMetrics(values, messages);
  const profile = profileOf(values);
  const overrides = overridesOf(values, params);
  const planned = await plan(profile, { overrides, onNote: (text) => messages.note(text) });
  if (isSet(values, 'dry-run')) {
    const { dryRun } = await import('./dry-run.ts');
    return dryRun(planned, { profile, overrides, format, messages, stdout: terminal.stdout });
  }
  const queue = queueOfRun(values, planned.plan);
  if (queue !== undefined) {
    const { fillQueue } = await import('./roles/enqueue.ts');
    return fillQueue(planned, queue, messages, terminal);
  }
  if (isSet(values, 'log-events')) checkEvents(planned.plan);
  await metrics.open(planned.plan);
  const stop = new AbortController();
  try {
    const report = await runUntilStopped(planned, invocation, messages, metrics, stop);
    const exitCode = printReport(report, format, terminal, messages);
    // Also by a signal that came when all was measured and the files were being written.
    if (!stop.signal.aborted) await metrics.linger(terminal);
    return exitCode;
  } finally {
    await metrics.close();
  }
}

function printReport(report: RunReport, format: Format, terminal: Terminal, messages: Messages): ExitCode {
  const { result, directory } = report;
  if (format === 'json') terminal.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else {
    const color = usesColor(terminal.stdout);
    // On one screen the summary stands apart from the progress above it.
    if (terminal.stdout.isTTY && terminal.stderr.isTTY) terminal.stdout.write('\n');
    terminal.stdout.write(`${renderSummary(result, { color, ...(directory !== undefined && { directory }) })}\n`);
  }
  if (report.writeError === undefined) return report.exitCode;
  messages.error(describeFailure(report.writeError, false).lines);
  return EXIT.failed;
}

async function runUntilStopped(
  planned: PlannedRun,
  { values, terminal, commandLine }: Invocation,
  messages: Messages,
  metrics: RunMetrics,
  stop: AbortController,
): Promise<RunReport> {
  const groundTruth = textValue(values, 'ground-truth');
  let events: EventLog | undefined;
  try {
    const report = await runPlanned(planned, {
      signal: stop.signal,
      allowInvalid: isSet(values, 'allow-invalid'),
      waitForBrokerMs: durationNsOf(values, 'wait-for-broker') / 1e6,
      command: commandLine,
      ...outOf(values, planned),
      ...(groundTruth !== undefined && { groundTruth }),
      onProgress: (progress) => {
        for (const line of events?.poll() ?? []) messages.event(line);
        messages.progress(progress);
        metrics.update(progress);
      },
      onWarning: (warning) => messages.warn(warning),
      onNote: (note) => messages.note(note),
      onLog: (line) => messages.client(line),
      onReady: (plan, cluster, reader, database) => {
        if (isSet(values, 'log-events')) events = new EventLog(plan, reader);
        metrics.ready(plan, reader);
        messages.note(describeStart(plan, cluster?.bootstrapServers));
        const localId = localIdNote(plan, planned.loaded.profile.schemaRegistry);
        if (localId !== undefined) messages.note(localId);
        if (database !== undefined) messages.note(`database ${database}: each message and its state, every second`);
        // Until here nothing was sent, and a signal simply ends the process.
        terminal.onInterrupt((interruption) => {
          messages.note(`${interruption.by}: no more is sent, ${describeGrace(plan)}`);
          stop.abort(interruption);
        });
      },
    });
    if (events !== undefined) messages.event(describeTotal(report.result));
    return report;
  } finally {
    messages.close();
  }
}

/** The last line of the printed events: those acknowledged, warm-up among them. */
function describeTotal({ totals, warmup }: Result): string {
  const all = (count: 'sent' | 'acked') => totals[count] + (warmup?.totals[count] ?? 0);
  const lost = all('sent') - all('acked');
  return `Total events sent: ${all('acked')}${lost === 0 ? '' : `; ${lost} more were not acknowledged`}`;
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
  if (embeddedServers === undefined) return plan.clients[0]?.properties['bootstrap.servers'] ?? '';
  return `the embedded cluster at ${embeddedServers}\n(--bootstrap-servers HOST:PORT takes a broker of your own)`;
}

function describeGrace({ lanes }: Plan): string {
  const graceNs = Math.max(...lanes.map(({ gracefulStopNs }) => gracefulStopNs));
  return `waiting up to ${formatDuration(graceNs)} for acknowledgements; once more ends at once`;
}
