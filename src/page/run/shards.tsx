/** The processes of a run that was split over several, side by side. */
import type { Result } from '../../result/result.ts';
import { shardProblems, shardsInShort } from '../../result/shard-words.ts';
import { formatCount } from '../../units.ts';
import { Sentences } from '../page-parts.tsx';
import { Caveat, Count } from '../plot/numbers.tsx';
import type { RunView } from './run-view.ts';
import { ShardCharts } from './shard-charts.tsx';
import { ShardTable } from './shard-table.tsx';

const BUSES = { kafka: 'a Kafka topic', directory: 'a directory' } as const;

export function Shards({ result, view }: { readonly result: Result; readonly view: RunView }) {
  const { shards } = result;
  if (shards === undefined) return null;
  const { startLateMs, bus, secondsReceived, secondsPlanned } = shards;
  return (
    <section id="shards">
      <h2>Shards</h2>
      <p>
        {shardsInShort(shards)}
        <Caveat result={result} />. <Count at="shards.secondsReceived" value={secondsReceived} /> of{' '}
        <Count at="shards.secondsPlanned" value={secondsPlanned} /> seconds of shards were received.
        {startLateMs !== null && ` The last worker began ${formatCount(startLateMs, 1)} ms after the agreed start.`}{' '}
        They talked through {BUSES[bus]}.
      </p>
      <Sentences texts={shardProblems(result)} />
      <ShardTable shards={shards.shards} />
      <p class="faint">
        Counts cover the whole run, rates and latencies the load phase. Coverage: seconds of all shards that were
        received ÷ planned; what a lost shard sent after its last second is not known. Clocks: how well they are known,
        and so how far apart two shards can have started.
      </p>
      <ShardCharts view={view} shards={shards.shards} />
    </section>
  );
}
