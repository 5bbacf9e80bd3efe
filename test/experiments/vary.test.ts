import { describe, expect, test } from 'vitest';
import type { InputError } from '../../src/errors.ts';
import { dimensionsOf, dimensionsOfFlags } from '../../src/experiments/vary.ts';

const valuesOf = (text: string) => dimensionsOfFlags([text]).flat()[0]!.values;

function problemsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    return (error as InputError).message.split('\n');
  }
  throw new Error('no problem');
}

describe('--vary', () => {
  test.each([
    ['linger.ms=0,5,20', ['0', '5', '20']],
    ['linger.ms = 0 , 5', ['0', '5']],
    ['acks=all', ['all']],
    ['topics.t.config.x=0042,1.10', ['0042', '1.10']],
    [
      'scenarios.a.stages=[{ target: 5, duration: 1s }],[{ target: 9, duration: 2s }]',
      ['[{ target: 5, duration: 1s }]', '[{ target: 9, duration: 2s }]'],
    ],
    ["key='{ uniform: 10 }',none", ['{ uniform: 10 }', 'none']],
    ['bootstrap.servers="a:1,b:2"', ['a:1,b:2']],
  ])('%s', (text, values) => {
    expect(valuesOf(text)).toEqual(values);
  });

  test.each([
    ['linger.ms', '--vary linger.ms: a factor needs values (e.g. --vary linger.ms=A,B)'],
    ['linger.ms=', '--vary linger.ms: a factor needs values (e.g. --vary linger.ms=A,B)'],
    ['=1,2', '--vary : expected a path and its values (e.g. --vary linger.ms=0,5,20)'],
    ['linger.ms=5,5', '--vary linger.ms: the value `5` stands twice'],
  ])('bad: %s', (text, message) => {
    expect(problemsOf(() => dimensionsOfFlags([text]))).toEqual([message]);
  });

  test('all problems at once', () => {
    expect(problemsOf(() => dimensionsOfFlags(['a=', 'b=[1', 'c=1,,2']))).toHaveLength(3);
  });
});

describe('in a file or a program', () => {
  const read = (vary: Parameters<typeof dimensionsOf>[0]) => dimensionsOf(vary, (path, i) => `${path}@${i}`);

  test('a map is a dimension for each path', () => {
    expect(read({ workers: [1, 2], 'linger.ms': ['0', 5] })).toEqual([
      [{ path: 'workers', values: ['1', '2'], place: 'workers@0' }],
      [{ path: 'linger.ms', values: ['0', '5'], place: 'linger.ms@1' }],
    ]);
  });

  test('the factors of a list entry move together', () => {
    expect(read([{ workers: [1, 2], 'topics.t.partitions': [6, 12] }])).toEqual([
      [
        { path: 'workers', values: ['1', '2'], place: 'workers@0' },
        { path: 'topics.t.partitions', values: ['6', '12'], place: 'topics.t.partitions@0' },
      ],
    ]);
  });

  test('a value may come again beside another one of a factor that moves with it', () => {
    const [dimension] = read([{ workers: [1, 1], 'topics.t.partitions': [6, 12] }]);
    expect(dimension![0]!.values).toEqual(['1', '1']);
  });

  test('maps and lists are written as one line of YAML', () => {
    expect(read({ 'scenarios.a.stages': [[{ target: 5, duration: '1s' }]] })[0]![0]!.values).toEqual([
      '[{"target":5,"duration":"1s"}]',
    ]);
  });

  test.each([
    [{ workers: 2 }, 'workers@0: expected a list of values (workers: [A, B])'],
    [{ workers: [] }, 'workers@0: a factor needs values (e.g. --vary workers=A,B)'],
    [{ workers: [1, 2, 1] }, 'workers@0: the value `1` stands twice'],
    [[{ workers: [1, 1], 'linger.ms': [5, 5] }], 'workers@0: the values `1, 5` stand twice'],
    [
      [{ workers: [1, 2], 'linger.ms': [5] }],
      'linger.ms@0: `linger.ms` has 1 values, `workers` 2 (factors of one list entry move together: give each as many values)',
    ],
  ])('bad: %j', (vary, message) => {
    expect(problemsOf(() => read(vary as never))).toEqual([message]);
  });
});
