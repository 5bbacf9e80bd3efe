import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bucketRangeUs, LAST_BUCKET, type SparseCounts } from '../../src/recorder/latency-series.ts';
import { encodeLatencySeries } from '../../src/result/latency-series-coding.ts';

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', ''], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!hasPython())('the reader in docs/result.md reads what the engine writes', () => {
  const code = /```python\n(.*?)```/s.exec(readFileSync('docs/result.md', 'utf8'))![1]!;
  const series: SparseCounts[] = [
    [],
    [
      [0, 1],
      [7, 2],
      [8, 300],
      [95, 70_000],
      [LAST_BUCKET, 1],
    ],
    [],
    [[96, 5]],
  ];
  const result = JSON.stringify({ latencySeries: { bucketsPerOctave: 8, response: encodeLatencySeries(series) } });
  const script = `${code}\nprint(json.dumps([[[*range_us(b), n] for b, n in s.items()] for s in seconds]))`;
  const read = execFileSync('python3', ['-c', script.replace('open("result.json")', '__import__("sys").stdin')], {
    input: result,
    encoding: 'utf8',
  });
  const expected = series.map((second) =>
    second.map(([bucket, n]) => {
      const { fromUs, toUs } = bucketRangeUs(bucket);
      return [fromUs, toUs, n];
    }),
  );
  expect(JSON.parse(read)).toEqual(expected);
});
