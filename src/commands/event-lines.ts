/** `--format events`: what a run says, a JSON object a line, for a program that follows it from elsewhere. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { monotonicMs } from '../clock.ts';
import type { ExitCode } from '../errors.ts';
import type { Progress } from '../recorder/progress.ts';
import { resultJson } from '../report/result-json.ts';
import type { RunReport } from '../run.ts';
import { scrub } from '../secrets.ts';
import type { Output } from './terminal.ts';

export const EVENTS = 'events';
const PROGRESS_MS = 1_000;
/** Of the result directory, what cannot be made of the rest. */
const FILES = ['result.json', 'profile.yaml', 'verify.json'];

export type RunLine =
  | { readonly event: 'start'; readonly run: string; readonly text: string }
  | { readonly event: 'progress'; readonly progress: Progress }
  | { readonly event: 'note' | 'warning'; readonly text: string }
  /** A file of the result directory: gzipped, base64. */
  | { readonly event: 'file'; readonly name: string; readonly gzip: string }
  | { readonly event: 'end'; readonly exitCode: number };

export class EventLines {
  readonly #output: Output;
  #nextMs = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  start(run: string, text: string): void {
    this.#write({ event: 'start', run, text });
  }

  /** One a second; the last one in any case. */
  progress(progress: Progress): void {
    const nowMs = monotonicMs();
    if (nowMs < this.#nextMs && progress.phase !== 'done') return;
    this.#nextMs = nowMs + PROGRESS_MS;
    this.#write({ event: 'progress', progress });
  }

  note(text: string): void {
    this.#write({ event: 'note', text: scrub(text) });
  }

  warning(text: string): void {
    this.#write({ event: 'warning', text: scrub(text) });
  }

  async end({ result, directory, exitCode, writeError }: RunReport): Promise<ExitCode> {
    const place = (name: string) => join(directory ?? '', name);
    for (const name of FILES) {
      if (name === 'result.json') this.#file(name, await resultJson(result));
      else if (directory !== undefined && existsSync(place(name))) this.#file(name, readFileSync(place(name)));
    }
    if (writeError !== undefined) this.warning(writeError.message);
    this.#write({ event: 'end', exitCode });
    return exitCode;
  }

  #file(name: string, content: string | Uint8Array): void {
    this.#write({ event: 'file', name, gzip: gzipSync(content).toString('base64') });
  }

  #write(line: RunLine): void {
    this.#output.write(`${JSON.stringify(line)}\n`);
  }
}
