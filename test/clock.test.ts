import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { createClock, monotonicMs } from '../src/clock.ts';

test('the epoch is zero, and time runs in nanoseconds', () => {
  const epochMs = monotonicMs();
  const clock = createClock(epochMs);
  const first = clock();
  const elapsedNs = (monotonicMs() - epochMs) * 1e6;
  expect(first).toBeGreaterThanOrEqual(0);
  expect(first).toBeLessThanOrEqual(elapsedNs + 1e6);
  expect(clock()).toBeGreaterThanOrEqual(first);
});

test('a thread that started later reads the same time, though performance.now() counts from its own start', async () => {
  const epochMs = monotonicMs();
  const clock = createClock(epochMs);
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     parentPort.on('message', () => {
       const [s, ns] = process.hrtime();
       parentPort.postMessage({ performanceMs: performance.now(), monotonicMs: s * 1e3 + ns / 1e6 });
     });`,
    { eval: true },
  );
  const reply = new Promise<{ performanceMs: number; monotonicMs: number }>((resolve) => worker.on('message', resolve));
  const beforeNs = clock();
  worker.postMessage('go');
  const there = await reply;
  const afterNs = clock();
  await worker.terminate();
  // The other thread's moment lies between ours; its own performance.now() would not.
  const thereNs = (there.monotonicMs - epochMs) * 1e6;
  expect(thereNs).toBeGreaterThanOrEqual(beforeNs - 1e5);
  expect(thereNs).toBeLessThanOrEqual(afterNs + 1e5);
});
