/** What was read back in words: summary, report, JUnit and annotations say the same. */
import { formatMs, formatPercentile, formatPerSec } from '../figures.ts';
import { foldScenarios } from '../fold-scenarios.ts';
import { countOf, formatCount } from '../units.ts';
import type {
  ConsumerResult,
  DrainResult,
  GroupVerification,
  TransactionResult,
  VerificationResult,
} from './reading-result.ts';
import type { Result } from './result.ts';

/** What a verified scenario must not have, in the order in which it matters. */
export const VERIFIED_COUNTS = {
  lost: 'lost',
  duplicated: 'duplicated',
  outOfOrder: 'out of order',
  corrupted: 'corrupted',
  abortedInLog: 'of aborted transactions',
} as const satisfies Partial<Record<keyof VerificationResult, string>>;

type VerifiedCount = keyof typeof VERIFIED_COUNTS;

const COUNTS = Object.keys(VERIFIED_COUNTS) as VerifiedCount[];

/** How many of it are wrong. */
export function wrongCount(each: Pick<GroupVerification, VerifiedCount | 'abortedAllowed'>, count: VerifiedCount) {
  return count === 'abortedInLog' && each.abortedAllowed === true ? 0 : each[count];
}

/** Those with something wrong first, then those that were refused. */
export function worstVerifiedFirst<V extends VerificationResult>(all: Readonly<Record<string, V>>): [string, V][] {
  const wrong = (each: V) => COUNTS.reduce((sum, count) => sum + wrongCount(each, count), 0);
  const rank = (each: V) => (each.refused === undefined ? wrong(each) : 0.5);
  return Object.entries(all).toSorted(([, a], [, b]) => rank(b) - rank(a));
}

/** Wrong, or not known: a build must not pass because of it. */
export function isVerified(each: VerificationResult): boolean {
  return each.refused === undefined && COUNTS.every((count) => wrongCount(each, count) === 0);
}

/** What of it is as its groups' `isolation.level` has it; empty where there is nothing to say. */
export function allowedWords(all: readonly GroupVerification[]): string {
  const read = all.reduce((sum, each) => sum + each.abortedInLog - wrongCount(each, 'abortedInLog'), 0);
  return read === 0 ? '' : `${countOf(read, 'message')} of aborted transactions read, as read_uncommitted allows`;
}

export interface VerificationWords {
  /** `0 of 1,200,000 acknowledged messages lost`; of a verification that was refused as a whole, its reason. */
  readonly headline: string;
  /** `none duplicated, out of order or corrupted`, or how many of each, and what was refused. */
  readonly rest: string;
  readonly look: 'ok' | 'warn' | 'bad';
}

/** Of all scenarios together; null where nothing was to be verified. */
export function verificationWords({ verification, scenarios }: Result): VerificationWords | null {
  const all = Object.entries(verification ?? {});
  if (all.length === 0) return null;
  const refused = all.filter(([, { refused: reason }]) => reason !== undefined);
  const judged = all.filter(([, { refused: reason }]) => reason === undefined).map(([, each]) => each);
  const why = foldScenarios(
    refused.map(([name, { refused: reason }]) => `${name}: ${reason}`),
    refused.map(([name]) => name),
  );
  if (judged.length === 0) {
    const reasons = new Set(refused.map(([, { refused: reason }]) => reason));
    const one = reasons.size === 1 ? [...reasons][0]! : why.join('; ');
    return { headline: `Not verified: ${one}`, rest: '', look: 'warn' };
  }
  const sum = (count: VerifiedCount) => judged.reduce((total, each) => total + wrongCount(each, count), 0);
  const expected = judged.reduce((total, each) => total + each.expected, 0);
  const isCommitted = Object.values(scenarios).some(({ transactions }) => transactions !== undefined);
  const kind = isCommitted ? 'committed' : 'acknowledged';
  const others = COUNTS.slice(1).filter((count) => sum(count) > 0);
  const found = others.map((count) => `${formatCount(sum(count))} ${VERIFIED_COUNTS[count]}`);
  const clean = 'none duplicated, out of order or corrupted';
  return {
    headline: `${formatCount(sum('lost'))} of ${countOf(expected, `${kind} message`)} lost`,
    rest: [
      found.length === 0 ? clean : found.join(', '),
      ...[allowedWords(judged)].filter((words) => words !== ''),
      ...why.map((reason) => `not verified: ${reason}`),
    ].join('; '),
    look: sum('lost') > 0 || found.length > 0 ? 'bad' : refused.length > 0 ? 'warn' : 'ok',
  };
}

/** Why a threshold of a verified count was not judged: a verification that was refused, or there was none. */
export function notJudgedWords({ verification }: Pick<Result, 'verification'>, metric: string): string {
  const refused = Object.entries(verification ?? {}).flatMap(([name, { refused: why }]) =>
    why !== undefined && (!metric.includes('{') || metric.endsWith(`{scenario:${name}}`))
      ? [`${name} was not verified: ${why}`]
      : [],
  );
  return refused.length === 0 ? '`load verify` measures it' : refused.join('; ');
}

/** What is wrong in one scenario: `2 lost, 3 duplicated`. Empty where nothing is. */
export function verificationFaults(each: VerificationResult): string {
  const wrong = COUNTS.filter((count) => wrongCount(each, count) > 0);
  return wrong.map((count) => `${formatCount(each[count])} ${VERIFIED_COUNTS[count]}`).join(', ');
}

/** `atm-transactions[3]@4021, index 55`, as far as it is known. */
export function exampleAt({ topic, partition, offset, index }: VerificationResult['examples'][number]): string {
  const log = topic === undefined || partition === undefined ? topic : `${topic}[${partition}]`;
  const place = log === undefined || offset === undefined ? (log ?? '') : `${log}@${offset}`;
  return [place, index === undefined ? '' : `index ${index}`].filter((part) => part !== '').join(', ');
}

/** A line of the summary, without its name. */
export function consumerWords({ consumed, rate, endToEnd, lag }: ConsumerResult): string {
  const latency = endToEnd === null ? '' : `, end to end p99 ${formatPercentile(endToEnd.p99)} ms`;
  return `${formatCount(consumed)} consumed, ${formatPerSec(rate)}${latency}${lagWords(lag)}`;
}

function lagWords({ max, atEnd }: ConsumerResult['lag']): string {
  if (max === null) return atEnd === null ? ', lag not known' : `, lag at the end ${formatCount(atEnd)}`;
  return `, lag max ${formatCount(max)}${atEnd === null ? '' : `, end ${formatCount(atEnd)}`}`;
}

/** `pause of 3 s: lag 302, drained in 2.4 s at 226.5/s, producers' p99 2.10 → 4.90 ms`. */
export function drainWords({ pausedFrom, fromSecond, seconds, peakLag, rate, producersP99 }: DrainResult): string {
  const time = (second: number) => `${formatCount(second, 1)} s`;
  const lag = peakLag === null ? 'lag not known' : `lag ${formatCount(peakLag)}`;
  const drained = seconds === null ? 'not drained when the run ended' : `drained in ${time(seconds)}`;
  const { before, draining } = producersP99;
  const p99 =
    before === null || draining === null ? '' : `, producers' p99 ${formatMs(before)} → ${formatMs(draining)} ms`;
  return `pause of ${time(fromSecond - pausedFrom)}: ${lag}, ${drained} at ${formatPerSec(rate)}${p99}`;
}

/** `9 committed, 2 aborted (1 forced), commit p50 4.50 ms, p99 9.00 ms`. */
export function transactionWords({ committed, aborted, forced, undecided, commitLatency }: TransactionResult): string {
  const unwanted = forced > 0 ? ` (${formatCount(forced)} forced)` : '';
  const counts = `${formatCount(committed)} committed, ${formatCount(aborted)} aborted${unwanted}`;
  const open = undecided > 0 ? `, ${formatCount(undecided)} undecided` : '';
  const { p50, p99 } = commitLatency;
  return `${counts}${open}, commit p50 ${formatPercentile(p50)} ms, p99 ${formatPercentile(p99)} ms`;
}

/** `3 × INVALID_TXN_STATE (48): EndTxn failed`. */
export function transactionErrorWords({ code, name, count, example }: TransactionResult['errors'][number]): string {
  return `${formatCount(count)} × ${name} (${code}): ${example}`;
}

/** Beside the verdict: `, 2 lost`, or that something else is wrong. Empty where nothing is, or nothing was verified. */
export function faultWord({ verification = {} }: Pick<Result, 'verification'>): string {
  const each = Object.values(verification);
  const lost = each.reduce((total, one) => total + one.lost, 0);
  if (lost > 0) return `, ${formatCount(lost)} lost`;
  return each.some((one) => verificationFaults(one) !== '') ? ', verification failed' : '';
}

/** A run that only reads has no scenario. */
export function isReadOnly({ scenarios, consumers }: Result): boolean {
  return consumers !== undefined && Object.keys(scenarios).length === 0;
}
