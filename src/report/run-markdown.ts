/** A run for a GitHub step summary or a comment: what was found first, then the numbers. */
import { formatPercentile, formatPerSec } from '../figures.ts';
import { isReadOnly, verificationWords, worstVerifiedFirst } from '../result/reading-words.ts';
import type { LatencySummary, Result } from '../result/result.ts';
import { describeRun, failedWord, verdictWord } from '../result/run-words.ts';
import { otherShardProblems, shardsInShort } from '../result/shard-words.ts';
import { countOf, formatCount } from '../units.ts';
import { checksOf } from './run-checks.ts';
import { escapeMarkdown } from './text-escapes.ts';

const OUTCOMES = { pass: 'passed', fail: '**failed**', undecided: '**undecided**', skipped: 'not judged' } as const;
const PERCENTILES = ['p50', 'p90', 'p99', 'p999', 'max'] as const;
const TITLES = ['p50', 'p90', 'p99', 'p99.9', 'max'];

export function runMarkdown(result: Result): string {
  const verified = verificationWords(result);
  const reasons = result.verdict.reasons.map((reason) => `- ${escapeMarkdown(reason)}`);
  const lines = [
    `### Load test: ${escapeMarkdown(verdictWord(result.verdict) + failedWord(result))}`,
    '',
    ...(verified === null ? [] : [`**${escapeMarkdown(verified.headline)}.** ${sentence(verified.rest)}`.trim(), '']),
    `${escapeMarkdown(describeRun(result))}.`,
    ...(reasons.length === 0 ? [] : ['', ...reasons]),
    ...shardLines(result),
    ...checkTable(result),
    ...(isReadOnly(result) ? [] : sentTable(result)),
    ...consumerTable(result),
    ...verificationTable(result),
    '',
  ];
  return lines.join('\n');
}

function sentence(text: string): string {
  return text === '' ? '' : `${escapeMarkdown(text.charAt(0).toUpperCase() + text.slice(1))}.`;
}

function shardLines(result: Result): string[] {
  if (result.shards === undefined) return [];
  const problems = otherShardProblems(result).map((problem) => `- ${escapeMarkdown(problem)}`);
  return ['', `${escapeMarkdown(shardsInShort(result.shards))}.`, ...(problems.length === 0 ? [] : ['', ...problems])];
}

/** A comment of GitHub takes 65,536 characters. */
const ROWS_MAX = 30;

const ORDER: readonly (keyof typeof OUTCOMES)[] = ['fail', 'undecided', 'pass', 'skipped'];

/** What failed first, where there are more than are shown. */
function checkTable(result: Result): string[] {
  const checks = checksOf(result);
  const isMany = checks.length > ROWS_MAX;
  const rank = ({ outcome }: (typeof checks)[number]) => ORDER.indexOf(outcome);
  const [verdict, ...others] = checks;
  const ordered = isMany ? [verdict!, ...others.toSorted((a, b) => rank(a) - rank(b))] : checks;
  const rows = ordered.map(({ name, outcome, words }) => [
    escapeMarkdown(name),
    OUTCOMES[outcome],
    escapeMarkdown(words),
  ]);
  return table(['check', 'result', 'found'], rows);
}

function sentTable({ totals, rate, latency }: Result): string[] {
  const { sent, acked, failed, unresolved } = totals;
  const counts = { sent, acked, failed, unresolved };
  return [
    ...table(
      [...Object.keys(counts), 'rate'],
      [[...Object.values(counts).map((count) => formatCount(count)), formatPerSec(rate.achievedPerSec)]],
    ),
    ...table(
      ['latency, ms', ...TITLES],
      [latencyRow('response', latency.response), latencyRow('service', latency.service)],
    ),
  ];
}

function consumerTable({ consumers = {} }: Result): string[] {
  const rows = Object.entries(consumers).map(([name, { consumed, rate, lag, endToEnd }]) => [
    escapeMarkdown(name),
    formatCount(consumed),
    formatPerSec(rate),
    lag.max === null ? '–' : formatCount(lag.max),
    ...PERCENTILES.map((each) => formatPercentile(endToEnd?.[each])),
  ]);
  return table(['group', 'consumed', 'rate', 'lag, max', ...TITLES.map((title) => `end to end ${title}, ms`)], rows);
}

const VERIFIED = ['expected', 'lost', 'duplicated', 'outOfOrder', 'corrupted', 'foreign', 'abortedInLog'] as const;

function verificationTable({ verification = {} }: Result): string[] {
  const all = Object.entries(verification);
  const rows = (all.length > ROWS_MAX ? worstVerifiedFirst(verification) : all).flatMap(([name, each]) =>
    each.refused === undefined ? [[escapeMarkdown(name), ...VERIFIED.map((count) => formatCount(each[count]))]] : [],
  );
  const titles = ['expected', 'lost', 'duplicated', 'out of order', 'corrupted', 'foreign', 'aborted, in the log'];
  return table(['scenario', ...titles], rows);
}

function latencyRow(name: string, summary: LatencySummary): string[] {
  return [name, ...PERCENTILES.map((each) => formatPercentile(summary[each]).replace('>', '&gt;'))];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const more = rows.length - ROWS_MAX;
  return [
    '',
    ...[line(head), line(head.map(() => '---')), ...rows.slice(0, ROWS_MAX).map(line)],
    ...(more > 0 ? ['', `${countOf(more, 'more row')} in result.json.`] : []),
  ];
}
