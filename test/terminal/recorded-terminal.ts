import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';
import type { TerminalStream } from '../../src/report/live-screen.ts';

const RED = 1;

/** A terminal that keeps what is written and every resize, to be played into a real emulator once the clock is real. */
export class RecordedTerminal extends EventEmitter {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly written: string[] = [];
  readonly #events: (string | { readonly columns: number; readonly rows: number })[] = [];
  readonly #first: { readonly cols: number; readonly rows: number };

  constructor(columns: number, rows = 40) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.#first = { cols: columns, rows };
  }

  hasColors(): boolean {
    return true;
  }

  write(text: string): boolean {
    this.written.push(text);
    this.#events.push(text);
    return true;
  }

  resize(columns: number, rows = this.rows): void {
    Object.assign(this, { columns, rows });
    this.#events.push({ columns, rows });
    this.emit('resize');
  }

  get stream(): TerminalStream {
    return this as unknown as TerminalStream;
  }

  /** What is on the screen and above it in the end. */
  async shown(): Promise<Shown> {
    const terminal = new xterm.Terminal({ ...this.#first, allowProposedApi: true, convertEol: true, scrollback: 1000 });
    for (const event of this.#events) {
      if (typeof event === 'string') await new Promise<void>((resolve) => terminal.write(event, resolve));
      else terminal.resize(event.columns, event.rows);
    }
    return read(terminal);
  }
}

function read(terminal: xterm.Terminal): Shown {
  const buffer = terminal.buffer.active;
  const rows = Array.from({ length: buffer.length }, (_, y) => buffer.getLine(y)!);
  const lines = rows.map((row) => row.translateToString(true));
  const last = lines.findLastIndex((line) => line !== '');
  return {
    lines: lines.slice(0, last + 1),
    wrapped: lines.filter((_, y) => rows[y]!.isWrapped),
    isCursorBelow: buffer.cursorX === 0 && buffer.baseY + buffer.cursorY === last + 1,
    red: rows.flatMap((row) => {
      const cells = Array.from({ length: row.length }, (_, x) => row.getCell(x)!);
      const red = cells.filter((cell) => cell.isFgPalette() && cell.getFgColor() === RED);
      return red.length === 0
        ? []
        : [
            red
              .map((cell) => cell.getChars())
              .join('')
              .trim(),
          ];
    }),
  };
}

export interface Shown {
  /** Without the empty ones at the end. */
  readonly lines: readonly string[];
  readonly wrapped: readonly string[];
  /** At the start of the line below the last one. */
  readonly isCursorBelow: boolean;
  /** The red text of each line that has any. */
  readonly red: readonly string[];
}
