/** The page of a run in a real browser: made by the built command line from runs on the embedded cluster. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { writeRunHtml } from '../../dist/src/report/run-html.js';
import type { Result } from '../../src/result/result.ts';
import { profileFile } from '../integration/profile-file.ts';
import { isShownAs, valueAt } from '../page/shown-values.ts';
import { describeBrowser, expectFlawless, type WatchedPage } from './browser.ts';

const TO_T = { workload: 'bytes', topic: 't', params: { size: 100 } };
const steady = (rate: number, duration: string) => ({ executor: 'constant-arrival-rate', rate, duration });
const HOSTILE = '<script>alert(1)</script> \u202eעברית';

const PROFILES = {
  several: profileFile(
    {},
    {
      name: 'several',
      scenarios: {
        payments: { ...TO_T, ...steady(200, '4s'), warmup: '1s' },
        audit: { ...TO_T, ...steady(50, '4s'), warmup: '1s' },
      },
      thresholds: { response_ms: ['p(99)<60000'], throughput: ['rate>100000'] },
    },
  ),
  errors: profileFile(steady(2_000, '2s'), {
    kafka: { 'bootstrap.servers': 'null' },
    nullTransport: { latencyMs: 50, failRate: 0.1 },
    producer: { 'queue.buffering.max.messages': 40 },
    thresholds: { response_ms: ['p(99)<1'] },
  }),
};

interface Made {
  readonly url: string;
  readonly result: Result;
}
const made = {} as Record<keyof typeof PROFILES, Made>;

describeBrowser('report.html of a run', ({ open }) => {
  beforeAll(async () => {
    for (const [name, profile] of Object.entries(PROFILES) as [keyof typeof PROFILES, string][]) {
      const out = mkdtempSync(join(tmpdir(), `report-${name}-`));
      await run(profile, { out, env: {}, command: 'load test', allowInvalid: true });
      const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
      made[name] = { url: pathToFileURL(join(out, 'report.html')).href, result };
    }
  }, 30_000);

  test.each(Object.keys(PROFILES) as (keyof typeof PROFILES)[])(
    '%s: the numbers are those of result.json',
    async (name) => {
      const { url, result } = made[name];
      const watched = await open(url, { javaScriptEnabled: false });
      const shown = await watched.page.$$eval('[data-key]', (all) =>
        all.map((each) => [each.getAttribute('data-key')!, each.textContent!] as const),
      );
      expect(shown.length).toBeGreaterThan(30);
      for (const [key, text] of shown) expect(isShownAs(valueAt(result, key), key, text), `${key}: ${text}`).toBe(true);
      await watched.close();
    },
  );

  test('the tables behind the charts have every row, and add up to the totals', async () => {
    const { url, result } = made.several;
    const watched = await open(url, { javaScriptEnabled: false });
    const rate = await tableOf(watched, 'rate');
    expect(rate).toEqual(
      result.series.map(({ second, scheduled, sent, acked, failed }) => [second, scheduled, sent, acked, failed]),
    );
    const sums = (rows: readonly number[][], from: number) =>
      rows.flatMap((row) => row.slice(from)).reduce((a, b) => a + b, 0);
    const acked = result.totals.acked + result.warmup!.totals.acked;
    expect(
      sums(
        rate.map((row) => [row[3]!]),
        0,
      ),
    ).toBe(acked);
    expect(sums(await tableOf(watched, 'heatmap'), 1)).toBe(acked);
    const latency = await tableOf(watched, 'latency');
    for (const [i, row] of latency.entries()) {
      const { p50, p99, max } = result.series[i]!;
      if (p50 !== null)
        for (const [cell, us] of [
          [row[1]!, p50],
          [row[3]!, p99!],
          [row[5]!, max!],
        ] as const)
          expectNear(cell, us / 1_000);
    }
    await watched.close();
  });

  test.each([
    ['light', true, 'open'],
    ['dark', true, 'open'],
    ['light', false, 'open'],
  ] as const)(
    '%s, script %s, details %s: accessible, and nothing is loaded',
    async (colorScheme, hasScript, details) => {
      for (const { url } of Object.values(made)) {
        const watched = await open(hasScript ? url : withoutScript(url), { colorScheme });
        if (details === 'open') await openDetails(watched);
        await expectFlawless(watched);
        await watched.close();
      }
    },
  );

  test('without JavaScript all charts and tables are there', async () => {
    const watched = await open(made.errors.url, { javaScriptEnabled: false });
    const ids = await watched.page.$$eval('figure', (all) => all.map(({ id }) => id));
    expect(ids).toEqual(['rate', 'latency', 'heatmap', 'percentiles', 'generator-cpu', 'in-flight', 'errors']);
    for (const id of ids) {
      expect(await watched.page.locator(`#${id} svg.plot path`).count()).toBeGreaterThan(0);
      await watched.page.locator(`#${id} details.data > summary`).click();
      expect(await watched.page.locator(`#${id} tbody tr`).first().isVisible()).toBe(true);
    }
    expect(watched.complaints).toEqual([]);
    await watched.close();
  });

  test('names that only an edited result can have are text', async () => {
    const { result } = made.several;
    const scenarios = { [HOSTILE]: result.scenarios.payments!, ['x'.repeat(2_000)]: result.scenarios.audit! };
    const directory = mkdtempSync(join(tmpdir(), 'report-names-'));
    const file = await writeRunHtml(
      directory,
      {
        ...result,
        scenarios,
        run: { ...result.run, profile: HOSTILE },
        verdict: { status: 'GENERATOR_LIMITED' as const, reasons: [HOSTILE, 'x'.repeat(2_000)] },
      },
      null,
    );
    const watched = await open(pathToFileURL(file).href, { viewport: { width: 400, height: 800 } });
    expect(await watched.page.locator('#scenarios tbody bdi').first().textContent()).toBe(
      HOSTILE.replace('\u202e', '\\u202e'),
    );
    expect(await watched.page.locator('script').count()).toBe(1);
    expect(await watched.page.evaluate(() => document.documentElement.scrollWidth)).toBe(400);
    expect(await watched.page.locator('#latency-table .caveat').count()).toBe(3);
    await expectFlawless(watched);
    await watched.close();
  });

  test('all charts show the second that one points at, and its numbers', async () => {
    const { url, result } = made.several;
    const watched = await open(url);
    const { page } = watched;
    const pick = page.locator('#rate .pick');
    await pick.scrollIntoViewIfNeeded();
    const box = (await pick.boundingBox())!;
    const seconds = Number(await page.locator('#rate svg.plot').getAttribute('data-to'));
    await page.mouse.move(box.x + (2.5 * box.width) / seconds, box.y + box.height / 2);
    const { scheduled, acked } = result.series[2]!;
    const tip = await page.locator('#rate .tip > *').allTextContents();
    expect(tip).toEqual(
      expect.arrayContaining(['0:02', `planned, messages: ${scheduled}`, `acknowledged, messages: ${acked}`]),
    );
    const tips = await page.locator('.tip:visible > :first-child').allTextContents();
    expect(tips).toEqual(Array(await page.locator('.pick').count()).fill('0:02'));
    await page.mouse.move(box.x, box.y - 40);
    expect(await page.locator('.tip:visible').count()).toBe(0);
    await watched.close();
  });

  test('dragging zooms all charts over time, and Reset shows all again', async () => {
    const watched = await open(made.several.url);
    const { page } = watched;
    const ticks = () => page.$$eval('#latency g.x > g text', (all) => all.map(({ textContent }) => textContent));
    const viewBoxes = () =>
      page.$$eval('[data-to] .stretch', (all) => [
        ...new Set(all.map((each) => each.getAttribute('viewBox')!.split(' ')[2])),
      ]);
    const before = await ticks();
    await page.locator('#latency .pick').scrollIntoViewIfNeeded();
    const box = (await page.locator('#latency .pick').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 20, { steps: 3 });
    await page.mouse.up();
    const zoomed = await viewBoxes();
    expect(zoomed).toHaveLength(1);
    expect(Number(zoomed[0])).toBeCloseTo(500, -1);
    expect(await ticks()).not.toEqual(before);
    await page.locator('#latency button.reset').click();
    expect(await viewBoxes()).toEqual(['1000']);
    expect(await ticks()).toEqual(before);
    expect(await page.locator('button.reset:visible').count()).toBe(0);
    await watched.close();
  });

  test('the keyboard reaches every control, picks a second, zooms and sorts', async () => {
    const watched = await open(made.several.url);
    const { page } = watched;
    const controls = await page.locator('summary, button:visible, [tabindex="0"]:visible').count();
    const reached = new Set<string>();
    for (let i = 0; i < controls + 5; i++) {
      await page.keyboard.press('Tab');
      reached.add(
        await page.evaluate(() => {
          const all = [...document.querySelectorAll('*')];
          return String(all.indexOf(document.activeElement!));
        }),
      );
    }
    expect(reached.size).toBeGreaterThanOrEqual(controls);
    const pick = page.locator('#rate .pick');
    await pick.focus();
    for (const key of ['Home', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    expect(await pick.getAttribute('aria-valuenow')).toBe('2');
    expect(await pick.getAttribute('aria-valuetext')).toMatch(/^0:02, planned, messages: \d+/);
    await page.keyboard.press('+');
    expect(await page.locator('#rate button.reset').isVisible()).toBe(true);
    await page.keyboard.press('0');
    expect(await page.locator('#rate button.reset').isVisible()).toBe(false);

    const heading = page.locator('#scenarios th', { hasText: 'acked' });
    const acked = () =>
      page.$$eval('#scenarios tbody tr', (rows) => rows.map((row) => Number(row.children[3]!.textContent)));
    await heading.locator('button').press('Enter');
    expect(await heading.getAttribute('aria-sort')).toBe('ascending');
    expect(await acked()).toEqual([150, 600]);
    await heading.locator('button').press('Enter');
    expect(await acked()).toEqual([600, 150]);
    await watched.close();
  });

  test('400 px are enough', async () => {
    for (const { url } of Object.values(made)) {
      const watched = await open(url, { viewport: { width: 400, height: 800 } });
      expect(await watched.page.evaluate(() => document.documentElement.scrollWidth)).toBe(400);
      await watched.close();
    }
  });

  test('printed on A4 no chart is cut', async () => {
    for (const { url } of Object.values(made)) {
      const watched = await open(url);
      const { page } = watched;
      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
      expect(pdf.match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(2);
      // As wide as the paper between its margins: what must stay together fits a page, and nothing is wider.
      await page.setViewportSize({ width: Math.floor(((210 - 28) / 25.4) * 96), height: 900 });
      await page.emulateMedia({ media: 'print' });
      const heightPx = ((297 - 28) / 25.4) * 96;
      const parts = await page.$$eval('figure:not(:has(.multiple)), .multiple', (all) =>
        all.map((each) => ({
          id: each.id,
          height: each.getBoundingClientRect().height,
          stays: getComputedStyle(each).breakInside,
          isWide: each.scrollWidth > document.documentElement.clientWidth,
        })),
      );
      const headings = await page.$$eval('thead button', (all) => all.map((each) => getComputedStyle(each).display));
      expect([...new Set(headings)]).toEqual(['contents']);
      expect(parts.length).toBeGreaterThan(6);
      expect(parts.filter(({ height, stays, isWide }) => height > heightPx || stays !== 'avoid' || isWide)).toEqual([]);
      await watched.close();
    }
  });
});

function expectNear(shown: number, exact: number): void {
  expect(Math.abs(shown - exact)).toBeLessThanOrEqual(Math.max(0.0005, Math.abs(exact) * 0.006));
}

/** axe-core is itself a script: it looks at the page that a browser without scripts shows. */
function withoutScript(url: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'report-bare-')), 'report.html');
  writeFileSync(file, readFileSync(new URL(url), 'utf8').replace(/<script>.*<\/script>/s, ''));
  return pathToFileURL(file).href;
}

async function tableOf({ page }: WatchedPage, id: string): Promise<number[][]> {
  return page.$$eval(`#${id} tbody tr`, (rows) =>
    rows.map((row) => [...row.children].map((cell) => Number(cell.textContent!.replaceAll(',', '')))),
  );
}

async function openDetails({ page }: WatchedPage): Promise<void> {
  await page.$$eval('details', (all) => {
    for (const each of all) each.open = true;
  });
}
