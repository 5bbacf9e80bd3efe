// The pictures of README and docs, from real runs on the embedded cluster: `npm run build && node scripts/docs-images.mjs`.
// Takes about seven minutes on an idle machine.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = dirname(import.meta.dirname);
const images = join(root, 'docs/images');
const cli = join(root, 'dist/src/cli.js');

const PROFILE = `
version: 1
name: checkout
embedded: { rtt: 4ms }
producer: { linger.ms: 5, compression.type: lz4 }
scenarios:
  orders:
    workload: ecommerce
    topic: orders
    executor: ramping-arrival-rate
    timeUnit: 1s
    startRate: 2000
    stages: [{ target: 12000, duration: 30s }, { target: 12000, duration: 20s }, { target: 3000, duration: 20s }]
    warmup: 5s
  clicks:
    workload: web-events
    topic: clicks
    executor: sine
    mean: 4000
    amplitude: 3000
    period: 25s
    duration: 70s
thresholds:
  response_ms: ["p(99)<60"]
  failed: ["rate<0.001"]
`;

const width = 1120;

async function main() {
  mkdirSync(images, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'docs-images-'));
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    writeFileSync(join(folder, 'checkout.yaml'), PROFILE);
    await livePage(browser, folder);
    const report = pathToFileURL(join(folder, 'run/report.html')).href;
    await picture(browser, report, 'report.png', { first: '#verdict', last: '#latency', headPx: 90 });
    await picture(browser, report, 'heatmap.png', { first: '#heatmap', last: '#percentiles', headPx: 10 });
    load(folder, ['sweep', 'compression', '--repeat', '3', '--out', 'sweep', '--quiet']);
    await picture(browser, pathToFileURL(join(folder, 'sweep/report.html')).href, 'sweep.png');
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

/** A run that is watched half-way; its report is what the other pictures are of. */
async function livePage(browser, folder) {
  const child = spawn(process.execPath, [cli, 'run', 'checkout.yaml', '--web', '--out', 'run', '--quiet'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const address = await new Promise((resolve) => {
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
      const found = /live page at (\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const page = await browser.newPage({ viewport: { width, height: 1000 }, colorScheme: 'dark' });
  await page.goto(address);
  await page.waitForTimeout(42_000);
  await page.screenshot({ path: join(images, 'live.png') });
  await page.close();
  await ended;
}

function load(cwd, args) {
  const { stderr } = spawnSync(process.execPath, [cli, ...args], { cwd, encoding: 'utf8' });
  if (stderr !== '') process.stderr.write(stderr);
}

/** From `headPx` above the first to the end of the last element; without them the first screen. */
async function picture(browser, url, name, part) {
  const page = await browser.newPage({ viewport: { width, height: 1250 }, colorScheme: 'light' });
  await page.goto(url);
  let clip;
  if (part !== undefined) {
    const [first, last] = await Promise.all([part.first, part.last].map((each) => page.locator(each).boundingBox()));
    const y = Math.max(0, first.y - part.headPx);
    clip = { x: 0, y, width, height: last.y + last.height + 10 - y };
  }
  await page.screenshot({ path: join(images, name), ...(clip && { clip, fullPage: true }) });
  await page.close();
}

await main();
