/** What the process ends with: of everything that applies the first of 2, 1, the signal, 3, 99, 0. */
import { EXIT, type ExitCode } from '../errors.ts';
import type { StoppedBy } from '../recorder/measurement.ts';
import type { Result } from './result.ts';

export interface ExitFacts {
  readonly stoppedBy?: StoppedBy;
  /** `--allow-invalid`: an incomplete or generator-limited run does not fail. */
  readonly allowInvalid?: boolean;
}

interface Judged {
  readonly totals: Pick<Result['totals'], 'sent' | 'acked'>;
  readonly warmup: { readonly totals: Judged['totals'] } | null;
  readonly verdict: Pick<Result['verdict'], 'status'>;
  readonly thresholds: readonly Pick<Result['thresholds'][number], 'ok'>[];
}

/** Of a run that got as far as a result; before that an error's own exit code (2 or 1) stands. */
export function exitCodeOf(
  { totals, warmup, verdict, thresholds }: Judged,
  { stoppedBy, allowInvalid = false }: ExitFacts = {},
): ExitCode {
  const inAll = (count: 'sent' | 'acked') => totals[count] + (warmup?.totals[count] ?? 0);
  // A run that was stopped before it sent anything has not failed at it.
  const hasFailed = inAll('acked') === 0 && (inAll('sent') > 0 || stoppedBy === undefined);
  if (stoppedBy === 'error' || hasFailed) return EXIT.failed;
  if (stoppedBy === 'SIGINT') return EXIT.sigint;
  if (stoppedBy === 'SIGTERM') return EXIT.sigterm;
  // A run that a threshold cut short is incomplete because the threshold was breached: 3 would hide that.
  const { status } = verdict;
  const isInvalid = status === 'GENERATOR_LIMITED' || (status === 'INCOMPLETE' && stoppedBy !== 'threshold');
  if (isInvalid && !allowInvalid) return EXIT.invalidMeasurement;
  if (stoppedBy === 'threshold' || thresholds.some(({ ok }) => ok === false)) return EXIT.thresholdFailed;
  return EXIT.ok;
}
