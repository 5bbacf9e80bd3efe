/** The panels of what was read back, in a real browser: from a result that has all of them. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { writeRunHtml } from '../../dist/src/report/run-html.js';
import { loadAssets } from '../../dist/src/web/live-assets.js';
import { type LiveServer, serveLive } from '../../dist/src/web/live-server.js';
import type { LiveEvent } from '../../src/page/live/live-event.ts';
import type { Progress } from '../../src/recorder/progress.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { Result } from '../../src/result/result.ts';
import { isShownAs, valueAt } from '../page/shown-values.ts';
import { secondRow } from '../recorder/second-row.ts';
import { consumerRow, verification, withReading } from '../result/reading.ts';
import { facts, lane, phase, ramp, run, worker } from '../result/run.ts';
import { cutInPrint, describeBrowser, expectFlawless, openDetails } from './browser.ts';

const { result: produced } = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10) }) })])]));
const series = Array.from({ length: 10 }, (_, second) =>
  secondRow({ second, scheduled: 100, sent: 100, acked: 100, p50: 1_000, p99: 2_000, max: 3_000 }),
);
const { latencySeries: _, ...sent } = { ...produced, series };
const spread = (max: number) => ({ min: 1, median: 2, max, minOf: 'topic-0', maxOf: 'topic-7' });
const distribution = {
  ...{ count: 200, idle: 3, sent: spread(40), acked: spread(39), notAcked: spread(1) },
  ...{ achievedPerSec: spread(3.9), p99: spread(9_000) },
};

/** Each scenario slower than the one before. */
function manyScenarios(count: number): Result {
  const one = sent.scenarios.atm!;
  const { response } = one.latency;
  const named = <T>(of: (i: number) => T) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`scenario-${i}`, of(i)]));
  return withReading(sent, {
    scenarios: named((i) => ({
      ...one,
      topics: distribution,
      latency: { ...one.latency, response: { ...response, p99: 1_000 * i } },
    })),
    verification: named((i) => verification({ lost: i, notes: ['read once'] })),
    thresholds: Object.keys(named(() => 0)).map((name, i) => ({
      ...{ metric: `response_ms{scenario:${name}}`, expression: 'p(99)<20', value: i, ok: i < 20 },
    })),
  });
}

const RESULTS: Readonly<Record<string, Result>> = {
  everything: withReading(sent),
  'many scenarios': manyScenarios(22),
  'only read': withReading(sent, { scenarios: {}, verification: { atm: verification({ refused: 'x'.repeat(300) }) } }),
};
const urls: Record<string, string> = {};
let server: LiveServer | undefined;
afterEach(() => server?.close());

describeBrowser('what was read back', ({ open }) => {
  beforeAll(async () => {
    for (const [name, result] of Object.entries(RESULTS)) {
      const directory = mkdtempSync(join(tmpdir(), 'report-reading-'));
      urls[name] = pathToFileURL(await writeRunHtml(directory, result, null)).href;
    }
  });

  test.each(Object.keys(RESULTS))('%s: the numbers are those of the result, without a script too', async (name) => {
    const watched = await open(urls[name]!, { javaScriptEnabled: false });
    const shown = await watched.page.$$eval('[data-key]', (all) =>
      all.map((each) => [each.getAttribute('data-key')!, each.textContent!] as const),
    );
    expect(shown.filter(([key]) => key.startsWith('consumers.')).length).toBeGreaterThan(40);
    for (const [key, text] of shown)
      expect(isShownAs(valueAt(RESULTS[name], key), key, text), `${key}: ${text}`).toBe(true);
    await watched.close();
  });

  test.each([
    ['light', 1_280],
    ['dark', 400],
  ] as const)('%s at %i px: accessible, nothing is wider than the page', async (colorScheme, width) => {
    for (const url of Object.values(urls)) {
      const watched = await open(url, { colorScheme, viewport: { width, height: 900 } });
      await openDetails(watched);
      expect(await watched.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await expectFlawless(watched);
      await watched.close();
    }
  });

  test('of many scenarios the worst are in sight, and all can be searched and sorted', async () => {
    const watched = await open(urls['many scenarios']!);
    const { page } = watched;
    for (const id of ['scenarios', 'verification']) {
      const worst = await page.locator(`#${id} .wide-table tbody bdi`).allTextContents();
      expect(worst, id).toEqual(Array.from({ length: 10 }, (_, i) => `scenario-${21 - i}`));
    }
    await page.locator('#scenarios details.all > summary').click();
    await page.locator('#scenarios').getByLabel('Rows with').fill('SCENARIO-2');
    const shown = page.locator('#scenarios details.all tbody tr:visible');
    expect(await shown.count()).toBe(3);
    expect(await page.locator('#scenarios output').textContent()).toBe('3 rows');
    await page.locator('#scenarios details.all th button', { hasText: 'p99' }).click();
    expect(await shown.first().locator('td').first().textContent()).toBe('scenario-2');
    await watched.close();
  });

  test('pointing at the lag shows that second of all groups in all charts', async () => {
    const watched = await open(urls.everything!);
    const { page } = watched;
    const pick = page.locator('#lag .pick');
    await pick.focus();
    for (const key of ['Home', ...Array(6).fill('ArrowRight')]) await page.keyboard.press(key);
    const { audit, billing } = RESULTS.everything!.consumers!;
    expect(await page.locator('#lag .tip > *').allTextContents()).toEqual([
      '0:06',
      `audit, records: ${audit!.series[6]!.lag}`,
      `billing, records: ${billing!.series[6]!.lag}`,
    ]);
    expect(await page.locator('#consumed .tip > *').nth(1).textContent()).toBe('audit, records: 0');
    await watched.close();
  });

  test('printed on A4 no chart is cut', async () => {
    const watched = await open(urls.everything!);
    expect(await cutInPrint(watched, 'figure')).toEqual([]);
    await watched.close();
  });

  test('the live page has charts and tiles of each group', async () => {
    server = await serveLive({ port: 0, host: '127.0.0.1' }, loadAssets);
    const groups = { audit: [0, 1, 2].map((second) => consumerRow({ second, lag: 40 * second })) };
    const events: LiveEvent[] = [
      {
        kind: 'start',
        run: {
          ...{ name: 'r', target: 'embedded', load: '10/s', startedAt: '2026-11-21T20:44:54Z', limits: [] },
          phases: { warmup: 0, load: 10 },
          events: [{ at: 1, until: 3, kind: 'pause', text: 'audit paused' }],
        },
      },
      { kind: 'second', rows: series.slice(0, 3), latencies: [[], [], []], consumerRows: groups },
      {
        kind: 'progress',
        progress: {
          ...{ phase: 'load', elapsedNs: 3e9, plannedNs: 10e9, acked: 300, failed: 0, shed: 0, inFlight: 1 },
          ...{ inFlightMax: 100, targetPerSec: 100, scenarios: 1 },
          consumers: { audit: { members: 1, state: 'paused', consumed: 300, lag: 1_080, left: null } },
        } as unknown as Progress,
      },
    ];
    for (const event of events) server.send(event);
    const watched = await open(server.url);
    const { page } = watched;
    await page.locator('figure#lag svg.plot').waitFor();
    expect(await page.locator('.tiles').textContent()).toContain('audit: lag1,080 paused');
    expect(await page.locator('#lag rect.pause').count()).toBe(2);
    await page.locator('#lag details.data summary').press('Enter');
    const rows = await page.locator('#lag tbody tr').allTextContents();
    expect(rows.map((row) => row.trim())).toEqual(['00', '140', '280']);
    await expectFlawless(watched);
    await watched.close();
  });
});
