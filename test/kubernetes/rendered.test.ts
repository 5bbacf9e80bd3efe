/** What `load kube render` prints, as Kubernetes itself takes it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { killCommands, startCommand } from '../integration/command.ts';
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

afterAll(killCommands);

function profile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'profile-')), 'full.yaml');
  writeFileSync(file, text);
  return file;
}

describeKubernetes('what `load kube render` prints', (kubernetes, programs) => {
  let namespace: Namespace;

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
    for (const document of parseAllDocuments(out)) {
      const manifest = document.toJS();
      const path = manifest.kind === 'Job' ? namespace.path('jobs', BATCH) : namespace.path('configmaps');
      const taken = await namespace.client.call('POST', `${path}?dryRun=All&fieldValidation=Strict`, manifest);
      expect(taken.metadata.name).toBe(manifest.metadata.name);
    }
  });
});
