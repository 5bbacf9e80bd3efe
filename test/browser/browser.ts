/** A real browser for the pages: Debian's chromium, which the tests' set-up installs. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { describeServices } from '../services/describe-services.ts';
import { findProgram } from '../services/service.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a test is given: pages of one browser, each with what went wrong in it. */
export interface TestBrowser {
  /** @param options of a page without JavaScript, of a phone, … */
  open(url: string, options?: BrowserContextOptions): Promise<WatchedPage>;
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of its console, errors of its script, requests that left the file or server. */
  readonly complaints: string[];
  /** Rules of axe-core that it breaks, with the places. */
  violations(): Promise<string[]>;
  close(): Promise<void>;
}

/** @param tests are skipped loudly where there is no browser; with REQUIRE_SERVICES=1 that is an error. */
export function describeBrowser(name: string, tests: (browser: TestBrowser) => void): void {
  describeServices(name, ['chromium'], () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: findProgram('chromium')!, args: ['--no-sandbox'] });
    });
    afterAll(() => browser.close());
    tests({ open: (url, options) => openPage(browser, url, options) });
  });
}

async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(new URL('.', url).href) || /^(data|blob):/.test(request.url());
    if (!isOwn) complaints.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  return {
    page,
    complaints,
    violations: async () => {
      await page.evaluate(AXE);
      const found = await page.evaluate(async () => {
        // biome-ignore lint/suspicious/noExplicitAny: the script that was just added
        const { violations } = await (globalThis as any).axe.run();
        return violations as { id: string; nodes: { target: string[] }[] }[];
      });
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    },
    close: () => context.close(),
  };
}

/** Neither broken rules of accessibility nor errors. */
export async function expectFlawless(watched: WatchedPage): Promise<void> {
  expect(await watched.violations()).toEqual([]);
  expect(watched.complaints).toEqual([]);
}

export async function openDetails({ page }: WatchedPage): Promise<void> {
  await page.$$eval('details', (all) => {
    for (const each of all) each.open = true;
  });
}

/** mm of A4 between the margins of a page, in px. */
const [PRINT_WIDTH, PRINT_HEIGHT] = [210 - 28, 297 - 28].map((mm) => Math.floor((mm / 25.4) * 96)) as [number, number];

/** What a page break or the edge of the paper cuts, of the parts that must stay whole. */
export async function cutInPrint({ page }: WatchedPage, parts: string): Promise<string[]> {
  await page.setViewportSize({ width: PRINT_WIDTH, height: PRINT_HEIGHT });
  await page.emulateMedia({ media: 'print' });
  return page.$$eval(
    parts,
    (all, height) =>
      all
        .filter(
          (each) =>
            each.getBoundingClientRect().height > height ||
            getComputedStyle(each).breakInside !== 'avoid' ||
            each.getBoundingClientRect().right > document.documentElement.clientWidth + 1,
        )
        .map((each) => each.id || each.className),
    PRINT_HEIGHT,
  );
}
