/** Shards side by side, in a real browser: few with a plot each, many as heat maps. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { writeRunHtml } from '../../dist/src/report/run-html.js';
import type { Result } from '../../src/result/result.ts';
import { isShownAs, valueAt } from '../page/shown-values.ts';
import { FOUR_SHARDS, hundredShards, quietShards, sharded } from '../result/shards.ts';
import { cutInPrint, describeBrowser, expectFlawless } from './browser.ts';

const RESULTS: Readonly<Record<string, Result>> = {
  two: sharded(quietShards(2, { bus: 'directory', clockSkewUs: 0, startLateMs: null })),
  four: sharded(FOUR_SHARDS),
  hundred: sharded(hundredShards()),
};
const urls: Record<string, string> = {};

describeBrowser('shards of a run', ({ open }) => {
  beforeAll(async () => {
    for (const [name, result] of Object.entries(RESULTS)) {
      const directory = mkdtempSync(join(tmpdir(), 'report-shards-'));
      urls[name] = pathToFileURL(await writeRunHtml(directory, result, null)).href;
    }
  });

  test.each(Object.keys(RESULTS))('%s: the numbers are those of the result', async (name) => {
    const watched = await open(urls[name]!, { javaScriptEnabled: false });
    const shown = await watched.page.$$eval('#shards [data-key]', (all) =>
      all.map((each) => [each.getAttribute('data-key')!, each.textContent!] as const),
    );
    expect(shown.length).toBeGreaterThan(6 * RESULTS[name]!.shards!.shards.length);
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
      expect(await watched.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await expectFlawless(watched);
      await watched.close();
    }
  });

  test('of few shards each has its plot, with its own losses and joins marked', async () => {
    const { page, close } = await open(urls.four!);
    expect(await page.locator('#shard-rate .side-by-side h4').allTextContents()).toEqual([
      'shard 0 ',
      'shard 1 lost after 22 s, joined at 31 s',
      'shard 2 ',
      'shard 3 ',
    ]);
    const marks = (plot: number) =>
      page.locator('#shard-rate .side-by-side > div').nth(plot).locator('path.mark').count();
    expect([await marks(0), await marks(1)]).toEqual([0, 2]);
    expect(await page.locator('#rate text.flag').allTextContents()).toEqual([
      'shard lostshard 1 lost: not heard of for 5 s',
      'shard joinedshard 1 joined on node-c',
    ]);
    const pick = page.locator('#shard-lag .pick').nth(2);
    await pick.focus();
    await page.keyboard.press('Home');
    expect(await page.locator('#shard-lag .tip').nth(2).locator('> *').allTextContents()).toEqual([
      '0:00',
      'shard 2, ms: 180',
    ]);
    await close();
  });

  test('of many shards the furthest of each second is named, and the table sorts', async () => {
    const { page, close } = await open(urls.hundred!);
    const row = page.locator('#shard-lag table tbody tr').nth(59);
    expect(await row.locator('td').allTextContents()).toEqual(['59', '0.900', '0', '0.900', '90.5', '17', '1']);
    const sort = page.locator('#shards table.sortable button', { hasText: 'lag p99' });
    await sort.click();
    const first = page.locator('#shards table.sortable tbody tr').first().locator('td').first();
    if ((await first.textContent()) !== '17') await sort.click();
    expect(await first.textContent()).toBe('17');
    await close();
  });

  test('printed on A4 nothing is cut', async () => {
    for (const [name, parts] of [
      ['four', '#shards .side-by-side > div, #shards .wide-table'],
      ['hundred', '#shards figure'],
    ] as const) {
      const watched = await open(urls[name]!);
      expect(await cutInPrint(watched, parts)).toEqual([]);
      await watched.close();
    }
  });
});
