/**
 * `npm run bench:compare`: how long it takes to compare two runs of an hour each, and to read and analyse the 1,000 runs
 * of an experiment, all that is printed of it included, each in a process of its own, start-up included. The results are those of one run with the rows of
 * more seconds and other latencies.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCells } from '../src/compare/run-source.ts';
import { sweepFile } from '../src/compare/sweep-file.ts';
import { EXIT } from '../src/errors.ts';
import { createHistogram, record } from '../src/recorder/histogram.ts';
import { renderSweepAs, SWEEP_FORMATS } from '../src/report/sweep-reports.ts';
import { encodeHistogram } from '../src/result/hdr.ts';
import { summarizePhase } from '../src/result/latency.ts';
import type { Result } from '../src/result/result.ts';
import { run } from '../src/run.ts';
import { median } from '../src/statistics/median.ts';

const TIMES = 5;
const HOUR_SECONDS = 3_600;
/** Cells, rounds, and seconds of a run. */
const EXPERIMENTS = [
  [10, 100, 60],
  [200, 5, 60],
  [10, 100, HOUR_SECONDS],
] as const;

/** A wide latency distribution, shifted: 4,000 buckets of it are used. */
function resultLike(plain: Result, seconds: number, shift: number, id: string): Result {
  const cells = createHistogram();
  for (let us = 200 * shift; us < 5e6; us *= 1.002) record(cells, us, Math.ceil(1e9 / us));
  const { totals } = plain;
  const phase = { totals: { ...totals }, response: cells, service: cells, scheduleLag: cells };
  const histogram = encodeHistogram(cells);
  const series = Array.from({ length: seconds }, (_, second) => ({ ...plain.series[0]!, second }));
  return {
    ...plain,
    run: { ...plain.run, id },
    verdict: { status: 'VALID', reasons: [] },
    latency: summarizePhase(phase),
    histograms: { response: histogram, service: histogram, scheduleLag: histogram },
    series,
  };
}

function writeResult(directory: string, result: Result): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
}

function writeExperiment(directory: string, plain: Result, [cellCount, rounds, seconds]: (typeof EXPERIMENTS)[number]) {
  mkdirSync(directory, { recursive: true });
  const cells = Array.from({ length: cellCount }, (_, i) => ({
    name: `linger.ms=${i}`,
    factors: { 'linger.ms': String(i) },
  }));
  writeFileSync(join(directory, 'experiment.json'), JSON.stringify({ version: 1, id: 'bench', kind: 'sweep', cells }));
  const lines: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const [i, { name }] of cells.entries()) {
      const path = `runs/${String(lines.length + 1).padStart(3, '0')}`;
      const shift = 1 + i * 0.05 + Math.sin(round * 7 + i) * 0.02;
      writeResult(join(directory, path), resultLike(plain, seconds, shift, `${round}-${i}`));
      lines.push(JSON.stringify({ run: lines.length + 1, attempt: 1, round, cell: name, path, exitCode: 0, id: 'x' }));
    }
  }
  writeFileSync(join(directory, 'runs.jsonl'), `${lines.join('\n')}\n`);
}

async function analyse(directory: string): Promise<void> {
  const cells = (await loadCells(directory)).map((set) => ({ name: set.label, factors: set.factors ?? {}, set }));
  const runs = cells.flatMap(({ name, set }) => set.runs.map((record) => ({ cell: name, record })));
  const about = { id: 'bench', kind: 'sweep', name: 'bench', profile: 'quickstart', command: '', seed: 1 } as const;
  const goal = 'response_ms p(99)<5000, then throughput';
  const sweep = sweepFile({ ...about, baseline: cells[0]!.name, goal, startedAt: '' }, cells, runs);
  for (const format of SWEEP_FORMATS) await renderSweepAs(format, sweep, {});
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  console.log(JSON.stringify({ mib: Math.round(maxRSS / 1024), cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }));
}

/** Wall time in seconds of a process, and what it printed. */
function timed(args: readonly string[]): { seconds: number; out: string } {
  const beganMs = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  // One run against one run is too noisy.
  if (status !== EXIT.ok && status !== EXIT.invalidMeasurement) throw new Error(stderr);
  return { seconds: (performance.now() - beganMs) / 1_000, out: stdout };
}

async function measure(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-compare-'));
  try {
    const { result } = await run('quickstart', { overrides: { duration: '2s', bootstrapServers: 'null' }, env: {} });
    writeResult(join(directory, 'a'), resultLike(result, HOUR_SECONDS, 1, 'a'));
    writeResult(join(directory, 'b'), resultLike(result, HOUR_SECONDS, 1.1, 'b'));
    const cli = fileURLToPath(new URL('../src/cli.js', import.meta.url));
    const hours = Array.from({ length: TIMES }, () =>
      timed([cli, 'compare', join(directory, 'a'), join(directory, 'b')]),
    );
    console.log(
      `two runs of an hour: ${median(hours.map(({ seconds }) => seconds)).toFixed(2)} s (median of ${TIMES})`,
    );
    for (const each of EXPERIMENTS) {
      const [cells, rounds, seconds] = each;
      const experiment = join(directory, `experiment-${cells}-${seconds}`);
      writeExperiment(experiment, result, each);
      const { seconds: took, out } = timed([fileURLToPath(import.meta.url), experiment]);
      const { mib, cpuSeconds } = JSON.parse(out) as { mib: number; cpuSeconds: number };
      const what = `${cells * rounds} runs of ${seconds} s in ${cells} cells`;
      console.log(`${what}: ${took.toFixed(2)} s, of CPU ${cpuSeconds.toFixed(2)} s; at most ${mib} MiB`);
      rmSync(experiment, { recursive: true });
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const [experiment] = process.argv.slice(2);
await (experiment === undefined ? measure() : analyse(experiment));
