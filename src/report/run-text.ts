/** The summary of a run for people: the verdict first, all of it on one screen. */
import { stripVTControlCharacters, styleText } from 'node:util';
import { formatMs, formatPercentile, formatPerSec } from '../figures.ts';
import { distributionWords } from '../result/distribution-words.ts';
import { isReadOnly, notJudgedWords } from '../result/reading-words.ts';
import type { LatencySummary, Result, ScenarioResult, Verdict } from '../result/result.ts';
import {
  ackedWord,
  adviceFor,
  caveat,
  cpuPerMillionWord,
  describeNotes,
  describeRun,
  failedWord,
  signed,
  verdictWord,
} from '../result/run-words.ts';
import { otherShardProblems, shardsInShort } from '../result/shard-words.ts';
import { describeOutcome } from '../result/thresholds.ts';
import { worstFirst } from '../result/worst-scenarios.ts';
import stringWidth from '../text-width.ts';
import { formatBytes, formatCount, MS_PER_SEC } from '../units.ts';
import { latencyBandLines } from './latency-bands.ts';
import { messageLines } from './lifecycle-lines.ts';
import { resultsLines } from './page-file.ts';
import { consumerLines, transactionLines, verificationLines } from './reading-lines.ts';
import { fitted, LINES_MAX as LINES_OF_PART_MAX, type PartLines } from './summary-room.ts';
import { withoutControls } from './text-escapes.ts';
import { clip, clipOnTerminal, type Place, wrap } from './text-layout.ts';

export interface SummaryOptions extends Place {
  /** Only where the output is a terminal. */
  readonly color?: boolean;
  /** Where the result files are. */
  readonly directory?: string;
  /** In any case; a terminal that is tall enough has it anyway. */
  readonly histogram?: boolean;
}

const LABEL_WIDTH = 12;

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';
type Paint = (style: Style, text: string) => string;

/** At most 41 lines, on a terminal of at most 100 columns, without a newline at the end; up to 12 more with the latency histogram. */
export function renderSummary(measured: Result, options: SummaryOptions = {}): string {
  const { color = false, directory, size = NO_TERMINAL, histogram = false } = withoutControls(options);
  const result = withoutControls(measured);
  const paint = (style: Style, text: string) => (color ? styleText(style, text, { validateStream: false }) : text);
  const { status } = result.verdict;
  const last = resultsLines(directory);
  const fixed = {
    verdict: verdictLines(
      `${paint(STATUS_STYLE[status], paint('bold', verdictWord(result.verdict)))}${failedWord(result)}`,
      describeRun(result),
    ),
    numbers: isReadOnly(result)
      ? []
      : [...countLines(result), ...rateLines(result), ...latencyLines(result, paint), ''],
    client: clientLines(result),
    advice: wrap(adviceFor(result), '            ', 'Next        '),
  };
  const taken =
    1 + fixed.verdict.length + fixed.numbers.length + fixed.client.length + fixed.advice.length + last.length;
  const part = fitted(partLines(result, paint), LINES_MAX - taken);
  const head = [...fixed.verdict, ...part.reasons, '', ...fixed.numbers];
  const foot = [
    ...labelled('Verified', part.verified),
    ...labelled('Consumers', part.consumers),
    ...labelled('Commits', part.transactions),
    ...labelled('Shards', part.shards),
    ...labelled('Scenarios', part.scenarios),
    ...labelled('Database', part.database),
    ...labelled('Errors', part.errors),
    ...labelled('Thresholds', part.thresholds),
    ...fixed.client,
    ...part.notes,
    ...fixed.advice,
  ];
  const bands = histogram || size.rows > 0 ? latencyBandLines(result) : [];
  const title = `${paint('bold', 'Response latency, ms          messages')}${caveat(result)}`;
  const shown = bands.length === 0 ? [] : [title, ...bands, ''];
  const all = clipOnTerminal([...head, ...shown, ...foot], options);
  // The line of the prompt is not to push the verdict off the screen, nor is the blank one above it.
  const isTall = rowsOf([...all, ...last], size.columns) + 2 <= size.rows;
  const lines = histogram || isTall ? all : clipOnTerminal([...head, ...foot], options);
  return [...lines, ...last].join('\n');
}

/** A run with a long name has a line of its own. */
function verdictLines(verdict: string, run: string): string[] {
  const line = `${verdict}  ${run}`;
  return clip(line) === line ? [line] : [verdict, ...wrap(run, '    ')];
}

/** What a summary takes at most, whatever happened. */
const LINES_MAX = 41;

/** Each as long as it is; what does not fit is cut later. */
function partLines(result: Result, paint: Paint): PartLines {
  return {
    reasons: result.verdict.reasons.flatMap((reason) => wrap(reason, '    ', '  - ')),
    verified: verificationLines(result, paint),
    consumers: consumerLines(result),
    transactions: transactionLines(result),
    shards: shardLines(result),
    scenarios: scenarioLines(result),
    database: result.messages === undefined ? [] : messageLines(result.messages),
    errors: errorLines(result),
    thresholds: thresholdLines(result, paint),
    notes: describeNotes(result).flatMap((note) => wrap(note, '            ', 'Note        ')),
  };
}

const NO_TERMINAL = { rows: 0, columns: 80 };

function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce(
    (rows, line) => rows + Math.max(1, Math.ceil(stringWidth(stripVTControlCharacters(line)) / columns)),
    0,
  );
}

const STATUS_STYLE: Readonly<Record<Verdict['status'], Style>> = {
  VALID: 'green',
  BROKER_LIMITED: 'yellow',
  GENERATOR_LIMITED: 'red',
  INCOMPLETE: 'red',
};

/** The two accounting identities, as sums a reader can check. */
function countLines(result: Result): string[] {
  const { scheduled, sent, acked, failed, unresolved, shed, unsent, payloadBytes, wireBytes } = result.totals;
  const sum = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${formatCount(count)} ${name}`)
      .join(' + ');
  const wire = wireBytes === null ? '' : `, ${formatBytes(wireBytes)} on the wire`;
  return [
    `Messages    ${sum({ scheduled })} = ${sum({ sent, shed, unsent })}${caveat(result)}`,
    `            ${sum({ sent })} = ${sum({ acked, failed, unresolved })}${caveat(result)}`,
    `            ${formatBytes(payloadBytes)} payload${wire}${caveat(result)}`,
  ];
}

function rateLines(result: Result): string[] {
  const { targetPerSec, achievedPerSec, errorPct } = result.rate;
  const achieved = `${formatPerSec(achievedPerSec)} ${ackedWord(result)}`;
  const against = targetPerSec === null ? '' : ` of ${formatPerSec(targetPerSec)} planned (${signed(errorPct ?? 0)} %)`;
  const lines = [`Rate        ${achieved}${against}${caveat(result)}`];
  if (result.warmup !== null) {
    const { totals, rate, latency } = result.warmup;
    const p99 = formatPercentile(latency.response.p99);
    const counted = `${formatCount(totals.acked)} acked, ${formatPerSec(rate.achievedPerSec)}, response p99 ${p99} ms`;
    lines.push(`Warm-up     ${counted}; in none of the other numbers${caveat(result)}`);
  }
  return lines;
}

function latencyLines(result: Result, paint: Paint): string[] {
  const cells = (values: readonly string[]) => values.map((value) => value.padStart(10)).join('');
  const row = (name: string, { p50, p90, p99, p999, p9999, max }: LatencySummary) =>
    `  ${name.padEnd(13)}${cells([p50, p90, p99, p999, p9999, max].map(formatPercentile))}${caveat(result)}`;
  const { response, service, scheduleLag, endToEnd } = result.latency;
  return [
    '',
    paint('bold', `Latency, ms    ${cells(['p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max'])}`),
    row('response', response),
    row('service', service),
    row('schedule lag', scheduleLag),
    ...(endToEnd === undefined ? [] : [row('end to end', endToEnd)]),
  ];
}

/** Only where there are several: with one it would say everything twice. Of more than there is room for, the worst. */
function scenarioLines(result: Result): string[] {
  const scenarios = Object.entries(result.scenarios);
  // Of a single one they are the scenario's own.
  const distributed = ([name, { topics, clients }]: readonly [string, ScenarioResult]) => [
    ...(topics && topics.count > 1 ? [`${name}, ${distributionWords(topics, 'topics')}${caveat(result)}`] : []),
    ...(clients && clients.count > 1 ? [`${name}, ${distributionWords(clients, 'clients')}${caveat(result)}`] : []),
  ];
  if (scenarios.length < 2) return wrapped(scenarios.flatMap(distributed));
  const line = ([name, { totals, rate, latency, model }]: readonly [string, ScenarioResult]) => {
    const target = rate.targetPerSec === null ? '' : ` of ${formatPerSec(rate.targetPerSec)}`;
    const p99 = formatPercentile(latency.response.p99);
    const counts = `${formatCount(totals.acked)} acked, ${formatPerSec(rate.achievedPerSec)}${target}`;
    return `${name}, ${model}${caveat(result)}: ${counts}, p99 ${p99} ms`;
  };
  if (scenarios.length <= LINES_OF_PART_MAX.scenarios)
    return wrapped([...scenarios.flatMap(distributed), ...scenarios.map(line)]);
  const [first, ...others] = worstFirst(result.scenarios).flatMap((each) => [line(each), ...distributed(each)]);
  return wrapped([`worst of ${formatCount(scenarios.length)}: ${first}`, ...others]);
}

/** One line where all is well, or the verdict has what is not. */
function shardLines(result: Result): string[] {
  if (result.shards === undefined) return [];
  return wrapped([`${shardsInShort(result.shards)}${caveat(result)}`, ...otherShardProblems(result)]);
}

/** Beside a label, what follows the first line of each indented. */
function wrapped(texts: readonly string[]): string[] {
  const indent = ' '.repeat(LABEL_WIDTH);
  return texts.flatMap((text) => wrap(text, `${indent}  `, indent).map((line) => line.slice(LABEL_WIDTH)));
}

function errorLines(result: Result): string[] {
  const startedAtMs = Date.parse(result.run.startedAt);
  const lines = result.errors.map(({ code, name, count, firstAt, example }) => {
    const after = formatCount((Date.parse(firstAt) - startedAtMs) / MS_PER_SEC, 1);
    return `${formatCount(count)} × ${name} (${code}), first after ${after} s${caveat(result)}: ${example}`;
  });
  const indent = ' '.repeat(LABEL_WIDTH);
  return lines.flatMap((line) => wrap(line, indent).map((part) => part.slice(LABEL_WIDTH)));
}

/** Breached ones first: they must not fall off the screen. */
function thresholdLines(result: Result, paint: Paint): string[] {
  const order = (ok: boolean | null) => (ok === false ? 0 : 1);
  return result.thresholds
    .toSorted((a, b) => order(a.ok) - order(b.ok))
    .map((outcome) => {
      const { metric, expression } = outcome;
      if (outcome.ok === null) return `?       ${metric} ${expression}: ${notJudgedWords(result, metric)}`;
      const word = outcome.ok ? paint('green', 'ok    ') : paint('red', 'BREACH');
      return `${word}${caveat(result)}  ${describeOutcome(outcome)}`;
    });
}

function clientLines(result: Result): string[] {
  const { cpuSeconds, maxRssBytes, resolutionUs } = result.client;
  const perMillion = cpuPerMillionWord(result);
  const resolution = resolutionUs.p99 === null ? '' : `, ack timestamp error ≤ ${formatMs(resolutionUs.p99)} ms (p99)`;
  const used = `${formatCount(cpuSeconds, 1)} s CPU${perMillion}, ${formatBytes(maxRssBytes)}`;
  return wrap(`${used}${resolution}${caveat(result)}`, '            ', 'Client      ');
}

/** The first line carries the label; nothing at all when there are no lines. */
function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `${(i === 0 ? label : '').padEnd(LABEL_WIDTH)}${line}`);
}
