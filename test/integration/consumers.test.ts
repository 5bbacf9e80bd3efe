/** Consumer groups in runs on an embedded cluster: exact counts, pauses, several groups and members, runs that only read. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type RunReport, run } from '../../dist/src/index.js';
import type { Result } from '../../src/result/result.ts';
import { killCommands, startCluster, startCommand } from './command.ts';
import { profileFile } from './profile-file.ts';

afterAll(killCommands);

const CONSTANT = { executor: 'constant-arrival-rate', rate: 1000, duration: '2s' };
const TOPICS = { t: { partitions: 3 } };

async function read(more: object, scenario: object = CONSTANT): Promise<RunReport> {
  return run(profileFile({ ...scenario }, { topics: TOPICS, ...more }), { env: {}, allowInvalid: true });
}

function isSummed({ series, consumed }: NonNullable<Result['consumers']>[string]): boolean {
  return series.reduce((sum, row) => sum + row.consumed, 0) === consumed;
}

test('several groups and members read every message once, and verification finds nothing wrong', async () => {
  const consumers = { pair: { members: 2, verify: true }, one: { group: 'none' } };
  const thresholds = { lost: 'count==0', duplicated: 'count==0', consumer_lag: 'max<1000000' };
  const { result, exitCode } = await read({ consumers, thresholds }, { ...CONSTANT, warmup: '500ms' });
  expect(Object.keys(result.consumers!)).toEqual(['pair', 'one']);
  for (const group of Object.values(result.consumers!)) {
    expect(group).toMatchObject({ consumed: 2000, foreign: 0, negative: { count: 0, minUs: null }, lag: { atEnd: 0 } });
    expect(group.endToEnd).toMatchObject({ count: 1500 });
    expect(isSummed(group)).toBe(true);
  }
  expect(result.verification!.s).toMatchObject({ expected: 2000, consumed: 2000, lost: 0, duplicated: 0, foreign: 0 });
  expect(result.thresholds.map(({ ok }) => ok)).toEqual([true, true, true]);
  // A message is consumed after it was appended, and that is before its acknowledgement has come back.
  expect(result.latency.endToEnd).toMatchObject({ count: 3000 });
  expect(result.latency.endToEnd!.min).toBeGreaterThan(0);
  expect(exitCode).toBe(0);
});

test('a pause builds a backlog, which drains', async () => {
  const consumers = { slow: { pause: { at: '1s', for: '1s' } } };
  const { result } = await read({ consumers }, { ...CONSTANT, duration: '4s' });
  const { slow } = result.consumers!;
  expect(slow!.consumed).toBe(4000);
  expect(slow!.drain).toMatchObject({ pausedFrom: 1, fromSecond: 2 });
  // What was sent in the pause waited for its end.
  expect(slow!.endToEnd!.max).toBeGreaterThan(900_000);
  expect(result.events).toMatchObject([{ at: 1, until: 2, kind: 'pause' }]);
});

test('a group that starts late, or is slow, still reads all', async () => {
  const consumers = { late: { start: '1500ms' }, paced: { rate: 1500 } };
  const { result } = await read({ consumers });
  expect(result.consumers).toMatchObject({ late: { consumed: 2000 }, paced: { consumed: 2000 } });
  expect(result.consumers!.late!.series[0]).toMatchObject({ consumed: 0 });
});

test('a closed loop is dated by what librdkafka stamped', async () => {
  const { result, exitCode } = await read({ verify: true }, { executor: 'max-throughput', messages: 5000 });
  expect(result.consumers!.verify).toMatchObject({
    consumed: 5000,
    clock: { source: 'same-process', offsetMaxUs: 1000 },
  });
  expect(result.latency.endToEnd).toMatchObject({ count: 5000 });
  expect(result.verification!.s).toMatchObject({ expected: 5000, lost: 0, duplicated: 0, outOfOrder: 0, corrupted: 0 });
  expect(exitCode).toBe(0);
});

test('records without a mark are refused before a run that would verify them', async () => {
  await expect(read({ verify: true }, { ...CONSTANT, mark: 'none' })).rejects.toMatchObject({
    problems: [{ path: 'scenarios.s.mark', hint: 'set scenarios.s.mark: header' }],
  });
});

test('the command line reads what another run has left, and sends nothing', async () => {
  const servers = await startCluster('t:3');
  const sent = profileFile({ ...CONSTANT }, { topics: TOPICS });
  const first = await startCommand(['run', sent, '--bootstrap-servers', servers, '--out', 'none', '--allow-invalid'])
    .ended;
  expect(first.code, first.err).toBe(0);
  const folder = mkdtempSync(join(tmpdir(), 'consumers-'));
  const file = join(folder, 'read.yaml');
  writeFileSync(
    file,
    stringify({ topics: TOPICS, consumers: { all: { members: 2 }, some: { from: 'run', duration: '1s' } } }),
  );
  const out = join(folder, 'out');
  const second = await startCommand(['run', file, '--bootstrap-servers', servers, '--out', out]).ended;
  expect(second.code, second.err).toBe(0);
  const text = readFileSync(join(out, 'result.json'), 'utf8');
  const result = JSON.parse(text) as Result;
  expect(result.consumers).toMatchObject({ all: { consumed: 2000, foreign: 2000 }, some: { consumed: 0 } });
  expect(result).toMatchObject({ totals: { scheduled: 0 }, scenarios: {}, verdict: { status: 'VALID' } });
  expect(result.consumers!.all!.endToEnd).toMatchObject({ count: 2000 });
  expect(result.consumers!.all!.clock).toMatchObject({ source: 'create-time', offsetMaxUs: null });
});

test('an observer sees the rows of groups, and the progress has them', async () => {
  const consumers = { audit: {} };
  const rows: number[] = [];
  let last = 0;
  const { result } = await run(profileFile({ ...CONSTANT }, { topics: TOPICS, consumers }), {
    env: {},
    observers: [
      {
        second: ({ consumerRows }) => {
          rows.push(...consumerRows!.audit!.map(({ consumed }) => consumed));
          return undefined;
        },
        progress: (now) => {
          last = now.consumers!.audit!.consumed;
        },
      },
    ],
  });
  expect(last).toBe(2000);
  expect(rows.slice(0, 2).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(0);
  expect(result.consumers!.audit!.consumed).toBe(2000);
});
