/** The pages of experiments in a real browser: rendered by the built code from experiments with hostile names. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { capacityHtml } from '../../dist/src/report/capacity-html.js';
import { comparisonHtml } from '../../dist/src/report/comparison-html.js';
import { runsHtml } from '../../dist/src/report/runs-html.js';
import { sweepHtml } from '../../dist/src/report/sweep-html.js';
import { resultOf } from '../compare/results.ts';
import { bracketed, cellAt, fileOf, fourCells, SCRIPT, slower } from '../page/experiments.ts';
import { ramp } from '../result/run.ts';
import { cutInPrint, describeBrowser, expectFlawless, openDetails, type WatchedPage } from './browser.ts';

const cells = fourCells();
const sweep = fileOf(cells);
const many = Array.from({ length: 24 }, (_, i) => cellAt(i === 0 ? 'size=10' : `n=${i}`, [1 + i / 50, 1.02 + i / 50]));
const { comparison, sets } = slower();
const search = bracketed();
const runs = [1, 3].map((factor) => ({
  directory: `load-results/${factor === 3 ? SCRIPT : 'monday'}`,
  result: resultOf({ ackedUs: ramp(1_000, 10 * factor) }),
}));

const NAMES = ['sweep', 'many', 'comparison', 'capacity', 'beside'] as const;
const urls = {} as Record<(typeof NAMES)[number], string>;

describeBrowser('pages of experiments', ({ open }) => {
  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'experiment-pages-'));
    mkdirSync(join(directory, 'runs/001'), { recursive: true });
    writeFileSync(join(directory, 'runs/001/report.html'), '<title>run 1</title>');
    const pages = {
      sweep: sweepHtml(sweep, { directory, cells }),
      many: sweepHtml(fileOf(many), { directory, cells: many }),
      comparison: comparisonHtml(comparison, { sets }),
      capacity: await capacityHtml(search, { directory }),
      beside: runsHtml(runs, directory),
    };
    for (const name of NAMES) {
      writeFileSync(join(directory, `${name}.html`), pages[name]);
      urls[name] = pathToFileURL(join(directory, `${name}.html`)).href;
    }
  });

  test.each(NAMES.flatMap((name) => (['light', 'dark'] as const).map((scheme) => [name, scheme] as const)))(
    '%s, %s: accessible, and nothing is loaded',
    async (name, colorScheme) => {
      const watched = await open(urls[name], { colorScheme });
      await openDetails(watched);
      await expectFlawless(watched);
      await watched.close();
    },
  );

  test.each(NAMES)('%s: without JavaScript, on a phone, and on paper', async (name) => {
    const watched = await open(urls[name], { javaScriptEnabled: false, viewport: { width: 400, height: 800 } });
    const { page } = watched;
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(400);
    expect(await page.locator('table').count()).toBeGreaterThan(0);
    const figures = await page.$$eval('figure', (all) =>
      all.map((each) => each.querySelectorAll('path, circle').length),
    );
    expect(figures.length).toBeGreaterThan(0);
    expect(Math.min(...figures)).toBeGreaterThan(0);
    expect(watched.complaints).toEqual([]);
    const whole = name === 'many' ? '.row, .multiple' : 'figure:not(:has(.multiple)), .multiple, .row';
    expect(await cutInPrint(watched, whole)).toEqual([]);
    await watched.close();
  });

  test.each([
    ['sweep', sweep],
    ['comparison', comparison],
    ['capacity', search],
    ['beside', runs.map(({ result }) => result)],
  ] as const)('%s: the numbers are those of the JSON', async (name, json) => {
    const watched = await open(urls[name]);
    const shown = await watched.page.$$eval('[data-key]', (all) =>
      all.map((each) => ({
        key: each.getAttribute('data-key')!,
        text: each.firstChild!.textContent!,
        value: each.getAttribute('data-value'),
      })),
    );
    expect(shown.length).toBeGreaterThan(6);
    for (const { key, text, value } of shown) {
      expect(isShownAs(valueAt(json, key), text, value), `${key}: ${text}`).toBe(true);
    }
    await watched.close();
  });

  test('a table sorts by keyboard, by value and both ways', async () => {
    const watched = await open(urls.sweep);
    const { page } = watched;
    const heading = page.locator('section[aria-label=Runs] th', { hasText: 'p99, ms' });
    const column = await heading.evaluate((each) => [...each.parentElement!.children].indexOf(each));
    const values = () =>
      page.$$eval(
        'section[aria-label=Runs] tbody tr',
        (rows, at) => rows.map((row) => Number(row.children[at]!.getAttribute('data-value'))),
        column,
      );
    const before = await values();
    const ascending = before.toSorted((a, b) => a - b);
    expect(before).not.toEqual(ascending);
    await heading.locator('button').focus();
    await page.keyboard.press('Enter');
    expect(await values()).toEqual(ascending);
    expect(await heading.getAttribute('aria-sort')).toBe('ascending');
    await page.keyboard.press('Enter');
    expect(await values()).toEqual(ascending.toReversed());
    await watched.close();
  });

  test('the keyboard reaches every control', async () => {
    for (const name of NAMES) {
      const watched = await open(urls[name]);
      await expectReachable(watched);
      await watched.close();
    }
  });

  test('a run leads to its own page', async () => {
    const watched = await open(urls.sweep);
    await watched.page.getByRole('link', { name: '001' }).press('Enter');
    expect(await watched.page.title()).toBe('run 1');
    await watched.close();
  });

  test('a word of a table is not broken', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'experiment-words-'));
    const named = [1, 2].map((n) => cellAt(n === 1 ? 'size=10' : 'compression.type=none linger.ms=0', [n, n + 0.02]));
    const file = join(directory, 'report.html');
    writeFileSync(file, sweepHtml(fileOf(named), { directory, cells: named }));
    const watched = await open(pathToFileURL(file).href);
    const broken = await watched.page.$$eval('td.text', (cells) =>
      cells.flatMap((cell) => {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        const found: string[] = [];
        while (texts.nextNode()) {
          const range = document.createRange();
          for (const { 0: word, index } of texts.currentNode.textContent!.matchAll(/\S+/g)) {
            range.setStart(texts.currentNode, index);
            range.setEnd(texts.currentNode, index + word.length);
            if (range.getClientRects().length > 1) found.push(word);
          }
        }
        return found;
      }),
    );
    expect(broken).toEqual([]);
    await watched.close();
  });

  test('names are text', async () => {
    const watched = await open(urls.sweep);
    expect(await watched.page.locator('bdi', { hasText: SCRIPT }).first().textContent()).toContain(SCRIPT);
    expect(await watched.page.locator('script').count()).toBe(1);
    await watched.close();
  });
});

async function expectReachable({ page }: WatchedPage): Promise<void> {
  const controls = await page.locator('summary:visible, button:visible, a:visible, [tabindex="0"]:visible').count();
  const reached = new Set<number>();
  for (let i = 0; i < controls + 5; i++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => [...document.querySelectorAll('*')].indexOf(document.activeElement!)));
  }
  expect(reached.size).toBeGreaterThanOrEqual(controls);
}

/** A figure is rounded in the text, and exact in `data-value`. */
function isShownAs(of: unknown, text: string, value: string | null): boolean {
  const json = of !== null && typeof of === 'object' && 'median' in of ? of.median : of;
  if (json === null) return text === '–';
  if (typeof json === 'string') {
    const start = json.slice(0, 10);
    return text.includes(start) || text.includes(start.replaceAll('-', ' '));
  }
  const exact = typeof json === 'object' ? (json as { atLeast: number }).atLeast : (json as number);
  if ((typeof json === 'object') !== text.startsWith('> ')) return false;
  if (value !== null && Number(value) !== exact) return false;
  const shown = Number(/[-+\d.,]+/.exec(text)![0].replaceAll(',', ''));
  const isNear = (number: number) => Math.abs(shown - number) <= Math.max(Math.abs(number) * 0.006, 0.006);
  return isNear(exact) || isNear(exact / 1_000);
}

/** Names may have dots. */
function valueAt(value: unknown, key: string): unknown {
  if (key === '') return value;
  const name = Object.keys(value as object)
    .filter((each) => key === each || key.startsWith(`${each}.`))
    .toSorted((a, b) => b.length - a.length)[0];
  if (name === undefined) throw new Error(`there is no ${key}`);
  return valueAt((value as Record<string, unknown>)[name], key.slice(name.length + 1));
}
