/** A sweep whose cells differ in nothing but a known delay: what it says must be that. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { SweepFile } from '../../src/compare/sweep-file.ts';
import { killCommands, startCommand } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweep-rtt-'));
afterAll(async () => {
  await killCommands();
  rmSync(folder, { recursive: true, force: true });
});

const RTTS_MS = [0, 5, 20];

test('ranks round trips rightly, and their differences are inside its intervals', async () => {
  const vary = `embedded.rtt=${RTTS_MS.map((ms) => `${ms}ms`).join()}`;
  // So slow a feed is on time on a busy machine as well, whose noise is small beside the linger.
  const load = ['bytes', '--bootstrap-servers', 'embedded', '-r', '20', '-t', '1.5s', '-X', 'linger.ms=5'];
  const more = ['--vary', vary, '--repeat', '6', '--goal', 'response_ms p(50)', '--out', 'x'];
  const { err, out } = await startCommand(['sweep', ...load, ...more], {}, { cwd: folder }).ended;
  const { analysis } = JSON.parse(readFileSync(join(folder, 'x/sweep.json'), 'utf8')) as SweepFile;
  const cells = RTTS_MS.map((ms) => `rtt=${ms}ms`);
  expect(analysis.recommendation, `${err}${out}`).toMatchObject({ cell: 'rtt=0ms' });
  const p50 = cells.map((name) => analysis.cells.find((cell) => cell.name === name)!.figures['response_ms p(50)']!);
  const medians = p50.map(({ median }) => median as number);
  expect(medians).toEqual(medians.toSorted((a, b) => a - b));
  const base = p50[0]! as { low: number; high: number };
  for (const [i, cell] of cells.slice(1).entries()) {
    const difference = analysis.differences.find((each) => each.cell === cell)!;
    const compared = difference.measures.find(({ measure }) => measure === 'response_ms p(50)')!;
    expect(compared.verdict).toBe('worse');
    const { low, high } = compared.interval!;
    const injected = RTTS_MS[i + 1]!;
    expect(base.low * (low - 1), JSON.stringify({ cell, base, low, high })).toBeLessThan(injected);
    expect(base.high * (high - 1), JSON.stringify({ cell, base, low, high })).toBeGreaterThan(injected);
  }
}, 180_000);
