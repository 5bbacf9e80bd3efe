/** What the process ends with: of everything that applies the first of 2, 1, the signal, 4, 3, 99, 0. */
import { EXIT, type ExitCode } from '../errors.ts';
import type { StoppedBy } from '../recorder/measurement.ts';
import type { ThresholdOutcome, Verdict } from './result.ts';

export interface ExitFacts {
  readonly stoppedBy?: StoppedBy;
  /** Of the whole run, warm-up included. */
  readonly sent: number;
  readonly acked: number;
  readonly verificationFailed: boolean;
  readonly status: Verdict['status'];
  readonly thresholds: readonly ThresholdOutcome[];
  /** `--allow-invalid`: an incomplete or generator-limited run is no reason to fail. */
  readonly allowInvalid: boolean;
}

/** Of a run that got as far as a result; before that an error's own exit code (2 or 1) stands. */
export function exitCodeOf(facts: ExitFacts): ExitCode {
  const { stoppedBy, sent, acked, verificationFailed, status, thresholds, allowInvalid } = facts;
  // A run that was stopped before it sent anything has not failed at it.
  const hasFailed = acked === 0 && (sent > 0 || stoppedBy === undefined);
  if (stoppedBy === 'error' || hasFailed) return EXIT.failed;
  if (stoppedBy === 'SIGINT') return EXIT.sigint;
  if (stoppedBy === 'SIGTERM') return EXIT.sigterm;
  if (verificationFailed) return EXIT.verificationFailed;
  // A run that a threshold cut short is incomplete because the threshold was breached: 99 says so, 3 would hide it.
  const isInvalid = status === 'GENERATOR_LIMITED' || (status === 'INCOMPLETE' && stoppedBy !== 'threshold');
  if (isInvalid && !allowInvalid) return EXIT.invalidMeasurement;
  if (stoppedBy === 'threshold' || thresholds.some(({ ok }) => ok === false)) return EXIT.thresholdFailed;
  return EXIT.ok;
}
