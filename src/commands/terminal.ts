/** What a command is given of the process: tests give another. */
import type { LiveEvent } from '../page/live/live-event.ts';
import type { StoppedBy } from '../recorder/measurement.ts';
import type { Progress } from '../recorder/progress.ts';

export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Only of a terminal; it looks at NO_COLOR and the like. */
  hasColors?(): boolean;
};

export interface Interruption {
  readonly by: Extract<StoppedBy, 'SIGINT' | 'SIGTERM'>;
  readonly reason: string;
}

export interface Terminal {
  /** Results. */
  readonly stdout: Output;
  /** Everything else: progress, notes, warnings, errors. */
  readonly stderr: Output;
  /**
   * From now on the first SIGINT or SIGTERM calls `stop` where it would have ended the process; a second one ends it at
   * once, with 130 or 143; with `hurry` it calls that, and a third one ends it.
   */
  onInterrupt(stop: (interruption: Interruption) => void, hurry?: () => void): void;
  /** Where this is a run of an experiment, for the process that started it. */
  readonly onProgress?: (progress: Progress) => void;
  /** Likewise, where that serves a live page. */
  readonly onLive?: (event: LiveEvent) => void;
}

/** On one screen what is printed stands apart from the progress above it. */
export function writeApart({ stdout, stderr }: Terminal): void {
  if (stdout.isTTY && stderr.isTTY) stdout.write('\n');
}

/** How a summary is printed there. */
export function summaryLook(output: Output, histogram: boolean) {
  const { isTTY, columns = 80, rows = 0 } = output;
  return { color: usesColor(output), histogram, ...(isTTY === true && { size: { rows, columns } }) };
}

export function usesColor(output: Output): boolean {
  return output.isTTY === true && (output.hasColors?.() ?? false);
}
