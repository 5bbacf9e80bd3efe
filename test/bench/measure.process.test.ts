import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measureProcess, PEAK_EVERY_MS } from '../../bench/peers/measure.ts';

test('CPU time and peak memory of a process are those it reports of itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'measured-'));
  const [worked, mayEnd] = [join(folder, 'worked'), join(folder, 'may-end')];
  const work = `
    const { existsSync, writeFileSync } = require('node:fs');
    const held = Buffer.alloc(100 << 20, 1);
    while (process.cpuUsage().user < 300_000);
    writeFileSync('${worked}', '');
    const timer = setInterval(() => {
      if (!existsSync('${mayEnd}')) return;
      clearInterval(timer);
      const { user, system } = process.cpuUsage();
      console.log(JSON.stringify([(user + system) / 1e6, process.resourceUsage().maxRSS * 1024, held.length]));
    }, 20)`;
  // It stays until its peak was surely read: the same timer has run twice since.
  let seen = 0;
  const timer = setInterval(() => {
    if (existsSync(worked)) seen += 1;
    if (seen === 3) writeFileSync(mayEnd, '');
  }, PEAK_EVERY_MS);
  const measured = measureProcess({ program: process.execPath, args: ['-e', work] });
  const run = await measured.finally(() => clearInterval(timer));
  const [cpuSeconds, peakRssBytes] = JSON.parse(run.stdout) as [number, number];
  expect(run.cpuSeconds).toBeGreaterThanOrEqual(cpuSeconds - 0.01);
  expect(run.cpuSeconds).toBeLessThan(cpuSeconds + 0.3); // its exit comes on top
  if (process.platform !== 'linux') return;
  expect(run.peakRssBytes! / peakRssBytes).toBeGreaterThan(0.95);
  expect(run.peakRssBytes! / peakRssBytes).toBeLessThan(1.05);
});

test('a process that fails is an error with what it said', async () => {
  const failing = { program: process.execPath, args: ['-e', 'console.error("no broker"); process.exit(3)'] };
  await expect(measureProcess(failing)).rejects.toThrow(/ended with 3:\nno broker/);
});
