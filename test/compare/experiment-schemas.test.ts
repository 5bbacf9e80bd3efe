import { expect, test } from 'vitest';
import { SWEEP_SCHEMA } from '../../src/compare/experiment-schemas.ts';
import { sweepHtml } from '../../src/report/sweep-html.tsx';
import { cellAt, fileOf } from '../page/experiments.ts';

const stored = (value: unknown) => JSON.parse(JSON.stringify(value));

// One factor as runs differ, two for intervals that end beyond 2^53, and beyond every number.
test.each([1.02, 30, 1e4])('two runs that differ by a factor of %d can be read again and drawn', (factor) => {
  const cells = [cellAt('size=10', [1, factor]), cellAt('size=20', [factor, 1])];
  expect(SWEEP_SCHEMA.safeParse(stored(fileOf(cells))).error?.issues).toBeUndefined();
  const page = sweepHtml(fileOf(cells), { directory: '/none', cells });
  expect(page.slice(page.indexOf('<main>'), page.indexOf('</main>'))).not.toMatch(/NaN|Infinity|>[^<]*\d{16}/);
});
