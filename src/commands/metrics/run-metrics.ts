/** The metrics of one run: read from shared memory when somebody asks. */

import type { Plan } from '../../plan/plan.ts';
import type { Progress } from '../../recorder/progress.ts';
import type { RunReader } from '../../recorder/reader.ts';
import { readRun } from '../../recorder/run-reading.ts';
import { type MetricFamily, runFamilies } from '../../report/prometheus.ts';
import type { Messages } from '../notices.ts';
import type { Terminal } from '../terminal.ts';
import type { Values } from '../values.ts';
import { lingerMetrics, type MetricsServer, metricsAddressOf, openMetrics } from './metrics-server.ts';
import { metricsSource } from './metrics-source.ts';

export class RunMetrics {
  readonly #values: Values;
  readonly #messages: Messages;
  readonly #lingerNs: number;
  #server: MetricsServer | undefined;
  #running: { readonly plan: Plan; readonly reader: RunReader } | undefined;
  #progress: Pick<Progress, 'lastRow' | 'database'> = {};

  /** @throws InputError for the flags. */
  constructor(values: Values, messages: Messages) {
    this.#values = values;
    this.#messages = messages;
    this.#lingerNs = metricsAddressOf(values)?.lingerNs ?? 0;
  }

  /**
   * Where the flags ask for an endpoint, it is there from here on.
   * @throws LoadError when the port cannot be had.
   */
  async open({ name, runTag }: Plan): Promise<void> {
    const source = metricsSource({ profile: name, run: runTag }, () => this.#read());
    this.#server = await openMetrics(source, this.#values, this.#messages);
  }

  /** Until then there is only the process to tell of. */
  ready(plan: Plan, reader: RunReader): void {
    this.#running = { plan, reader };
  }

  update({ lastRow, database }: Progress): void {
    this.#progress = { ...(lastRow && { lastRow }), ...(database && { database }) };
  }

  #read(): MetricFamily[] {
    if (this.#running === undefined) return [];
    const reading = readRun(this.#running.plan, this.#running.reader);
    return runFamilies({ ...reading, ...this.#progress });
  }

  /** After a run that nobody interrupted: until the time is over or a signal comes. */
  async linger(terminal: Terminal): Promise<void> {
    if (this.#server === undefined || this.#lingerNs === 0) return;
    await lingerMetrics(this.#lingerNs, terminal, this.#messages);
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}
