/** A command of the faults timeline: `sh -c` in a process group of its own, so that all of it can be ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const LINES_MAX = 200;
/** Between the request to end and the end. */
const KILL_AFTER_MS = 2_000;

export interface FaultCommandOptions {
  readonly command: string;
  /** A line of its output, stderr included; the first LINES_MAX of them. */
  readonly onLine: (line: string) => void;
  /** How it ended by itself. */
  readonly onEnd: (outcome: CommandOutcome) => void;
}

/** `failure` in words, where it did not end well. */
export interface CommandOutcome {
  readonly failure?: string;
}

export class FaultCommand {
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #isKilled = false;
  #isOver = false;

  constructor({ command, onLine, onEnd }: FaultCommandOptions) {
    const child = spawn('sh', ['-c', command], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let lines = 0;
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on('line', (line) => {
        lines += 1;
        if (lines <= LINES_MAX) onLine(line);
        else if (lines === LINES_MAX + 1) onLine(`… more than ${LINES_MAX} lines: the rest is not shown`);
      });
    }
    this.ended = new Promise((resolve) => {
      const end = (failure: string | undefined) => {
        if (this.#isOver) return;
        this.#isOver = true;
        if (!this.#isKilled) onEnd(failure === undefined ? {} : { failure });
        resolve();
      };
      child.on('error', ({ message }) => end(`cannot be started: ${message}`));
      child.on('close', (code, signal) => {
        end(code === 0 ? undefined : signal === null ? `exit code ${code}` : `ended by ${signal}`);
      });
    });
  }

  /** Ends it and all that it started; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#isOver) return;
    this.#isKilled = true;
    this.#signal('SIGTERM');
    const timer = setTimeout(() => {
      this.#signal('SIGKILL');
      // A process in a session of its own may still hold them, and is waited for by nobody.
      this.#child.stdout?.destroy();
      this.#child.stderr?.destroy();
    }, KILL_AFTER_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    try {
      if (pid !== undefined) process.kill(-pid, signal);
    } catch {
      // It is gone already.
    }
  }
}
