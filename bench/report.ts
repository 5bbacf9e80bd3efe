/**
 * `npm run bench:report`: how long the page of a run takes to write, how large it is, and how long chromium takes to open
 * it. The results are a real one of a few seconds, made longer.
 */
import { statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { writeRunHtml } from '../src/report/run-html.tsx';
import { run } from '../src/run.ts';
import { median } from '../src/statistics/median.ts';
import { longerResult } from './longer-result.ts';

const ROUNDS = 5;

const CASES = [
  { name: '10 minutes', seconds: 600, writeMsMax: 300, kbMax: 300 },
  { name: '1 hour', seconds: 3_600, writeMsMax: 1_000, kbMax: 1_200, openMsMax: 1_000 },
  { name: '100,000 rows', seconds: 100_000 },
];

const scenario = {
  workload: 'atm',
  executor: 'constant-arrival-rate',
  rate: 1_000,
  duration: '8s',
  warmup: '2s',
};
const profile = {
  version: 1,
  name: 'report',
  scenarios: { payments: { ...scenario, topic: 'payments' }, alerts: { ...scenario, rate: 200, topic: 'alerts' } },
  thresholds: { response_ms: ['p(99)<250'] },
};

const directory = await mkdtemp(join(tmpdir(), 'bench-report-'));
const profileFile = join(directory, 'profile.json');
await writeFile(profileFile, JSON.stringify(profile));
const { result } = await run(profileFile, { env: {} });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
let isOver = false;
for (const { name, seconds, writeMsMax = Infinity, kbMax = Infinity, openMsMax = Infinity } of CASES) {
  const longer = longerResult(result, seconds);
  const [written, opened]: [number[], number[]] = [[], []];
  let kb = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const beganMs = performance.now();
    const file = await writeRunHtml(directory, longer, 'version: 1\n');
    written.push(performance.now() - beganMs);
    kb = statSync(file).size / 1_000;
    const page = await browser.newPage();
    const openedMs = performance.now();
    await page.goto(pathToFileURL(file).href);
    await page.evaluate(() => new Promise(requestAnimationFrame));
    opened.push(performance.now() - openedMs);
    await page.close();
  }
  isOver ||= median(written) > writeMsMax || kb > kbMax || median(opened) > openMsMax;
  const limits = [writeMsMax, kbMax, openMsMax].map((limit) => (limit === Infinity ? '' : ` (limit ${limit})`));
  console.log(
    `${name}: written in ${median(written).toFixed(0)} ms${limits[0]}, ${kb.toFixed(0)} KB${limits[1]}, opened in ${median(opened).toFixed(0)} ms${limits[2]}`,
  );
}
await browser.close();
await rm(directory, { recursive: true });
process.exitCode = isOver ? 1 : 0;
