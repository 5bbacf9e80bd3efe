/** The ATM deployments' own settings and arguments, as processes against an embedded cluster in place of the pods. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atm } from '../deploy/kubectl.ts';
import { parseManifests, readManifests } from '../deploy/manifests.ts';
import { parseExposition, sumOf } from '../report/exposition.ts';
import { type Command, killCommands, metricsUrlOf, startCluster, startCommand, until } from './command.ts';

afterAll(killCommands);

let servers: string;
beforeAll(async () => {
  servers = await startCluster('atm-transactions:12');
});

/** The container of a deployment as a process: its arguments and environment, its settings at a place of their own. */
function pod(name: 'producer' | 'consumer', settings?: string) {
  const [configMap, deployment] = readManifests(`atm-${name}.yaml`);
  const [container] = deployment!.spec.template.spec.containers;
  const { mountPath } = container.volumeMounts[0];
  const mounted = join(mkdtempSync(join(tmpdir(), 'settings-')), 'etc');
  mkdirSync(mounted);
  writeFileSync(join(mounted, `${name}.yaml`), settings ?? configMap!.data[`${name}.yaml`]);
  const args: string[] = container.args.map((word: string) => word.replace(mountPath, mounted));
  // A free port: the pod has its own address, this machine is shared.
  args[args.indexOf('--metrics-port') + 1] = '0';
  const [{ name: variable }] = container.env;
  const cwd = mkdtempSync(join(tmpdir(), 'data-'));
  return startCommand(args, { [variable]: servers }, { cwd });
}

async function endpointOf(command: Command): Promise<string> {
  return (await metricsUrlOf(command)).replace('0.0.0.0', '127.0.0.1');
}

async function sent(url: string): Promise<number> {
  const families = parseExposition(await (await fetch(url)).text());
  return families.has('kafka_load_messages_acked_total') ? sumOf(families, 'kafka_load_messages_acked_total') : 0;
}

test('the producer sends five a second, the consumer prints them; both end when they are asked to', async () => {
  const producer = pod('producer');
  const consumer = pod('consumer');
  const url = await endpointOf(producer);
  await until(async () => (await sent(url)) >= 10, producer);
  await until(() => consumer.said.out.split('\n').length > 10, consumer);
  const health = await fetch(url.replace('/metrics', '/healthz'));
  expect(health.status).toBe(200);
  expect(consumer.said.out).toMatch(/ atm-transactions\[\d+\]@\d+ ATM-\d{4} \{"transaction_id":/);
  expect(consumer.said.err).toContain('as group atm-consumer');
  for (const { child } of [producer, consumer]) child.kill('SIGTERM');
  const end = await producer.ended;
  expect(end.code, end.err).toBe(143);
  expect(end.out).toContain('5/s');
  expect((await consumer.ended).code).toBe(143);
});

test('a time to live: what atm.sh writes sends exactly that, stays without sending more, and ends when it is asked to', async () => {
  const { calls } = await atm(['start', '-r', '50', '-b', '-t', '2s', '--detach'], {
    settings: readManifests('atm-producer.yaml')[0]!.data['producer.yaml'],
  });
  const [configMap] = parseManifests(calls.find(({ stdin }) => stdin !== '')!.stdin);
  const producer = pod('producer', configMap!.data['producer.yaml']);
  const url = await endpointOf(producer);
  await until(() => producer.said.err.includes('the metrics stay for 2400h, or until a signal'), producer);
  await until(() => producer.said.out.includes('Results'), producer);
  expect(producer.said.out).toContain('100 sent = 100 acked');
  expect(await sent(url)).toBe(100);
  producer.child.kill('SIGTERM');
  // The run's own code and not the signal's: whether this machine kept the schedule is not looked at here.
  expect([0, 3]).toContain((await producer.ended).code);
});
