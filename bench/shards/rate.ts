/** Two shards of one worker each, and one process of one worker: how many messages a second the null transport takes. */
import { availableParallelism } from 'node:os';
import { median } from '../../src/statistics/median.ts';
import { runCommand } from './command.ts';
import { alternate, type BenchOptions, type Measures, pairTable, statusOf, target } from './pairs.ts';

const RATIO_MIN = 1.8;
const MEASURES: Measures = {
  'acked a second': (result) => result.rate.achievedPerSec,
  'CPU s per million': (result) => result.client.cpuSecondsPerMillion ?? Number.NaN,
};

export async function benchRate({ pairs, seconds }: BenchOptions): Promise<string> {
  const args = ['atm', '-b', '-t', String(seconds), '--bootstrap-servers', 'null', '--quiet'];
  const pooled = ['--set', 'scenarios.atm.payload.mode=pooled'];
  // Of each process.
  const run = (...more: string[]) => runCommand([...args, ...pooled, '--workers', '1', ...more]);
  const sides = [
    { title: 'one process', run: () => run() },
    { title: 'two shards', run: () => run('--shards', '2') },
  ];
  const results = await alternate(sides, pairs, MEASURES, statusOf);
  const [one, two] = results.map((runs) => runs.map((result) => result.rate.achievedPerSec));
  const ratio = median(two!.map((rate, pair) => rate / one![pair]!));
  return [
    `atm, pooled, as fast as acknowledgements allow, null transport, one worker in each process; ${pairs} pairs of ${seconds} s, ${availableParallelism()} cores`,
    pairTable(
      sides.map(({ title }) => title),
      results,
      MEASURES,
    ),
    target(ratio >= RATIO_MIN, `two shards ${ratio.toFixed(2)}× one process (median of pairs; min ${RATIO_MIN}×)`),
  ].join('\n\n');
}
