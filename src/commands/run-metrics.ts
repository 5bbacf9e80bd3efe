/** The metrics of one run: from shared memory, when somebody asks. */
import { readRun } from '../coordinator/run-reading.ts';
import type { Plan } from '../plan/plan.ts';
import {
  formatFamilies,
  PROMETHEUS_CONTENT_TYPE,
  type ProcessReading,
  processFamilies,
  runFamilies,
} from '../report/prometheus.ts';
import { engineVersion } from '../result/environment.ts';
import type { SecondRow } from '../result/measurement.ts';
import type { Progress } from '../result/progress.ts';
import type { Result } from '../result/result.ts';
import type { RunMemory } from '../result/run-memory.ts';
import { formatDuration } from '../units.ts';
import type { Values } from './flags.ts';
import type { Messages } from './messages.ts';
import {
  type MetricsServer,
  type MetricsSource,
  metricsAddressOf,
  metricsLingerNs,
  serveMetrics,
} from './metrics-server.ts';
import type { Terminal } from './terminal.ts';

const LINGER_CHECK_MS = 200;

/**
 * The endpoint that the flags ask for, undefined where they ask for none.
 * @throws InputError for the flags, LoadError when the port cannot be had.
 */
export async function serveRunMetrics(
  plan: Plan,
  values: Values,
  messages: Messages,
): Promise<RunEndpoint | undefined> {
  const address = metricsAddressOf(values);
  const lingerNs = metricsLingerNs(values);
  if (address === undefined) return undefined;
  const metrics = new RunMetrics(plan);
  const server = await serveMetrics(metrics, address);
  const told = `metrics at ${server.url}`;
  // A port that nobody chose has to be told, --quiet or not.
  if (address.port === 0) messages.event(told);
  else messages.note(told);
  return new RunEndpoint(metrics, server, lingerNs, messages);
}

export class RunEndpoint {
  readonly metrics: RunMetrics;
  readonly #server: MetricsServer;
  readonly #lingerNs: number;
  readonly #messages: Messages;

  constructor(metrics: RunMetrics, server: MetricsServer, lingerNs: number, messages: Messages) {
    this.metrics = metrics;
    this.#server = server;
    this.#lingerNs = lingerNs;
    this.#messages = messages;
  }

  /** After a run that nobody interrupted: until the time is over or a signal comes. */
  async linger({ run }: Result, terminal: Terminal): Promise<void> {
    const wasInterrupted = run.stopped?.by === 'SIGINT' || run.stopped?.by === 'SIGTERM';
    if (this.#lingerNs === 0 || wasInterrupted) return;
    this.#messages.note(`the metrics stay for ${formatDuration(this.#lingerNs)}, or until a signal`);
    const endMs = performance.now() + this.#lingerNs / 1e6;
    await new Promise<void>((resolve) => {
      // A timer of its own cannot wait longer than 24 days.
      const timer = setInterval(() => {
        if (performance.now() >= endMs) end();
      }, LINGER_CHECK_MS);
      const end = () => {
        clearInterval(timer);
        resolve();
      };
      terminal.onInterrupt(end);
    });
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

export class RunMetrics implements MetricsSource {
  readonly contentType = PROMETHEUS_CONTENT_TYPE;
  readonly #identity: Readonly<Record<string, string>>;
  #running: { readonly plan: Plan; readonly memory: RunMemory } | undefined;
  #lastRow: SecondRow | undefined;

  constructor({ name, runTag }: Plan) {
    this.#identity = { profile: name, run: runTag, version: engineVersion() };
  }

  /** Until then there is only the process to tell of. */
  ready(plan: Plan, memory: RunMemory): void {
    this.#running = { plan, memory };
  }

  update({ lastRow }: Progress): void {
    this.#lastRow = lastRow;
  }

  metrics(): Promise<string> {
    const families = processFamilies(this.#identity, readProcess());
    if (this.#running === undefined) return formatFamilies(families);
    const reading = readRun(this.#running.plan, this.#running.memory);
    return formatFamilies([
      ...families,
      ...runFamilies({ ...reading, ...(this.#lastRow && { lastRow: this.#lastRow }) }),
    ]);
  }
}

function readProcess(): ProcessReading {
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    startedAtMs: Date.now() - process.uptime() * 1e3,
  };
}
