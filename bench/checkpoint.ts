/**
 * `npm run bench:checkpoint`: what the checkpoint of a run costs, which is made and written once a second: the time on the
 * main thread, and until it is written. Workers have no part in it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpoint } from '../src/observers/checkpoint.ts';
import { Journal } from '../src/observers/journal.ts';
import { plan } from '../src/planning.ts';
import { record } from '../src/recorder/histogram.ts';
import { coarsen } from '../src/recorder/latency-series.ts';
import { RunReader } from '../src/recorder/reader.ts';
import { allocateRunMemory, LATENCY, LOAD, laneHistogram } from '../src/recorder/run-memory.ts';
import { beginningOf } from '../src/result/run-identity.ts';
import { median } from '../src/statistics/median.ts';

const ROUNDS = 300;
const WORKERS = 4;

const planned = await plan('atm', { overrides: { duration: '1h' }, env: {} });
const memory = allocateRunMemory(WORKERS, planned.plan.lanes.length, 3_600);
for (let worker = 0; worker < WORKERS; worker++) {
  for (const latency of Object.values(LATENCY)) {
    const cells = laneHistogram(memory, worker, 0, LOAD, latency);
    for (let us = 100; us < 1e6; us *= 1.01) record(cells, us, 1);
  }
}
const reader = new RunReader(memory);
const directory = await mkdtemp(join(tmpdir(), 'checkpoint-'));
const { loaded, plan: runPlan } = planned;
const context = { loaded, plan: runPlan, isEmbedded: true, command: 'bench', notes: [] };
const start = { startedAt: new Date().toISOString(), startOffsets: [] };
const journal = new Journal({
  directory,
  profileYaml: '',
  beginning: () => beginningOf(context, start),
  warn: (warning) => {
    throw new Error(warning);
  },
});
journal.start({ ...start, plan: planned.plan, reader, isEmbedded: true });
await journal.finish();
const unread = { p90: 1, p999: 1, loopCpuPct: null, clientCpuPct: null, mainCpuPct: null };
const latencies = coarsen(laneHistogram(memory, 0, 0, LOAD, LATENCY.response));
const [made, written]: [number[], number[]] = [[], []];
for (let second = 0; second < ROUNDS; second++) {
  const row = { second, scheduled: 5, sent: 5, acked: 5, failed: 0, p50: 1, p99: 1, max: 1, scheduleLagP99: 1 };
  const beganMs = performance.now();
  const rows = [{ ...row, ...unread, inFlight: 0, cpuPct: 1 }];
  journal.append({ rows, latencies: [latencies] }, checkpoint(planned.plan, reader, (second + 1) * 1e9));
  made.push(performance.now() - beganMs);
  await journal.finish();
  written.push(performance.now() - beganMs);
}
await rm(directory, { recursive: true });
const p99 = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)]!;
for (const [what, values] of Object.entries({ 'on the main thread': made, 'until written': written })) {
  console.log(`${what}: median ${median(values).toFixed(2)} ms, p99 ${p99(values).toFixed(2)} ms a second of the run`);
}
