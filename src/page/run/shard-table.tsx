/** Each shard with its numbers, its verdict, its clock, and when it was there. */
import { formatMs, formatPercentile, formatPerSec } from '../../figures.ts';
import type { ShardResult } from '../../result/shard-result.ts';
import { lostWords } from '../../result/shard-words.ts';
import { formatCount } from '../../units.ts';
import { SortableTable, type TableCell } from '../plot/sortable-table.tsx';

export function ShardTable({ shards }: { readonly shards: readonly ShardResult[] }) {
  const hasFailures = shards.some(({ totals }) => totals.failed > 0);
  return (
    <SortableTable
      label="Shards"
      columns={[
        ...['shard', 'host', 'workers', 'sent', 'acked', ...(hasFailures ? ['failed'] : []), 'rate of planned, msg/s'],
        ...['lag p99, ms', 'response p99, ms', 'verdict', 'clock offset, ms', 'lost, joined'],
      ]}
      hasNarrowColumns
      rows={shards.map((shard, i) => ({
        key: String(shard.shard),
        cells: cellsOf(shard, `shards.shards.${i}`, hasFailures),
      }))}
    />
  );
}

const LOOKS = { VALID: 'ok', BROKER_LIMITED: 'warn', GENERATOR_LIMITED: 'bad', INCOMPLETE: 'bad' } as const;

function cellsOf(shard: ShardResult, at: string, hasFailures: boolean): TableCell[] {
  const { workers, totals, rate, scheduleLag, response, verdict, clockOffsetUs, instances } = shard;
  const count = (key: 'sent' | 'acked' | 'failed'): TableCell => ({
    ...{ text: formatCount(totals[key]), value: totals[key], at: `${at}.totals.${key}` },
    ...(key === 'failed' && totals.failed > 0 && { look: 'bad' }),
  });
  const p99 = (summary: ShardResult['response'], key: string): TableCell => ({
    text: formatPercentile(summary?.p99),
    value: sortValue(summary?.p99),
    ...(summary !== null && { at: `${at}.${key}.p99` }),
  });
  const presence = presenceWords(shard);
  return [
    { text: shard.shard, value: shard.shard, at: `${at}.shard` },
    { text: hostsOf(shard), words: 'short' },
    { text: formatCount(workers), value: workers, at: `${at}.workers` },
    count('sent'),
    count('acked'),
    ...(hasFailures ? [count('failed')] : []),
    { text: rateWords(rate), value: rate.achievedPerSec },
    p99(scheduleLag, 'scheduleLag'),
    p99(response, 'response'),
    verdict === null
      ? { text: '–', words: 'short' }
      : { text: verdict.status, words: 'short', look: LOOKS[verdict.status], at: `${at}.verdict.status` },
    offsetCell(clockOffsetUs),
    { text: presence, words: 'short', ...(instances.some(({ complete }) => !complete) && { look: 'bad' }) },
  ];
}

function rateWords({ achievedPerSec, targetPerSec }: ShardResult['rate']): string {
  const [achieved, target] = [achievedPerSec, targetPerSec].map((each) => formatPerSec(each ?? 0).replace('/s', ''));
  return targetPerSec === null ? achieved! : `${achieved} of ${target}`;
}

/** For sorting: what is not known comes first. */
function sortValue(value: number | { readonly atLeast: number } | null | undefined): number {
  return typeof value === 'number' ? value : (value?.atLeast ?? -1);
}

/** `node-b, then node-c` */
function hostsOf({ instances }: ShardResult) {
  const hosts = instances.map(({ host }) => host).filter((host, i, all) => host !== all[i - 1]);
  return <bdi>{hosts.join(', then ')}</bdi>;
}

/** The middle of what is possible, and how far it may be off; in one line. */
function offsetCell(bound: ShardResult['clockOffsetUs']): TableCell {
  if (bound === null) return { text: 'not known', value: Number.MIN_SAFE_INTEGER };
  const [middle, half] = [(bound.minUs + bound.maxUs) / 2, (bound.maxUs - bound.minUs) / 2];
  const text = middle === 0 ? '0' : `${middle > 0 ? '+' : ''}${formatMs(middle)}`;
  const doubt = half === 0 ? '' : ` ± ${formatMs(half)}`;
  return { text: `${text}${doubt}`.replaceAll(' ', '\u00a0'), value: middle };
}

/** `lost after 22 s, joined at 31 s`; empty where it was there from the start to the end. */
export function presenceWords({ instances }: Pick<ShardResult, 'instances'>): string {
  if (instances.length === 0) return 'never heard of';
  return instances
    .flatMap((instance) => [
      ...(instance.joinedAt > 0 ? [`joined at ${formatCount(instance.joinedAt, 1)} s`] : []),
      ...(instance.complete ? [] : [`lost ${lostWords(instance)}`]),
    ])
    .join(', ');
}
