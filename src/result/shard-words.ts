/** The shards of a run in words: what summary, live views and report say alike. */
import { formatMs, formatPerSec } from '../figures.ts';
import { countOf, formatCount, US_PER_MS } from '../units.ts';
import type { Result } from './result.ts';
import type { ShardInstance, ShardResult, ShardsResult } from './shard-result.ts';

/** More are counted. */
const RANGES_MAX = 6;

/** `3, 7, 12–19`; of many the first, and how many more there are. */
export function numberList(numbers: readonly number[]): string {
  const ranges: { from: number; to: number }[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last.to + 1) last.to = number;
    else ranges.push({ from: number, to: number });
  }
  const shown = ranges.slice(0, RANGES_MAX);
  const more = ranges.slice(RANGES_MAX).reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const text = shown.map(({ from, to }) => {
    if (from === to) return String(from);
    return to === from + 1 ? `${from}, ${to}` : `${from}–${to}`;
  });
  return `${text.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}

/** `shard 3`, `shards 3, 7` */
export function namedShards(numbers: readonly number[]): string {
  return `shard${numbers.length === 1 ? '' : 's'} ${numberList(numbers)}`;
}

/** `4 shards on 2 hosts, coverage 100 %, clocks within 0.4 ms` */
export function shardsInShort(shards: ShardsResult): string {
  const hosts = new Set(shards.shards.flatMap(({ instances }) => instances.map(({ host }) => host)));
  const on = hosts.size === 0 ? '' : ` on ${countOf(hosts.size, 'host')}`;
  return `${countOf(shards.shards.length, 'shard')}${on}, coverage ${coveragePct(shards.coverage)} %, ${clockWords(shards)}`;
}

/** Never 100 % where something is missing. */
export function coveragePct(coverage: number): string {
  return formatCount(coverage >= 1 ? 100 : Math.floor(coverage * 10_000) / 100, 2);
}

function clockWords({ clockSkewUs }: ShardsResult): string {
  if (clockSkewUs === null) return 'clock offsets not known';
  return clockSkewUs === 0 ? 'one clock' : `clocks within ${formatMs(clockSkewUs)} ms`;
}

interface ShardProblem {
  readonly numbers: readonly number[];
  readonly words: string;
}

/** What a reader must know of single shards, a sentence each, what cost messages first; empty where all went well. */
export function shardProblems(result: Result): string[] {
  return problemsOf(result).map(({ words }) => words);
}

/** Without those of shards that the reasons of the verdict name. */
export function otherShardProblems(result: Result): string[] {
  const { reasons } = result.verdict;
  const isNamed = (shard: number) => reasons.some((reason) => reason.startsWith(`shard ${shard} (`));
  return problemsOf(result).flatMap(({ numbers, words }) => (numbers.every(isNamed) ? [] : [words]));
}

function problemsOf(result: Result): ShardProblem[] {
  const shards = result.shards?.shards ?? [];
  const known = [...lossesOf(shards), ...limitedShards(result, shards)];
  const explained = new Set(known.flatMap(({ numbers }) => numbers));
  return [...known, ...outliersOf(shards, (shard) => !explained.has(shard))];
}

/** More are named together. */
const LOSSES_MAX = 6;

function lossesOf(shards: readonly ShardResult[]): ShardProblem[] {
  const silent = shards.filter(({ instances }) => instances.length === 0).map(({ shard }) => shard);
  const losses = shards.flatMap(({ shard, instances }) =>
    instances.flatMap((lost, i) => (lost.complete ? [] : [{ shard, lost, next: instances[i + 1] }])),
  );
  const absent = silent.length === 0 ? [] : [{ numbers: silent, words: `${namedShards(silent)} sent nothing` }];
  if (losses.length > LOSSES_MAX) {
    const numbers = [...new Set(losses.map(({ shard }) => shard))];
    const replaced = losses.filter(({ next }) => next !== undefined).length;
    const of = `${formatCount(replaced)} of ${formatCount(losses.length)} replaced`;
    return [...absent, { numbers, words: `${namedShards(numbers)} were lost, ${of}` }];
  }
  return [
    ...absent,
    ...losses.map(({ shard, lost, next }) => {
      const because = lost.failure === undefined ? '' : `: ${lost.failure}`;
      const then = next === undefined ? '' : `, replaced at ${formatCount(next.joinedAt, 1)} s by ${next.host}`;
      const words = `shard ${shard} on ${lost.host} was lost ${lostWords(lost)}${then}${because}`;
      return { numbers: [shard], words };
    }),
  ];
}

export function lostWords({ lastSecond }: ShardInstance): string {
  return lastSecond === null ? 'before its first second' : `after ${formatCount(lastSecond + 1)} s`;
}

/** By what; where all are as the run is, its own verdict has it. */
function limitedShards({ verdict }: Result, shards: readonly ShardResult[]): ShardProblem[] {
  if (shards.every((each) => each.verdict?.status === verdict.status)) return [];
  return (['GENERATOR_LIMITED', 'BROKER_LIMITED'] as const).flatMap((status) => {
    const limited = shards.filter((each) => each.verdict?.status === status);
    const [first] = limited;
    if (first === undefined) return [];
    const numbers = limited.map(({ shard }) => shard);
    const which = limited.length === 1 ? '' : `shard ${first.shard}: `;
    const [reason] = first.verdict!.reasons;
    return [
      { numbers, words: `${namedShards(numbers)} ${status}${reason === undefined ? '' : `: ${which}${reason}`}` },
    ];
  });
}

/** A lag below this never matters, as for the verdict. */
const LAG_MIN_US = 10 * US_PER_MS;
/** From here on a shard is not like the others. */
const LAG_FACTOR = 5;
const RATE_SHARE = 0.95;
/** The median of fewer does not stand for the others. */
const SHARDS_MIN = 3;

/** Shards that are far from the median of all, and have no other reason yet. */
function outliersOf(shards: readonly ShardResult[], isOpen: (shard: number) => boolean): ShardProblem[] {
  if (shards.length < SHARDS_MIN) return [];
  const lags = shards.flatMap(({ shard, scheduleLag }) =>
    typeof scheduleLag?.p99 === 'number' ? [{ shard, value: scheduleLag.p99 }] : [],
  );
  const rates = shards.map(({ shard, rate }) => ({ shard, value: rate.achievedPerSec }));
  const [lag, perSec] = [medianOf(lags), medianOf(rates)];
  const late = lags.filter(({ shard, value }) => isOpen(shard) && value >= Math.max(LAG_MIN_US, LAG_FACTOR * lag));
  const slow = rates.filter(({ shard, value }) => isOpen(shard) && value < RATE_SHARE * perSec);
  return [
    ...furthestOf('schedule lag p99', late, lag, (us) => `${formatMs(us)} ms`),
    ...furthestOf('rate', slow, perSec, formatPerSec),
  ];
}

interface ShardFigure {
  readonly shard: number;
  readonly value: number;
}

function furthestOf(
  what: string,
  outliers: readonly ShardFigure[],
  median: number,
  format: (value: number) => string,
): ShardProblem[] {
  const [furthest] = outliers.toSorted((a, b) => Math.abs(b.value - median) - Math.abs(a.value - median));
  if (furthest === undefined) return [];
  const which = outliers.length === 1 ? '' : ` (shard ${furthest.shard})`;
  const numbers = outliers.map(({ shard }) => shard);
  const words = `${namedShards(numbers)}: ${what} ${format(furthest.value)}${which}, median of all ${format(median)}`;
  return [{ numbers, words }];
}

function medianOf(values: readonly ShardFigure[]): number {
  const sorted = values.map(({ value }) => value).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
