/** `load monitor`: what all senders did so far, every few seconds. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, type ExitCode, InputError, type Problem } from '../../errors.ts';
import type { MetricFamily } from '../../report/prometheus.ts';
import type { MetricsReader } from '../../roles/metrics-store.ts';
import { addTotals } from '../../roles/sender-totals.ts';
import { NS_PER_MS, NS_PER_SEC, parseDuration } from '../../units.ts';
import type { Invocation } from '../invocation.ts';
import { lingerMetrics, metricsAddressOf, openMetrics } from '../metrics/metrics-server.ts';
import { metricsSource } from '../metrics/metrics-source.ts';
import { Notices } from '../notices.ts';
import type { Output } from '../terminal.ts';
import { formatOf, isSet, logLevelOf, textValue, type Values } from '../values.ts';
import { openMetricsReader, roleLog } from './role-back-ends.ts';
import { attempt, type RoleSettings, readRoleSettings, settingOf } from './role-settings.ts';
import { totalsFamilies, totalsJson, totalsText } from './role-totals.ts';

const INTERVAL = '5';
const INTERVAL_MIN_NS = NS_PER_MS;
const INTERVAL_MAX_NS = 24 * 3_600 * NS_PER_SEC;
/** How soon `--until` is noticed between two lines. */
const LOOK_EVERY_MS = 100;

interface Settings extends RoleSettings {
  readonly intervalMs: number;
  /** Infinity: until a signal. */
  readonly messagesMax: number;
  readonly format: 'text' | 'json';
}

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const level = logLevelOf(values);
  const notices = new Notices(terminal.stderr, { level, quiet: isSet(values, 'quiet') });
  const settings = await readSettings(values);
  for (const note of settings.notes) notices.note(note);
  const { lingerNs = 0 } = metricsAddressOf(values) ?? {};
  const stop = new AbortController();
  let exitCode: ExitCode = EXIT.ok;
  const end = () => stop.abort();
  // `monitor | head -3`: nobody reads any more.
  terminal.stdout.once?.('error', end);
  let reader: MetricsReader | undefined;
  const source = metricsSource({ results: settings.results.name }, () => familiesOf(reader));
  const endpoint = await openMetrics(source, values, notices);
  try {
    reader = await openMetricsReader(settings, roleLog(settings, level, notices));
    // Until here nothing was read, and a signal simply ends the process.
    terminal.onInterrupt(({ by }) => {
      exitCode = by === 'SIGINT' ? EXIT.sigint : EXIT.sigterm;
      end();
    });
    notices.note(`Results of ${settings.results.shown}`);
    await watch(reader, settings, terminal.stdout, stop.signal);
    if (lingerNs > 0 && !stop.signal.aborted) await lingerMetrics(lingerNs, terminal, notices);
  } finally {
    await endpoint?.close();
    await reader?.close();
    notices.close();
  }
  return exitCode;
}

/** Nothing before all is known: a counter that grows from 0 to what it is would look like that many sent now. */
async function familiesOf(reader: MetricsReader | undefined): Promise<MetricFamily[]> {
  if (reader?.hasCaughtUp !== true) return [];
  return totalsFamilies(await reader.totals());
}

/** A line every interval, and one at the end. */
async function watch(reader: MetricsReader, settings: Settings, output: Output, signal: AbortSignal): Promise<void> {
  const { intervalMs, messagesMax, format } = settings;
  let nextMs = performance.now() + intervalMs;
  for (;;) {
    const isOver = signal.aborted;
    const totals = await reader.totals();
    const { sent, failed } = addTotals(totals.values());
    const isReached = sent + failed >= messagesMax;
    const nowMs = performance.now();
    if (isOver || isReached || nowMs >= nextMs) {
      const time = new Date().toISOString();
      const line =
        format === 'json' ? JSON.stringify({ time, ...totalsJson(totals) }) : `${time} ${totalsText(totals)}`;
      output.write(`${line}\n`);
      nextMs += intervalMs * Math.max(1, Math.ceil((nowMs - nextMs) / intervalMs));
    }
    if (isOver || isReached) return;
    const untilNextMs = nextMs - performance.now();
    const waitMs = messagesMax === Number.POSITIVE_INFINITY ? untilNextMs : Math.min(untilNextMs, LOOK_EVERY_MS);
    await sleep(Math.max(1, waitMs), undefined, { signal }).catch(() => {});
  }
}

/** @throws InputError with everything that is wrong. */
async function readSettings(values: Values): Promise<Settings> {
  const problems: Problem[] = [];
  const role = await readRoleSettings(values, ['results'], problems);
  const interval = settingOf(values, 'interval', role.environment, 'MONITOR_INTERVAL', INTERVAL);
  const intervalNs = attempt(interval.place, problems, () => parseDuration(interval.text)) ?? INTERVAL_MIN_NS;
  if (intervalNs < INTERVAL_MIN_NS || intervalNs > INTERVAL_MAX_NS) {
    const message = `an interval of \`${interval.text}\` is too ${intervalNs < INTERVAL_MIN_NS ? 'short' : 'long'}`;
    problems.push({ place: interval.place, message, hint: '1ms to 24h, e.g. 5s' });
  }
  const messagesMax = readUntil(textValue(values, 'until'), problems);
  const format = attempt('', problems, () => formatOf(values));
  if (problems.length > 0) throw new InputError(problems);
  return { ...role, intervalMs: intervalNs / NS_PER_MS, messagesMax, format: format! };
}

function readUntil(text: string | undefined, problems: Problem[]): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  problems.push({ place: '--until', message: `\`${text}\` is not a number of messages` });
  return 1;
}
