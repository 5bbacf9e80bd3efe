/**
 * What a result directory holds while its run goes on, so that a run that is killed leaves what is known of it:
 *
 *     run.json           which run this is, and where each partition began: a Result without numbers
 *     profile.yaml       the resolved profile
 *     series.csv         a row a second, appended
 *     latencies.jsonl    the response latencies of each of these seconds, appended
 *     checkpoints.jsonl  a line a second (with many scenarios: every few), appended: the numbers of the Result until then, and which messages are settled
 *
 * The result's own files replace them. A directory with a run.json is of a run that did not come to its end.
 */
import { writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Finding, Observer, Second, StartedRun } from '../coordinator/observer.ts';
import type { SecondRow } from '../recorder/second-row.ts';
import { seriesHeader, seriesLine } from '../report/series-csv.ts';
import {
  CHECKPOINTS_FILE,
  type Checkpoint,
  checkpointSeconds,
  LATENCIES_FILE,
  RUN_FILE,
  type RunBeginning,
  type RunFile,
  type SecondLatencies,
} from '../result/run-file.ts';
import { NS_PER_SEC } from '../units.ts';
import { writeWhole } from '../whole-file.ts';
import { checkpoint } from './checkpoint.ts';

/** Only the last line counts: above this the file begins anew. */
const CHECKPOINTS_BYTES_MAX = 4 * 2 ** 20;
/** A second's timer comes some milliseconds earlier or later. */
const SLACK_NS = 0.5 * NS_PER_SEC;

export interface JournalOptions {
  readonly directory: string;
  /** The resolved profile. */
  readonly profileYaml: string;
  readonly beginning: (run: StartedRun) => RunBeginning;
  /** Reports the first failure only; writing is tried again a second later all the same. */
  readonly warn: (warning: string) => void;
}

export class Journal implements Observer {
  readonly readsSettled = true;
  readonly #options: JournalOptions;
  #hasFailed = false;
  #checkpointBytes = 0;
  #nextCheckpointNs = 0;
  #rows: SecondRow[] = [];
  #latencies: SecondLatencies[] = [];
  #checkpoint: string | undefined;
  /** The last writing, over or not: a disk that is slow is not written to twice at a time, and nobody waits for it. */
  #writing: Promise<void> = Promise.resolve();
  #isWriting = true;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  start(run: StartedRun): void {
    const { beginning, profileYaml } = this.#options;
    const file: RunFile = { ...beginning(run), process: { pid: process.pid, host: hostname() } };
    // Without waiting: a second signal, which ends the process at once, finds all of it.
    this.#writing = this.#guarded(async () => {
      writeFileSync(this.#path(CHECKPOINTS_FILE), '');
      writeFileSync(this.#path('series.csv'), seriesHeader());
      writeFileSync(this.#path(LATENCIES_FILE), '');
      writeFileSync(this.#path('profile.yaml'), profileYaml);
      writeFileSync(this.#path(RUN_FILE), `${JSON.stringify(file, null, 2)}\n`);
    });
  }

  second({ plan, reader, elapsedNs, ...seconds }: Second): undefined {
    const isDue = elapsedNs >= this.#nextCheckpointNs;
    if (isDue) this.#nextCheckpointNs = elapsedNs + checkpointSeconds(plan.lanes.length) * NS_PER_SEC - SLACK_NS;
    this.append(seconds, isDue ? checkpoint(plan, reader, elapsedNs) : undefined);
  }

  /** The rows of seconds that are over, and how the run stands, where that is known. */
  append({ rows, latencies }: Pick<Second, 'rows' | 'latencies'>, checkpoint: Checkpoint | undefined): void {
    this.#rows.push(...rows);
    this.#latencies.push(...rows.map(({ second }, i) => [second, latencies[i]!] as const));
    if (checkpoint !== undefined) this.#checkpoint = `${JSON.stringify(checkpoint)}\n`;
    if (!this.#isWriting) this.#writing = this.#guarded(() => this.#write());
  }

  async #write(): Promise<void> {
    const [rows, latencies, line] = [this.#rows, this.#latencies, this.#checkpoint ?? ''];
    // After a failure half a line may be there: a reader skips what is none.
    const gap = this.#hasFailed ? '\n' : '';
    await appendFile(this.#path('series.csv'), gap + rows.map((row) => `${seriesLine(row)}\n`).join(''));
    this.#rows = this.#rows.slice(rows.length);
    await appendFile(this.#path(LATENCIES_FILE), gap + jsonLines(latencies));
    this.#latencies = this.#latencies.slice(latencies.length);
    this.#checkpoint = undefined;
    this.#checkpointBytes += line.length;
    if (this.#checkpointBytes <= CHECKPOINTS_BYTES_MAX) return appendFile(this.#path(CHECKPOINTS_FILE), gap + line);
    this.#checkpointBytes = line.length;
    await writeWhole(this.#path(CHECKPOINTS_FILE), line);
  }

  async #guarded(write: () => Promise<void>): Promise<void> {
    this.#isWriting = true;
    try {
      await write();
    } catch (error) {
      const { directory, warn } = this.#options;
      const why = (error as Error).message;
      if (!this.#hasFailed) {
        warn(
          `${directory} cannot be written: ${why}; the run continues, and its result is written at the end if possible`,
        );
      }
      this.#hasFailed = true;
    } finally {
      this.#isWriting = false;
    }
  }

  /** Nothing is written any more when it resolves: the result's own files come next. */
  async finish(): Promise<Finding> {
    await this.#writing;
    return {};
  }

  #path(name: string): string {
    return join(this.#options.directory, name);
  }
}

function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
