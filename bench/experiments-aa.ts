/**
 * `npm run bench:aa`: false alarms and found slow-downs for real. One sweep on the embedded cluster with three cells, of
 * which two are equal and one has 10 % more round trip; its rounds, cut into blocks, are as many comparisons. Prints a
 * Markdown table on stdout.
 */
import { parseArgs } from 'node:util';
import { type Comparison, compareSets } from '../src/compare/comparison.ts';
import { type RunSet, STANDARD_MEASURES } from '../src/compare/run-record.ts';
import { sweep } from '../src/experiments/sweep.ts';
import { writtenMeasure } from '../src/objective-grammar.ts';

const USAGE = `npm run bench:aa -- [options]
  --blocks N    comparisons of each kind (default 20)
  --rounds N    rounds of a comparison (default 5)
  --seconds N   of each run (default 2)
  --rate N      messages a second (default 500)
  --out DIR     of the sweep (default load-results/…); with --resume it goes on
`;

const RTTS = ['20ms', '20ms', '22ms'] as const;
/** No pause before a request, and none until an earlier one is answered: latency is the round trip. */
const RTT_BOUND = ['linger.ms=0', 'max.in.flight=1000'];
const MOVED = 'response_ms p(50)';
/** Of 20 comparisons with a true rate of 5 %, 98 % have at most 3 false alarms. */
const FALSE_ALARMS_MAX_SHARE = 3 / 20;
const FOUND_MIN_SHARE = 9 / 10;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      blocks: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      rate: { type: 'string', default: '500' },
      out: { type: 'string' },
      resume: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const [blocks, rounds] = [Number(values.blocks), Number(values.rounds)];
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const startMs = performance.now();
  const { cells, failure } = await sweep('bytes', {
    vary: [{ 'embedded.rtt': RTTS, 'producer.client.id': ['base', 'equal', 'slower'] }],
    overrides: { rate: values.rate, duration: `${values.seconds}s`, producerConfig: RTT_BOUND },
    repeat: blocks * rounds,
    resume: values.resume,
    signal: stop.signal,
    ...(values.out !== undefined && { out: values.out }),
    onRunEnd: ({ run, of }, { status }) => process.stderr.write(`\r${run} of ${of} ${status} `),
  });
  if (failure !== undefined) throw failure;
  const minutes = (performance.now() - startMs) / 60_000;
  const [base, equal, slower] = cells.map(({ set }) => set);
  const compared = Array.from({ length: blocks }, (_, block) => ({
    equal: compareSets(blockOf(base!, block, rounds), blockOf(equal!, block, rounds)),
    slower: compareSets(blockOf(base!, block, rounds), blockOf(slower!, block, rounds)),
  }));
  process.stdout.write(report(compared, rounds));
  process.stderr.write(`${cells.flatMap(({ set }) => set.runs).length} runs in ${minutes.toFixed(1)} minutes\n`);
  if (!isHeld(compared)) process.exitCode = 1;
}

function blockOf(set: RunSet, block: number, rounds: number): RunSet {
  const isIn = (round: number | null) => round !== null && Math.ceil(round / rounds) === block + 1;
  return { ...set, runs: set.runs.filter(({ round }) => isIn(round)) };
}

interface Compared {
  readonly equal: Comparison;
  readonly slower: Comparison;
}

const isShown = ({ verdict }: Pick<Comparison, 'verdict'>) => verdict === 'better' || verdict === 'worse';
/** Undefined where too few runs counted. */
const figureOf = ({ measures }: Comparison, name: string) => measures.find(({ measure }) => measure === name);
const share = (all: readonly Compared[], is: (one: Compared) => boolean) => all.filter(is).length / all.length;

function isHeld(all: readonly Compared[]): boolean {
  const alarms = share(all, ({ equal }) => isShown(equal));
  return alarms <= FALSE_ALARMS_MAX_SHARE && share(all, isFound) >= FOUND_MIN_SHARE;
}

function isFound({ slower }: Compared): boolean {
  return figureOf(slower, MOVED)?.verdict === 'worse';
}

/** Whether the interval holds what was injected. */
function isInside({ slower }: Compared): boolean {
  const interval = figureOf(slower, MOVED)?.interval;
  return interval != null && interval.low <= 1.1 && 1.1 <= interval.high;
}

function report(all: readonly Compared[], rounds: number): string {
  const counted = (is: (one: Compared) => boolean) => `${all.filter(is).length} of ${all.length}`;
  const names = STANDARD_MEASURES.map((measure) => writtenMeasure(measure));
  const rows = names.map((name) => [
    name,
    `${all.filter(({ equal }) => (figureOf(equal, name)?.interval?.p ?? 1) <= 0.05).length}`,
    `${all.filter(({ slower }) => figureOf(slower, name)?.verdict === 'worse').length}`,
  ]);
  const pairs = all.map(({ equal }) => equal.base.runs);
  return [
    `${all.length} comparisons of ${rounds} rounds each, embedded cluster with a round trip of ${RTTS[0]}:`,
    '',
    `- equal cells: a difference is shown in ${counted(({ equal }) => isShown(equal))} (Holm over all measures)`,
    `- round trip ${RTTS[2]}: ${MOVED} shown to be worse in ${counted(isFound)}; interval holds +10 % in ${counted(isInside)}`,
    `- rounds that count: ${Math.min(...pairs)} to ${Math.max(...pairs)} a comparison`,
    '',
    '| measure | p ≤ 0.05, equal cells | worse, slower cell |',
    '| --- | --- | --- |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ].join('\n');
}

await main();
