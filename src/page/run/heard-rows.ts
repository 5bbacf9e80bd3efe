/** The seconds of a shard that were received: of others a result may have rows of zeros. */
import type { ShardResult, ShardRow } from '../../result/shard-result.ts';

export function heardRows({ instances, series }: Pick<ShardResult, 'instances' | 'series'>): ShardRow[] {
  const ends = instances.flatMap(({ complete, lastSecond }) => (complete ? [lastSecond ?? -1] : []));
  // Of one that has ended nothing more is expected.
  const end = Math.min(...ends);
  const wasThere = (second: number) =>
    instances.some(({ joinedAt, lastSecond }) => Math.floor(joinedAt) <= second && second <= (lastSecond ?? -1));
  return series.filter(({ second }) => second > end || wasThere(second));
}
