/** What the process ends with: of everything that applies the first of 2, 1, the signal, 4, 3, 99, 0. */
import { EXIT, type ExitCode } from '../errors.ts';
import type { StoppedBy } from '../recorder/measurement.ts';
import { writtenMetric } from '../threshold-grammar.ts';
import type { ConsumerResult, VerificationResult } from './reading-result.ts';
import { wrongCount } from './reading-words.ts';
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
  readonly thresholds: readonly Pick<Result['thresholds'][number], 'ok' | 'metric'>[];
  readonly scenarios?: Readonly<Record<string, unknown>>;
  readonly consumers?: Readonly<Record<string, Pick<ConsumerResult, 'consumed'>>>;
  readonly verification?: Readonly<Record<string, VerificationResult>>;
}

/** Thresholds that say how many of what is found are allowed; without any none are. */
const JUDGED_BY = {
  lost: 'lost',
  duplicated: 'duplicated',
  outOfOrder: 'out_of_order',
  corrupted: 'corrupted',
} as const;

/** What was found in the log and the profile does not allow. */
export function hasFailedVerification({ verification = {}, thresholds }: Judged): boolean {
  return Object.entries(verification).some(([scenario, found]) => {
    const isAllowed = (metric: string) => {
      const judging = thresholds.filter((each) => {
        return each.metric === metric || each.metric === writtenMetric({ metric, scenario });
      });
      return judging.length > 0 && judging.every(({ ok }) => ok === true);
    };
    const counts = Object.entries(JUDGED_BY) as [keyof typeof JUDGED_BY, string][];
    return (
      wrongCount(found, 'abortedInLog') > 0 || counts.some(([count, metric]) => found[count] > 0 && !isAllowed(metric))
    );
  });
}

/** Of a run that got as far as a result; before that an error's own exit code (2 or 1) stands. */
export function exitCodeOf(judged: Judged, { stoppedBy, allowInvalid = false }: ExitFacts = {}): ExitCode {
  const { totals, warmup, verdict, thresholds } = judged;
  const inAll = (count: 'sent' | 'acked') => totals[count] + (warmup?.totals[count] ?? 0);
  // A run that was stopped before it sent anything has not failed at it.
  const done = onlyReads(judged) ? consumedIn(judged) : inAll('acked');
  const hasFailed = done === 0 && (inAll('sent') > 0 || stoppedBy === undefined);
  if (stoppedBy === 'error' || hasFailed) return EXIT.failed;
  if (stoppedBy === 'SIGINT') return EXIT.sigint;
  if (stoppedBy === 'SIGTERM') return EXIT.sigterm;
  if (hasFailedVerification(judged)) return EXIT.verificationFailed;
  // A run that a threshold cut short is incomplete because the threshold was breached: 3 would hide that.
  const { status } = verdict;
  const isInvalid = status === 'GENERATOR_LIMITED' || (status === 'INCOMPLETE' && stoppedBy !== 'threshold');
  if (isInvalid && !allowInvalid) return EXIT.invalidMeasurement;
  if (stoppedBy === 'threshold' || thresholds.some(({ ok }) => ok === false)) return EXIT.thresholdFailed;
  return EXIT.ok;
}

function onlyReads({ scenarios, consumers }: Judged): boolean {
  return consumers !== undefined && Object.keys(scenarios ?? {}).length === 0;
}

function consumedIn({ consumers = {} }: Judged): number {
  return Object.values(consumers).reduce((sum, { consumed }) => sum + consumed, 0);
}
