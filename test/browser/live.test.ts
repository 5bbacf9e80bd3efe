/** The live page in a browser: while a run goes on, when its connection breaks, and when it becomes the report. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { loadAssets } from '../../dist/src/web/live-assets.js';
import { type LiveServer, serveLive } from '../../dist/src/web/live-server.js';
import type { LiveEvent, LiveSeconds } from '../../src/page/live/live-event.ts';
import { type Command, killCommands, startCommand, until } from '../integration/command.ts';
import { secondRow } from '../recorder/second-row.ts';
import { describeBrowser, expectFlawless, type WatchedPage } from './browser.ts';

afterAll(killCommands);

let server: LiveServer | undefined;
afterEach(() => server?.close());

async function urlOf(command: Command): Promise<string> {
  await until(() => /live page at \S+\n/.test(command.said.err), command);
  return /live page at (\S+)\n/.exec(command.said.err)![1]!;
}

const directory = () => join(mkdtempSync(join(tmpdir(), 'live-')), 'out');
const CHARTS = 'figure svg.plot';
const chartsOf = ({ page }: WatchedPage) => page.locator(CHARTS).count();

/** What the report has after the page became it, and what its link saves. */
async function expectReport({ page }: WatchedPage, report: string): Promise<string> {
  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save this report' }).press('Enter');
  const file = join(directory(), (await saving).suggestedFilename());
  await (await saving).saveAs(file);
  expect(readFileSync(file, 'utf8')).toBe(report);
  return file;
}

const START = (name: string): LiveEvent => ({
  kind: 'start',
  run: {
    ...{ name, target: 'embedded', load: '10/s', startedAt: '2026-11-21T20:44:54Z', limits: [] },
    phases: { warmup: 0, load: 10 },
  },
});

function seconds(...numbers: readonly number[]): LiveSeconds {
  const rows = numbers.map((second) => secondRow({ second, scheduled: 10, sent: 10, acked: 10, p50: 900, p99: 2_000 }));
  return { kind: 'second', rows, latencies: numbers.map(() => [[60, 10]]) };
}

describeBrowser('the live page', (browser) => {
  test('its charts grow with the run, and at the end it is the report', async () => {
    const out = directory();
    const flags = ['-r', '500', '-t', '6', '--web', '--quiet', '--out', out, '--allow-invalid'];
    const run = startCommand(['run', 'smoke', ...flags]);
    const watched = await browser.open(await urlOf(run));
    const { page } = watched;
    await page.locator('figure#latency svg.plot').waitFor();
    expect(await chartsOf(watched)).toBeGreaterThan(4);
    expect(await page.title()).toBe('smoke, live');
    const rows = () => page.locator('#rate tbody tr').count();
    await page.locator('#rate details.data summary').press('Enter');
    await page.locator('#rate tbody').waitFor();
    const before = await rows();
    await expect.poll(rows, { timeout: 5_000 }).toBeGreaterThan(before);
    expect(await page.getByRole('status').textContent()).toMatch(/Warm-up|Sending|Draining/);
    await expectFlawless(watched);
    await page.getByRole('link', { name: 'Save this report' }).waitFor();
    const { code } = await run.ended;
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(code).toBe(0);
    const file = await expectReport(watched, report);
    expect(await page.title()).toMatch(/^smoke: /);
    expect(await chartsOf(watched)).toBeGreaterThan(4);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
    expect(watched.complaints).toEqual([]);
    expect(basename(file)).toBe('smoke-report.html');
    await watched.close();
    const saved = await browser.open(pathToFileURL(file).href);
    expect(await chartsOf(saved)).toBeGreaterThan(4);
    await saved.close();
  });

  test('a connection that breaks is shown and comes back, also to another run on the same port', async () => {
    server = await serveLive({ port: 0, host: '127.0.0.1' }, loadAssets);
    for (const event of [START('first <b>'), seconds(0, 1, 2)]) server.send(event);
    const { url } = server;
    const { page, close } = await browser.open(url, { viewport: { width: 400, height: 800 } });
    await page.locator(CHARTS).first().waitFor();
    expect(await page.locator('h1').textContent()).toBe('first <b>');
    server.close();
    await expect.poll(() => page.getByRole('status').textContent()).toContain('The connection is lost');
    server = await serveLive({ port: Number(new URL(url).port), host: '127.0.0.1' }, loadAssets);
    for (const event of [START('second'), seconds(0, 1)]) server.send(event);
    await expect.poll(() => page.locator('h1').textContent(), { timeout: 10_000 }).toBe('second');
    expect(await page.locator('#rate summary').last().textContent()).toBe('Data table, 2 rows');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(400);
    await close();
  });

  test('a page of another machine is let in by its address, and does not show the token', async () => {
    server = await serveLive({ port: 0, host: '0.0.0.0' }, loadAssets);
    for (const event of [START('atm'), seconds(0, 1, 2)]) server.send(event);
    const { port, search } = new URL(server.url);
    const url = `http://127.0.0.1:${port}/`;
    const watched = await browser.open(url + search);
    await watched.page.locator(CHARTS).first().waitFor();
    expect(watched.page.url()).toBe(url);
    await watched.page.reload();
    await watched.page.locator(CHARTS).first().waitFor();
    await expectFlawless(watched);
    await watched.close();
    const other = await browser.open(url);
    expect(await other.page.textContent('body')).toContain('the token is missing');
    await other.close();
  });

  test('a sweep shows which cell runs, and at the end its own report', async () => {
    const out = directory();
    const flags = ['--repeat', '1', '-r', '200', '-t', '1', '--web', '--quiet', '--out', out];
    const sweep = startCommand(['sweep', 'atm', '--vary', 'linger.ms=0,5', ...flags]);
    const watched = await browser.open(await urlOf(sweep));
    const { page } = watched;
    const current = page.locator('tr[aria-current] td').first();
    await current.waitFor();
    expect(await current.textContent()).toMatch(/^linger.ms=[05]$/);
    await page.getByText('200/s, 200 messages in 1s, on the embedded cluster').waitFor();
    await expectFlawless(watched);
    await page.getByRole('link', { name: 'Save this report' }).waitFor();
    await sweep.ended;
    await expectReport(watched, readFileSync(join(out, 'report.html'), 'utf8'));
    expect(watched.complaints).toEqual([]);
    await watched.close();
  });
});
