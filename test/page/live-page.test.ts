import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { NOTHING } from '../../src/page/live/live-state.ts';
import { LivePage } from '../../src/page/live-page.tsx';
import type { Progress } from '../../src/recorder/progress.ts';

const run = {
  ...{ name: 'r', target: 'null', load: '10/s', startedAt: '2026-11-21T20:44:54Z', limits: [] },
  phases: { warmup: 0, load: 10 },
};
const progress: Progress = {
  ...{ phase: 'load', elapsedNs: 3e9, plannedNs: 10e9, endsAtMs: null, plannedCount: 100, scheduled: 30, sent: 30 },
  ...{ acked: 30, failed: 0, shed: 0, inFlight: 1, inFlightMax: 100, targetPerSec: 10, scenarios: 1 },
};
const pageOf = (shown: Progress) =>
  renderToString(h(LivePage, { state: { ...NOTHING, run, progress: shown }, connection: 'open' }));

test('shards that are silent are named', () => {
  expect(pageOf(progress)).not.toContain('shards');
  const all = pageOf({ ...progress, shards: { count: 4, present: 4, silent: [] } });
  expect(all).toContain('<dt>shards</dt><dd><b>4</b> of 4</dd>');
  const some = pageOf({ ...progress, shards: { count: 4, present: 2, silent: [1, 3] } });
  expect(some).toContain('<div class="bad"><dt>shards</dt><dd><b>2</b> of 4, silent: 1, 3</dd>');
});
