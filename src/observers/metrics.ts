/** The Prometheus metrics of one run, read from shared memory when somebody asks. */

import type { Observer, ReadyRun } from '../coordinator/observer.ts';
import { readConsumers } from '../recorder/consumer-reading.ts';
import type { Progress } from '../recorder/progress.ts';
import { readRun } from '../recorder/run-reading.ts';
import { type MetricFamily, runFamilies } from '../report/prometheus.ts';
import { consumerGroupFamilies, drainFamilies, verificationFamilies } from '../report/reading-metrics.ts';
import type { Result } from '../result/result.ts';

export class MetricsObserver implements Observer {
  #run: ReadyRun | undefined;
  #progress: Pick<Progress, 'lastRow' | 'database' | 'consumers' | 'shards'> = {};
  #result: Pick<Result, 'consumers' | 'verification'> = {};

  ready(run: ReadyRun): undefined {
    this.#run = run;
  }

  progress({ lastRow, database, consumers, shards }: Progress): void {
    this.#progress = {
      ...(lastRow && { lastRow }),
      ...(database && { database }),
      ...(consumers && { consumers }),
      ...(shards && { shards }),
    };
  }

  /** What only a finished run knows. */
  ended(result: Pick<Result, 'consumers' | 'verification'>): void {
    this.#result = result;
  }

  /** Empty before the run is ready. */
  read(): MetricFamily[] {
    if (this.#run === undefined) return [];
    const { plan, reader, readingReader } = this.#run;
    const { consumers, ...progress } = this.#progress;
    const { consumers: read = {}, verification = {} } = this.#result;
    return [
      ...runFamilies({ ...readRun(plan, reader), ...progress }),
      ...(plan.reading === undefined || readingReader === undefined
        ? []
        : consumerGroupFamilies(readConsumers(plan.reading, readingReader, consumers))),
      ...drainFamilies(read),
      ...verificationFamilies(verification),
    ];
  }
}
