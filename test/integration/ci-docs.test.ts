/** The commands of docs/ci.md, as they stand there, on shorter runs: baseline, GitHub workflow, GitLab job. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../src/errors.ts';

const page = readFileSync('docs/ci.md', 'utf8');
const CLI = resolve('dist/src/cli.js');
/** On a busy machine a run may not count, and all of a set may not. */
const ATTEMPTS = 4;

let folder: string;

function yamlOf(name: string): string {
  return new RegExp(`\`\`\`yaml\n# ${name.replaceAll('.', '[.]')}\n([\\s\\S]*?)\`\`\``).exec(page)![1]!;
}

/** Fewer and shorter runs of the same commands. */
function shortened(text: string): string {
  return text
    .replaceAll('--repeat 8', '--repeat 3')
    .replace('rate: 500', 'rate: 100')
    .replace('duration: 60s', 'duration: 2s')
    .replace('warmup: 10s', 'warmup: 500ms');
}

function sh(command: string): number | null {
  const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, PULL_REQUEST: '7', HOME: folder };
  const { status, stderr, stdout } = spawnSync('bash', ['-e', '-c', shortened(command)], {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) console.log(`${command}\n${stdout}${stderr}`);
  return status;
}

function program(name: string, script: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/bash\n${script}\n`);
  chmodSync(file, 0o755);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ci-docs-'));
  spawnSync('mkdir', [join(folder, 'bin')]);
  program('load', `exec '${process.execPath}' '${CLI}' "$@"`);
  program('npx', 'exec "$@"');
  program('npm', 'exit 0');
  program('gh', 'shift $(($# - 1)); cp "$1" comment.md');
  writeFileSync(join(folder, 'perf.yaml'), shortened(yamlOf('perf.yaml')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const comparison = () => JSON.parse(readFileSync(join(folder, 'load-results/comparison/comparison.json'), 'utf8'));

function baselineRuns(): number {
  const file = join(folder, 'perf-baseline.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).runs.length : 0;
}

test('the baseline is made', () => {
  const commands = [...page.matchAll(/^\$ (npx load .*)$/gm)].map(([, command]) => command!);
  expect(commands).toHaveLength(3);
  const [measure, save, show] = commands;
  for (let attempt = 1; attempt <= ATTEMPTS && baselineRuns() === 0; attempt++) {
    rmSync(join(folder, 'load-results'), { recursive: true, force: true });
    sh(measure!);
    sh(save!);
  }
  expect(sh(show!)).toBe(EXIT.ok);
  expect(baselineRuns()).toBeGreaterThan(0);
});

test("the GitHub workflow's commands measure, compare and comment", () => {
  const { jobs } = parse(yamlOf('.github/workflows/load-test.yml')) as {
    jobs: Record<string, { steps: readonly { name?: string; run?: string }[] }>;
  };
  const steps = Object.values(jobs).flatMap(({ steps: all }) => all.filter(({ run }) => run !== undefined));
  expect(steps.map(({ name }) => name)).toEqual([undefined, undefined, 'Measure', 'Compare', 'Comment']);
  const [install, setUp, measured, compared, commented] = steps.map(({ run }) => sh(run!));
  const { exitCode, gates, other } = comparison();
  const judged = other.runs === 0 ? [] : ['response_ms p(99) +10%', 'throughput -5%'];
  expect(gates.map(({ gate }: { gate: string }) => gate)).toEqual(judged);
  expect(compared).toBe(exitCode);
  const possible = other.runs === 0 ? [] : [EXIT.ok, EXIT.thresholdFailed];
  expect([EXIT.invalidMeasurement, ...possible]).toContain(exitCode);
  expect([install, setUp, commented]).toEqual([EXIT.ok, EXIT.ok, EXIT.ok]);
  // 3 where every run is invalid.
  expect([EXIT.ok, EXIT.invalidMeasurement]).toContain(measured);
  expect(readFileSync(join(folder, 'comment.md'), 'utf8')).toMatch(/^### Load test: /);
});

test("the GitLab job's commands leave a JUnit report", () => {
  const { 'load-test': job } = parse(yamlOf('.gitlab-ci.yml')) as {
    'load-test': { script: readonly string[]; artifacts: { reports: { junit: string } } };
  };
  rmSync(join(folder, 'load-results'), { recursive: true });
  const codes = job.script.map(sh);
  expect(codes.slice(0, -1)).toEqual([EXIT.ok, EXIT.ok, EXIT.ok]);
  expect(codes.at(-1)).toBe(comparison().exitCode);
  const junit = readFileSync(join(folder, job.artifacts.reports.junit), 'utf8');
  const cases = comparison().other.runs === 0 ? 'comparable' : 'response_ms p(99) +10%';
  expect(junit).toContain(`<testcase classname="load.compare" name="${cases}"`);
});
