/** The Prometheus metrics of one run, read from shared memory when somebody asks. */

import type { Observer, ReadyRun } from '../coordinator/observer.ts';
import type { Progress } from '../recorder/progress.ts';
import { readRun } from '../recorder/run-reading.ts';
import { type MetricFamily, runFamilies } from '../report/prometheus.ts';

export class MetricsObserver implements Observer {
  #run: ReadyRun | undefined;
  #progress: Pick<Progress, 'lastRow' | 'database'> = {};

  ready(run: ReadyRun): undefined {
    this.#run = run;
  }

  progress({ lastRow, database }: Progress): void {
    this.#progress = { ...(lastRow && { lastRow }), ...(database && { database }) };
  }

  /** Empty before the run is ready. */
  read(): MetricFamily[] {
    if (this.#run === undefined) return [];
    return runFamilies({ ...readRun(this.#run.plan, this.#run.reader), ...this.#progress });
  }
}
