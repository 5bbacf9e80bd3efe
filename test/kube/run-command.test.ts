import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runProgram } from '../../src/commands/program.ts';
import { resultJson } from '../../src/report/result-json.ts';
import { type FakeTerminal, fakeTerminal } from '../commands/fake-terminal.ts';
import { sharded } from '../result/shards.ts';
import { FakeCluster, NAMESPACE } from './fake-cluster.ts';

let cluster: FakeCluster;
let directory: string;
let terminal: FakeTerminal;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kube-run-'));
  cluster = new FakeCluster();
  cluster.onStart = () => {
    cluster.setPod('load-night-0-a', 0, 'running');
    cluster.setPod('load-night-1-a', 1, 'running');
  };
  const server = await cluster.start();
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'here' },
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: NAMESPACE } }],
  };
  vi.stubEnv('KUBECONFIG', join(directory, 'config'));
  writeFileSync(join(directory, 'config'), JSON.stringify(config));
  terminal = fakeTerminal();
});
afterEach(() => {
  vi.unstubAllEnvs();
  cluster.close();
  rmSync(directory, { recursive: true });
});

const out = () => join(directory, 'out');
const load = (...args: string[]) =>
  runProgram(
    [
      'kube',
      'run',
      'atm',
      '--shards',
      '2',
      '--run',
      'night',
      '--bootstrap-servers',
      'kafka:9092',
      '--out',
      out(),
      ...args,
    ],
    terminal,
    { name: 'load', version: '9.9.9' },
  );
const said = (text: string) => expect.poll(() => terminal.err(), { timeout: 20_000, interval: 10 }).toContain(text);

function end(exitCode: number): void {
  const log = cluster.log('load-night-0-a');
  const files = { 'result.json': resultJson(sharded()), 'profile.yaml': 'name: atm\n' };
  for (const [name, text] of Object.entries(files)) {
    log.event(9, { event: 'file', name, gzip: gzipSync(text).toString('base64') });
  }
  log.event(9, { event: 'end', exitCode });
  log.end();
}

test('its summary, files and exit code are those of the run, and nothing stays in the cluster', async () => {
  const running = load();
  cluster.log('load-night-0-a').event(1, { event: 'warning', text: 'the bus is the cluster under test' });
  end(99);
  expect(await running).toBe(99);
  const result = sharded();
  expect(terminal.out()).toContain(`${result.verdict.status}  `);
  expect(terminal.out()).toContain(join(out(), 'report.html'));
  expect(terminal.err()).toContain(`load-night: 2 pods in namespace load of http://127.0.0.1:`);
  expect(terminal.err()).toContain('warning: the bus is the cluster under test');
  expect(readdirSync(out()).sort()).toEqual(['profile.yaml', 'report.html', 'result.json', 'series.csv']);
  expect(readFileSync(join(out(), 'result.json'), 'utf8')).toBe(resultJson(result));
  expect(cluster.names).toEqual([]);
});

test('--keep leaves the Job, and --format json prints the result alone', async () => {
  const running = load('--keep', '--format', 'json');
  end(0);
  expect(await running).toBe(0);
  expect(JSON.parse(terminal.out())).toEqual(JSON.parse(resultJson(sharded())));
  expect(cluster.names).toContain('jobs/load-night');
});

test('Ctrl-C: the partial result, then everything is removed', async () => {
  cluster.onDeletePod = (name) => {
    if (cluster.log(name).opened > 0 && !cluster.changes.includes('DELETE jobs/load-night')) end(143);
    else cluster.removePod(name);
  };
  const running = load('--keep');
  cluster.log('load-night-0-a').event(1, { event: 'warning', text: 'sends' });
  await said('sends');
  await terminal.interrupt('SIGINT');
  expect(await running).toBe(130);
  expect(readdirSync(out())).toContain('result.json');
  expect(cluster.object('jobs/load-night')).toBeUndefined();
});

test('a second Ctrl-C: everything is removed at once, without a result', async () => {
  const running = load();
  cluster.log('load-night-0-a').event(1, { event: 'warning', text: 'sends' });
  await said('sends');
  // The pod takes its time.
  cluster.onDeletePod = () => {};
  await terminal.interrupt('SIGTERM');
  cluster.onDeletePod = (name) => cluster.removePod(name);
  terminal.hurry();
  expect(await running).toBe(143);
  expect(terminal.err()).toContain('error: the run was removed before it had a result\n');
  expect(existsSync(out())).toBe(false);
  expect(cluster.names).toEqual([]);
});

test('a shard that fails is the error, with its exit code', async () => {
  const running = load();
  await said('2 pods');
  const log = cluster.log('load-night-0-a');
  log.write(1, 'error: no such topic', '  create it');
  log.end();
  cluster.setPod('load-night-0-a', 0, { exitCode: 2 });
  const message =
    'Container shard for pod load/load-night-0-a failed with exit code 2 matching FailJob rule at index 1';
  cluster.setConditions('jobs/load-night', { type: 'Failed', status: 'True', message });
  expect(await running).toBe(2);
  expect(terminal.err()).toContain(`error: the Job failed: ${message}\n  error: no such topic\n    create it\n`);
  expect(existsSync(out())).toBe(false);
  expect(cluster.names).toEqual([]);
});

test('no cluster, or none of that name, is one error', async () => {
  expect(await load('--context', 'there')).toBe(1);
  expect(terminal.err()).toContain('error: there is no context `there` in the kubeconfig\n  --context: one of here\n');
  cluster.close();
  terminal = fakeTerminal();
  expect(await load()).toBe(1);
  expect(terminal.err()).toMatch(/error: the cluster at http:\S+ cannot be reached: connect ECONNREFUSED/);
});
