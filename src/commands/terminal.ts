/** What a command is given of the process: tests give another. */
import type { LiveEvent } from '../page/live-event.ts';
import type { StoppedBy } from '../recorder/measurement.ts';
import type { Progress } from '../recorder/progress.ts';

export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
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
   * once, with 130 or 143.
   */
  onInterrupt(stop: (interruption: Interruption) => void): void;
  /** Where this is a run of an experiment, for the process that started it. */
  readonly onProgress?: (progress: Progress) => void;
  /** Likewise, where that serves a live page. */
  readonly onLive?: (event: LiveEvent) => void;
}

export function usesColor(output: Output): boolean {
  return output.isTTY === true && (output.hasColors?.() ?? false);
}
