/**
 * What an experiment adds to its runs: `npm run bench:sweep [RUNS]`. Start-up of a run is the time from its process to
 * its first second; after its drain it waits up to a second for librdkafka's last statistics, and ends. Overhead is the time of the experiment outside of its runs and pauses.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweep } from '../src/experiments/sweep.ts';
import { median } from '../src/statistics/median.ts';

const SECONDS = 5;
const OVERHEAD_PCT_MAX = 3;
const START_MS_MAX = 1_500;

const rounds = Number(process.argv[2] ?? 5);
const directory = mkdtempSync(join(tmpdir(), 'bench-sweep-'));
try {
  let burnInMs = 0;
  const startMs = performance.now();
  const report = await sweep('bytes', {
    vary: { size: [100, 1_000] },
    repeat: rounds,
    out: join(directory, 'x'),
    overrides: { bootstrapServers: 'embedded', rate: 1_000, duration: `${SECONDS}s` },
    onRun: () => {
      burnInMs ||= performance.now() - startMs;
    },
  });
  const wholeMs = performance.now() - startMs - burnInMs;
  const lines = readFileSync(join(report.directory, 'runs.jsonl'), 'utf8').trim().split('\n');
  const runs = lines.map((line) => JSON.parse(line) as { wallMs: number; path: string; startedAt: string });
  const inRunsMs = runs.reduce((sum, { wallMs }) => sum + wallMs, 0);
  const around = runs.map(({ wallMs, path, startedAt }) => {
    const { run, phases } = JSON.parse(readFileSync(join(report.directory, path, 'result.json'), 'utf8'));
    const startMs = Date.parse(run.startedAt) - Date.parse(startedAt);
    return { startMs, endMs: wallMs - startMs - 1_000 * (phases.warmup + phases.load + phases.drain) };
  });
  const overheadPct = (100 * (wholeMs - inRunsMs)) / inRunsMs;
  const start = median(around.map(({ startMs }) => startMs));
  console.log(`${runs.length} runs of ${SECONDS} s on the embedded cluster`);
  const startMaxMs = Math.max(...around.map(({ startMs }) => startMs));
  console.log(`start-up: ${start.toFixed(0)} ms (median; max ${startMaxMs.toFixed(0)} ms), at most ${START_MS_MAX}`);
  console.log(`after the drain: ${median(around.map(({ endMs }) => endMs)).toFixed(0)} ms (median)`);
  console.log(
    `between runs: ${((wholeMs - inRunsMs) / runs.length).toFixed(0)} ms, ${overheadPct.toFixed(2)} % of the runs, at most ${OVERHEAD_PCT_MAX} %`,
  );
  if (overheadPct > OVERHEAD_PCT_MAX || start > START_MS_MAX) process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
