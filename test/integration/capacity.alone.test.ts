/** Searches for the capacity of brokers and generators that have a known one. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { capacity } from '../../dist/src/index.js';
import { killCommands, startCommand, until } from './command.ts';
import { profileFile } from './profile-file.ts';

afterAll(killCommands);

const LIMIT = 2_000;
const limited = () =>
  profileFile(
    { executor: 'constant-arrival-rate', rate: 1, duration: '1m' },
    { kafka: { 'bootstrap.servers': 'null' }, nullTransport: { latencyMs: 1, maxAcksPerSec: LIMIT }, workers: 1 },
  );
const folder = () => mkdtempSync(join(tmpdir(), 'capacity-'));

test('a limited broker is bracketed; an interrupted search goes on, and is not another one', async () => {
  const [profile, out] = [limited(), join(folder(), 'search')];
  const slo = ['--slo', 'failed<0.01'];
  const flags = ['--from', '1600', '--to', '2400', '--tolerance', '50%', '--hold', '5s', '--repeat', '1', '--out', out];
  const args = ['capacity', profile, ...slo, ...flags];
  const first = startCommand(args);
  await until(() => first.said.err.includes('1,600/s held'), first);
  await until(() => first.said.err.includes('step 2 '), first);
  first.child.kill('SIGINT');
  const { code, out: said } = await first.ended;
  expect(said).toMatch(/^UNFINISHED: 1,600\/s held/);
  expect(code).toBe(130);

  expect((await startCommand(args).ended).err).toContain('an experiment is there already');
  const other = await startCommand([...args, '--slo', 'response_ms p(99)<9', '--resume']).ended;
  expect(other.code).toBe(2);

  const second = await startCommand([...args, '--resume', '--format', 'json']).ended;
  const result = JSON.parse(second.out);
  expect(result).toMatchObject({ finished: true, limit: 'broker', bracket: { low: 1600, high: 2400 } });
  expect(result.confirmations).toMatchObject({ held: 1, asked: 1 });
  expect(result.limitReason).toMatch(/(backlog|not acknowledged) grew/);
  expect(result.steps[0].path).toBe('runs/001');
  // Only from the first step on: the one that held is not made again.
  expect(second.err).not.toContain('(doubling): 5s, 8,000');
  expect(second.code).toBe(0);
  expect(readFileSync(join(out, 'runs.csv'), 'utf8').trim().split('\n')).toHaveLength(1 + result.steps.length);
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  expect(page).toContain('Between 1,600/s, which held, and 2,400/s, which failed');
  const report = await startCommand(['report', out]).ended;
  expect([report.code, report.out]).toEqual([0, expect.stringMatching(/^BETWEEN 1,600\/s/)]);
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toBe(page);
});

test('a slowed generator answers that this machine is the limit', async () => {
  const module = join(folder(), 'slow.ts');
  const schema = "{ type: 'record', name: 'R', fields: [{ name: 'n', type: 'int' }] }";
  const wait = 'const end = performance.now() + 2; while (performance.now() < end);';
  writeFileSync(
    module,
    `import { defineWorkload } from 'kafka-load-engine';\nexport default defineWorkload({ schema: ${schema}, value: () => { ${wait} return { n: 1 }; } });\n`,
  );
  const scenario = { workload: module, topic: 't', executor: 'constant-arrival-rate', rate: 1, duration: '1m' };
  const profile = profileFile(
    {},
    {
      kafka: { 'bootstrap.servers': 'null' },
      workers: 1,
      scenarios: { slow: { ...scenario, payload: { mode: 'fresh' } } },
    },
  );
  const options = {
    from: '100/s',
    to: '6400/s',
    tolerance: '100%',
    repeat: 0,
    hold: '5s',
    out: join(folder(), 'search'),
  };
  const { result, exitCode } = await capacity(profile, { ...options, env: process.env });
  expect(result).toMatchObject({ limit: 'generator', bracket: { high: null } });
  expect(result.bracket.low).toBeGreaterThanOrEqual(100);
  expect(result.bracket.low).toBeLessThan(500);
  expect(result.limitReason).toMatch(/loop of worker 0|this machine/);
  expect(exitCode).toBe(3);
});
