/** Shards of a run under way. */
import { styleText } from 'node:util';
import type { ShardsProgress } from '../recorder/progress.ts';
import { numberList } from '../result/shard-words.ts';
import { formatCount } from '../units.ts';

/** @param color marks those that are silent. */
export function shardsProgressLines(shards: ShardsProgress | undefined, color: boolean): string[] {
  return shards === undefined ? [] : [`shards    ${describeShards(shards, color)}`];
}

/** On a part of a line. */
export function shardsProgressParts(shards: ShardsProgress | undefined): string[] {
  return shards === undefined ? [] : [`shards ${describeShards(shards, false)}`];
}

function describeShards({ present, count, silent }: ShardsProgress, color: boolean): string {
  const here = `${formatCount(present)} of ${formatCount(count)}`;
  if (silent.length === 0) return here;
  const words = `silent: ${numberList(silent)}`;
  return `${here}, ${color ? styleText('yellow', words, { validateStream: false }) : words}`;
}
