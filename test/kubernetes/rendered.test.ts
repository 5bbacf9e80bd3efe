/** What `load kube render` prints, as Kubernetes itself takes it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { killCommands, startCommand } from '../integration/command.ts';
import type { KubernetesObject } from './api-client.ts';
import { describeKubernetes } from './describe-kubernetes.ts';
import { kubeconform } from './kubeconform.ts';
import { BATCH, type Namespace, openNamespace } from './namespace.ts';

const PLAIN = ['quickstart', '--shards=4', '--bootstrap-servers=kafka:9092'];

const PROFILE = `
version: 1
name: full
kafka:
  bootstrap.servers: kafka:9092
  security.protocol: SASL_PLAINTEXT
  sasl.mechanism: PLAIN
  sasl.username: load
  sasl.password: \${SASL_PASSWORD}
scenarios:
  s: { workload: bytes, executor: constant-arrival-rate, rate: 1000, duration: 10m }
`;

/** Whatever changes the manifests. */
const FULL = [
  ...['--shards=100', '--run=full', '--image=registry.test/load:1', '--pull-secret=registry', '--secret=kafka'],
  ...['--cpu=500m', '--memory=512Mi', '--secret-mount=keys:/etc/keys', '--queue=batch', '--ttl-after-finished=1d'],
  ...['--node-selector=disk=fast', '--tolerate=load=only:NoSchedule', '--tolerate=spot', '--bus-servers=bus:9092'],
  ...['--shard-wait=10m', '--wait-for-broker=1m', '--topic-suffix=-a', '--allow-invalid', '--log-level=debug'],
];

/** JSON is YAML. */
const APPLY_PATCH = 'application/apply-patch+yaml';

afterAll(killCommands);

const manifestsIn = (text: string): KubernetesObject[] =>
  parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);

function profile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'profile-')), 'full.yaml');
  writeFileSync(file, text);
  return file;
}

describeKubernetes('what `load kube render` prints', (kubernetes, programs) => {
  let namespace: Namespace;

  const pathOf = ({ kind }: KubernetesObject) =>
    kind === 'Job' ? namespace.path('jobs', BATCH) : namespace.path('configmaps');

  beforeEach(async () => {
    namespace = await openNamespace(kubernetes.admin);
  });
  afterEach(() => namespace.close());

  test.each([
    ['by default', PLAIN],
    ['with everything', [profile(PROFILE), ...FULL]],
  ])('%s is what the schemas know and the API server takes', async (_, args) => {
    const { code, out, err } = await startCommand(['kube', 'render', ...args]).ended;
    expect(code, err).toBe(0);
    expect((await kubeconform(programs, out)).problems).toEqual([]);
    // What no schema knows: fields that exclude each other, names, sums.
    for (const manifest of manifestsIn(out)) {
      const query = 'dryRun=All&fieldValidation=Strict';
      const taken = await namespace.client.call('POST', `${pathOf(manifest)}?${query}`, manifest);
      expect(taken.metadata.name).toBe(manifest.metadata.name);
    }
  });

  test('applied twice changes nothing', async () => {
    const { out } = await startCommand(['kube', 'render', ...PLAIN, '--run=twice', '--queue=batch']).ended;
    for (const manifest of manifestsIn(out)) {
      const path = `${pathOf(manifest)}/${manifest.metadata.name}?fieldManager=test`;
      const apply = () => namespace.client.call('PATCH', path, manifest, APPLY_PATCH);
      await apply();
      const { generation } = (await apply()).metadata;
      expect(generation, manifest.kind).toBe(manifest.kind === 'Job' ? 1 : undefined);
    }
    // It waits for Kueue.
    expect(await namespace.pods()).toEqual([]);
  });
});
