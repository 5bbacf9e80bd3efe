/** What a running command says on stderr: notes, warnings, librdkafka's lines, and a view of the progress under them. */
import { styleText } from 'node:util';
import type { ExperimentProgress } from '../compare/experiment-progress.ts';
import { debugTo } from '../debug.ts';
import type { Progress } from '../recorder/progress.ts';
import { createLiveView, type LiveView } from '../report/live.ts';
import { isRedrawn } from '../report/live-screen.ts';
import { escapeControls } from '../report/text-escapes.ts';
import { scrub } from '../secrets.ts';
import { type ClientLog, ENGINE_FACILITY, FAULT_FACILITY } from '../transport/transport.ts';
import type { LogLevel } from './flags.ts';
import { type Output, usesColor } from './terminal.ts';

const RANK: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };
/** Syslog's level of errors. */
const CLIENT_ERROR_LEVEL = 3;
const REPEATS_EVERY_MS = 5_000;

export interface NoticesOptions {
  readonly level: LogLevel;
  /** No notes and no progress. */
  readonly quiet: boolean;
  readonly now?: () => number;
}

export class Notices {
  readonly #output: Output;
  readonly #level: number;
  readonly #quiet: boolean;
  readonly #now: () => number;
  readonly #view: LiveView | undefined;
  readonly #warned = new Set<string>();
  readonly #repeats = new Map<string, { line: string; suppressed: number; nextMs: number }>();

  constructor(output: Output, { level, quiet, now = () => performance.now() }: NoticesOptions) {
    this.#output = output;
    this.#level = RANK[level];
    this.#quiet = quiet;
    this.#now = now;
    this.#view = quiet ? undefined : createLiveView(output);
    if (this.#level >= RANK.debug) debugTo((line) => this.#print(`debug: ${line}`));
  }

  note(text: string): void {
    if (!this.#quiet && this.#level >= RANK.info) this.#print(text);
  }

  warn(text: string): void {
    if (this.#level >= RANK.warn) this.#print(text, this.#paint('yellow', 'warning: '));
  }

  error(lines: readonly string[]): void {
    this.#print(lines.join('\n'), this.#paint('red', 'error: '));
  }

  /** A printed event; asked for, so that no level hides it. */
  event(line: string): void {
    this.#print(line);
  }

  progress(progress: Progress): void {
    this.#view?.update(progress);
  }

  /** Whether a view shows it, in place of lines. */
  get isLive(): boolean {
    return this.#view !== undefined && isRedrawn(this.#output);
  }

  experiment(progress: ExperimentProgress): void {
    this.#view?.experiment(progress);
  }

  /** librdkafka's lines: its errors without repeats, or all that it says at level debug. */
  client({ level, facility, message }: ClientLog): void {
    const line = `librdkafka ${facility}: ${message}`;
    if (facility === ENGINE_FACILITY) this.#warnOnce(message);
    else if (facility === FAULT_FACILITY) this.note(`fault: ${message}`);
    else if (this.#level >= RANK.debug) this.#print(line);
    // The same but for its numbers (milliseconds, counts, ports) is the same.
    else if (level <= CLIENT_ERROR_LEVEL) this.#printOnce(`${facility} ${message.replaceAll(/\d+/g, '#')}`, line);
  }

  /** Each client of each worker has its own first failure, of another message: its number comes first. */
  #warnOnce(message: string): void {
    const kind = message.replace(/\d+/, '#');
    if (!this.#warned.has(kind)) this.warn(message);
    this.#warned.add(kind);
  }

  /** A broker that is gone makes librdkafka log it every few milliseconds: repeats are counted instead. */
  #printOnce(key: string, line: string): void {
    const seen = this.#repeats.get(key);
    if (seen === undefined) {
      this.#repeats.set(key, { line, suppressed: 0, nextMs: this.#now() + REPEATS_EVERY_MS });
      this.#print(line);
      return;
    }
    seen.line = line;
    seen.suppressed += 1;
    if (this.#now() >= seen.nextMs) this.#printRepeats(seen);
  }

  /** Leaves the last progress standing and says what is still unsaid. */
  close(): void {
    for (const seen of this.#repeats.values()) if (seen.suppressed > 0) this.#printRepeats(seen);
    this.#view?.close();
  }

  #printRepeats(seen: { line: string; suppressed: number; nextMs: number }): void {
    this.#print(seen.suppressed === 1 ? seen.line : `${seen.line} (${seen.suppressed} more like it)`);
    seen.suppressed = 0;
    seen.nextMs = this.#now() + REPEATS_EVERY_MS;
  }

  #print(line: string, title = ''): void {
    const text = title + escapeControls(scrub(line));
    if (this.#view === undefined) this.#output.write(`${text}\n`);
    else this.#view.note(text);
  }

  #paint(style: 'red' | 'yellow', text: string): string {
    return usesColor(this.#output) ? styleText(style, text, { validateStream: false }) : text;
  }
}
