/** The lower end of a terminal that is drawn again and again, with lines that stay above it. */
import { clip, lineWidth } from './text-layout.ts';

export type TerminalStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  hasColors?(): boolean;
};

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
}

export type Draw = (size: ScreenSize) => readonly string[];

/** 4 Hz: more is not read, and each costs the terminal time. */
const DRAW_EVERY_MS = 250;

/** Whether a view may be drawn again in place: not for people who said otherwise, nor where nobody looks. */
export function isRedrawn({ isTTY }: TerminalStream, env: NodeJS.ProcessEnv = process.env): boolean {
  const isSet = (name: string) => !['', '0', 'false', undefined].includes(env[name]);
  return isTTY === true && env.TERM !== 'dumb' && !env.NO_COLOR && !isSet('CI');
}

/**
 * At most four times a second; a line that stays is written at once. Terminals wrap lines anew when they get narrower:
 * what is above the cursor then is counted in the new width.
 */
export class LiveScreen {
  readonly #stream: TerminalStream;
  #latest: Draw | undefined;
  #drawn: readonly string[] = [];
  #isStale = false;
  #lastMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  readonly #onResize = () => this.#request();

  constructor(stream: TerminalStream) {
    this.#stream = stream;
    stream.on?.('resize', this.#onResize);
  }

  draw(draw: Draw): void {
    this.#latest = draw;
    this.#request();
  }

  note(text: string): void {
    this.#write(`${text}\n`, this.#drawn);
  }

  /** Leaves the last state standing. */
  close(): void {
    if (this.#isStale) this.#redraw();
    clearTimeout(this.#timer);
    this.#stream.off?.('resize', this.#onResize);
    this.#drawn = [];
    this.#latest = undefined;
  }

  #request(): void {
    if (this.#latest === undefined) return;
    this.#isStale = true;
    const waitMs = this.#lastMs + DRAW_EVERY_MS - performance.now();
    if (waitMs <= 0) this.#redraw();
    else this.#timer ??= setTimeout(() => this.#redraw(), waitMs).unref();
  }

  #redraw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const size = this.#size();
    this.#lastMs = performance.now();
    this.#isStale = false;
    this.#write('', this.#latest?.(size) ?? []);
  }

  #write(text: string, wanted: readonly string[]): void {
    const { columns, rows: height } = this.#size();
    // One row is the cursor's.
    const lines = wanted.slice(0, Math.max(1, height - 1)).map((line) => clip(line, columns));
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(lineWidth(line) / columns)), 0);
    // Up to the first row drawn, and everything below it cleared; from the first column, where ^C may stand.
    const back = rows === 0 ? '' : `\r\x1b[${rows}A\x1b[J`;
    this.#stream.write(`${back}${text}${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines;
  }

  #size(): ScreenSize {
    const { columns, rows } = this.#stream;
    return { columns: columns || 80, rows: rows || 24, color: this.#stream.hasColors?.() ?? false };
  }
}
