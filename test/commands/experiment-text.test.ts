import { expect, test } from 'vitest';
import { endLine, experimentLines, startLine } from '../../src/commands/experiment-text.ts';
import { failedRecord } from '../../src/compare/run-record.ts';
import { planSweep } from '../../src/experiments/sweep.ts';
import { recordAt } from '../compare/results.ts';

const news = {
  ...{ run: 7, round: 2, cell: 0, attempt: 1, cellName: 'linger.ms=5', of: 30, leftMs: 605_000 },
  ...{ isAtMost: false, settle: null, cells: [] },
};

test('a run that begins', () => {
  expect(startLine(news)).toBe('run 7/30 round 2 cell linger.ms=5, 10m5s left');
  expect(startLine({ ...news, attempt: 2, isAtMost: true, settle: { waitedMs: 150, reached: true } })).toBe(
    'repeat of run 7/30 round 2 cell linger.ms=5, at most 10m5s left',
  );
  expect(startLine({ ...news, settle: { waitedMs: 4_200, reached: true } })).toContain(', after a pause of 4s, ');
  expect(startLine({ ...news, settle: { waitedMs: 30_000, reached: false } })).toContain(
    ', after a pause of 30s, in which the cluster did not become idle, ',
  );
});

test('a run that has ended', () => {
  const record = recordAt(1, 1);
  expect(endLine(news, record)).toBe('run 7/30: 100/s, p99 9.90 ms, VALID');
  const limited = { ...record, status: 'invalid', verdict: 'GENERATOR_LIMITED' } as const;
  expect(endLine(news, limited)).toBe('run 7/30: 100/s, p99 9.90 ms, GENERATOR_LIMITED: does not count');
  expect(endLine({ ...news, attempt: 2 }, record)).toBe('repeat of run 7/30: 100/s, p99 9.90 ms, VALID');
  expect(endLine(news, failedRecord({ path: 'runs/007' }, 'no broker'))).toBe('run 7/30: failed: no broker');
});

test('the plan: cells, runs, and the time with pauses apart', async () => {
  const overrides = { bootstrapServers: 'localhost:9092', duration: '10s' };
  const vary = { 'linger.ms': [0, 5] };
  const planned = await planSweep('bytes', { env: {}, overrides, vary, repeat: 3 });
  expect(experimentLines(planned, { withCells: true })).toEqual([
    'bytes: 2 cells × 3 rounds = 6 runs, and a burn-in that is not counted',
    '  linger.ms  0, 5',
    '  baseline: linger.ms=0',
    '  time: 1m21s of runs, as planned and 1.5 s around each; pauses until the cluster is idle take up to 3m more (--settle 30s)',
    '  cells, each 10s:',
    '    linger.ms=0',
    '    linger.ms=5',
  ]);
  const resumed = experimentLines(planned, { isResumed: true }).join('\n');
  expect(resumed).toContain('\n  resumed: finished runs are not run again');
  expect(resumed).not.toContain('time:');
  const once = await planSweep('bytes', { env: {}, overrides: { ...overrides, bootstrapServers: 'null' }, repeat: 1 });
  expect(experimentLines(once).at(-1)).toMatch(/nothing can be compared, --repeat 5 or more can/);
  const counted = { burst: true, messages: 5 };
  const unknown = await planSweep('bytes', { env: {}, overrides: counted, vary, repeat: 'auto' });
  expect(experimentLines(unknown).join('\n')).toMatch(/up to 20 rounds = up to 40 runs(.*\n)+.*2 cells end/);
});
