/**
 * Eight shards started again and again: how far apart they begin. All clocks are those of this machine, so what differs
 * is when processes had their turn, and how well each knows its wall clock.
 */
import type { Result } from '../../src/result/result.ts';
import type { SecondMessage } from '../../src/shards/data-message.ts';
import { median } from '../../src/statistics/median.ts';
import { BusCopy } from './bus-copy.ts';
import { runCommand } from './command.ts';
import { type BenchOptions, progress, table, target } from './pairs.ts';

const SHARDS = 8;
const PER_SEC = 8_000;
const SKEW_MAX_MS = 50;
const SECONDS = 2;

interface Start {
  /** Latest start of a worker's loop. */
  readonly lateMs: number;
  /** Between the shards' first messages, each less its place in the schedule. */
  readonly spreadMs: number;
  /** The latest first message after it was due. */
  readonly firstMs: number;
  readonly clockSkewMs: number;
}

export async function benchSkew({ starts }: BenchOptions): Promise<string> {
  const all: Start[] = [];
  for (let i = 0; i < starts; i++) {
    const start = await startOnce();
    all.push(start);
    const shown = Object.entries(start).map(([name, ms]) => `${name} ${ms.toFixed(3)}`);
    progress(`start ${i + 1}: ${shown.join(', ')}`);
  }
  const row = (name: string, of: (start: Start) => number) => {
    const values = all.map(of);
    return [name, median(values).toFixed(3), Math.max(...values).toFixed(3)];
  };
  const rows = [
    row('last worker began after the agreed start', ({ lateMs }) => lateMs),
    row('between the first messages of shards', ({ spreadMs }) => spreadMs),
    row('last first message after it was due', ({ firstMs }) => firstMs),
    row('bound of the clocks', ({ clockSkewMs }) => clockSkewMs),
  ];
  const max = Math.max(...all.map(({ lateMs, spreadMs }) => Math.max(lateMs, spreadMs)));
  return [
    `${SHARDS} shards of one worker, ${PER_SEC} a second in all, null transport; ${starts} starts`,
    table(['ms', 'median', 'max'], rows),
    target(max < SKEW_MAX_MS, `shards begin within ${max.toFixed(1)} ms of each other (max ${SKEW_MAX_MS} ms)`),
  ].join('\n\n');
}

async function startOnce(): Promise<Start> {
  const copy = new BusCopy();
  try {
    const load = ['bytes', '-r', String(PER_SEC), '-t', String(SECONDS), '--workers', '1'];
    const args = [...load, '--shards', String(SHARDS), '--bootstrap-servers', 'null', '--quiet'];
    const result = await runCommand(args, { watch: copy.watch });
    return startOf(result, await copy.read());
  } finally {
    copy.remove();
  }
}

function startOf({ shards }: Result, files: readonly { readonly seconds: readonly SecondMessage[] }[]): Start {
  if (files.length !== SHARDS) throw new Error(`${files.length} of ${SHARDS} files of shards were found`);
  const { startLateMs, clockSkewUs } = shards!;
  if (startLateMs === null || clockSkewUs === null) throw new Error('the result has no start of its shards');
  const firsts = files.map(({ seconds }) => {
    const sent = seconds.flatMap(({ cells }) => cells.map(({ firstSentNs }) => firstSentNs)).filter((ns) => ns > 0);
    const { shard } = seconds[0]!;
    // Worker numbers are those of shards, and message i is of worker i.
    return (Math.min(...sent) - (shard / PER_SEC) * 1e9) / 1e6;
  });
  return {
    lateMs: startLateMs,
    spreadMs: Math.max(...firsts) - Math.min(...firsts),
    firstMs: Math.max(...firsts),
    clockSkewMs: clockSkewUs / 1e3,
  };
}
