import { describe, expect, test } from 'vitest';
import type { Result } from '../../src/result/result.ts';
import { RESULT_SCHEMA } from '../../src/result/result-schema.ts';
import {
  coveragePct,
  namedShards,
  numberList,
  otherShardProblems,
  shardProblems,
  shardsInShort,
} from '../../src/result/shard-words.ts';
import { FOUR_SHARDS, hundredShards, instance, quietShards, shard, sharded } from './shards.ts';

test.each<[number[], string]>([
  [[3], '3'],
  [[3, 4], '3, 4'],
  [[3, 7, 12, 13, 14], '3, 7, 12–14'],
  [[0, 2, 4, 6, 8, 10, 12, 20, 21, 22], '0, 2, 4, 6, 8, 10 and 4 more'],
])('numbers %j as text', (numbers, text) => {
  expect(numberList(numbers)).toBe(text);
});

test('one shard, and several', () => {
  expect([namedShards([3]), namedShards([3, 5])]).toEqual(['shard 3', 'shards 3, 5']);
});

test.each<[number, string]>([
  [1, '100'],
  [0.99999, '99.99'],
  [0.9625, '96.25'],
  [0, '0'],
])('coverage %d: never 100 where something is missing', (coverage, text) => {
  expect(coveragePct(coverage)).toBe(text);
});

test('the example is a result as the schema has it', () => {
  expect(RESULT_SCHEMA.safeParse(JSON.parse(JSON.stringify(sharded()))).error).toBeUndefined();
});

describe('in short', () => {
  test.each<[string, Parameters<typeof shardsInShort>[0], string]>([
    ['all well', quietShards(4), '4 shards on 2 hosts, coverage 100 %, clocks within 0.400 ms'],
    ['one host', quietShards(1, { clockSkewUs: 0 }), '1 shard on 1 host, coverage 100 %, one clock'],
    ['seconds are missing', FOUR_SHARDS, '4 shards on 3 hosts, coverage 96.25 %, clocks within 3.18 ms'],
    [
      'clocks not known',
      quietShards(2, { clockSkewUs: null }),
      '2 shards on 2 hosts, coverage 100 %, clock offsets not known',
    ],
  ])('%s', (_, shards, text) => {
    expect(shardsInShort(shards)).toBe(text);
  });
});

describe('what is to be known of single shards', () => {
  test('nothing where all is well', () => {
    expect(shardProblems(sharded(quietShards(8)))).toEqual([]);
  });

  test('those that were replaced or limited', () => {
    expect(shardProblems(sharded())).toEqual([
      'shard 1 on node-b was lost after 22 s, replaced at 31 s by node-c: not heard of for 5 s',
      'shard 2 GENERATOR_LIMITED: at its limit: loop of worker 2 97 %',
    ]);
  });

  test('those of a hundred that are far from the others', () => {
    expect(shardProblems(sharded(hundredShards()))).toEqual([
      'shard 63 on node-b was lost after 40 s',
      'shard 17: schedule lag p99 88.0 ms, median of all 0.900 ms',
      'shards 40–42: rate 230/s (shard 40), median of all 250/s',
    ]);
  });

  test('one that was never heard of', () => {
    const lost = instance(1, { lastSecond: null, complete: false });
    const base = quietShards(2);
    const shards = { ...base, shards: [base.shards[0]!, shard(1, { verdict: null, instances: [lost] })] };
    expect(shardProblems(sharded(shards))).toEqual(['shard 1 on node-b was lost before its first second']);
  });

  test('what the verdict has already is not repeated beside it', () => {
    const result = sharded();
    const reasons = ['shard 1 (node-b) was lost at 22 s, replaced at 31 s: not heard of for 5 s'];
    expect(otherShardProblems(result)).toEqual(shardProblems(result));
    expect(otherShardProblems({ ...result, verdict: { status: 'INCOMPLETE', reasons } })).toEqual([
      'shard 2 GENERATOR_LIMITED: at its limit: loop of worker 2 97 %',
    ]);
  });

  test('one of which no process came', () => {
    const base = quietShards(3);
    const shards = base.shards.map((each) => (each.shard === 2 ? { ...each, instances: [] } : each));
    expect(shardProblems(sharded({ ...base, shards }))).toEqual(['shard 2 sent nothing']);
  });

  test('many that were lost, in one sentence', () => {
    const base = quietShards(20);
    const lost = (number: number) => instance(number, { lastSecond: 5, complete: false });
    const shards = base.shards.map((each) => (each.shard < 8 ? { ...each, instances: [lost(each.shard)] } : each));
    const next = { ...instance(3), joinedAt: 9 };
    const some = shards.map((each) => (each.shard === 3 ? { ...each, instances: [lost(3), next] } : each));
    expect(shardProblems(sharded({ ...base, shards: some }))).toEqual(['shards 0–7 were lost, 1 of 8 replaced']);
  });

  test('where all are as limited as the run, its verdict has it', () => {
    const verdict = { status: 'BROKER_LIMITED', reasons: ['the window was full'] } as const;
    const base = quietShards(3);
    const all = { ...base, shards: base.shards.map((each) => ({ ...each, verdict })) };
    const result: Result = { ...sharded(all), verdict };
    expect(shardProblems(result)).toEqual([]);
    const some = { ...all, shards: [...all.shards.slice(0, 2), base.shards[2]!] };
    expect(shardProblems({ ...result, shards: some })).toEqual([
      'shards 0, 1 BROKER_LIMITED: shard 0: the window was full',
    ]);
  });
});
