import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readByTheEngine } from './environment.ts';
import { interpret } from './interpreted.ts';
import { type Manifest, manifestFiles, problemsOf, readManifests } from './manifests.ts';

interface Variable {
  readonly name: string;
  readonly value: string;
}

const manifests = manifestFiles.flatMap((file) => readManifests(file).map((manifest) => ({ file, manifest })));
const of = (kind: string, name: string) =>
  manifests.find(({ manifest }) => manifest.kind === kind && manifest.metadata.name === name)!.manifest;

test('what the ATM producer and consumer need is there: namespace kafka, two deployments, their settings', () => {
  expect(manifests.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`).toSorted()).toEqual([
    'ConfigMap atm-consumer',
    'ConfigMap atm-producer',
    'Deployment atm-consumer',
    'Deployment atm-producer',
    'Namespace kafka',
  ]);
});

test.each(manifests)('$file: $manifest.kind $manifest.metadata.name is valid', ({ manifest }) => {
  expect(problemsOf(manifest)).toEqual([]);
});

const others = ['sms-alerts/sms-senders.yaml', 'web-events/web-events.yaml'].flatMap((file) =>
  readManifests(file).map((manifest) => ({ file, manifest })),
);
const other = (kind: string, name: string) =>
  others.find(({ manifest }) => manifest.kind === kind && manifest.metadata.name === name)!.manifest;
const environmentOf = (name: string): Record<string, string> => other('ConfigMap', name).data;

test.each(others.filter(({ manifest }) => manifest.kind !== 'ScaledObject'))(
  '$file: $manifest.kind $manifest.metadata.name is valid, in its namespace, and without rights',
  ({ manifest }) => {
    expect(problemsOf(manifest)).toEqual([]);
    if (manifest.kind !== 'Namespace') expect(manifest.metadata.namespace).toBe('kafka');
    if (manifest.kind !== 'Deployment') return;
    const model = of('Deployment', 'atm-consumer').spec.template.spec;
    const pod = manifest.spec.template.spec;
    expect(pod.securityContext).toEqual(model.securityContext);
    expect(pod.containers[0].securityContext).toEqual(model.containers[0].securityContext);
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(manifest.spec.template.metadata.labels).toMatchObject(manifest.spec.selector.matchLabels);
    expect(pod.containers[0].args.slice(-4)).toEqual(['--metrics-port', '9464', '--metrics-host', '0.0.0.0']);
  },
);

test('web-events: one event every three seconds, each one printed, by one pod at a time', async () => {
  const { spec } = other('Deployment', 'web-events');
  const [{ args, envFrom }] = spec.template.spec.containers;
  expect(envFrom).toEqual([{ configMapRef: { name: 'web-events' } }]);
  expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  const { plan, values } = await interpret(args, environmentOf('web-events'));
  expect(values['log-events']).toBe(true);
  expect(plan!.lanes[0]).toMatchObject({ topic: 'user-events', load: { targetPerSec: 1 / 3, endless: true } });
  expect(plan!.clients[0]!.properties['bootstrap.servers']).toBe('kafka:9092');
});

test('sms-senders: from the queue that the secret names, as many as it is long', async () => {
  const { spec } = other('Deployment', 'sms-senders');
  const [{ args, envFrom }] = spec.template.spec.containers;
  expect(envFrom).toEqual([{ configMapRef: { name: 'sms-senders' } }, { secretRef: { name: 'sms-alerts' } }]);
  const secret = { QUEUE_URL: 'amqp://u:p@rabbitmq:5672', METRICS_URL: 'redis://:p@redis:6379' };
  const { senders } = await interpret(args, { ...environmentOf('sms-senders'), ...secret });
  expect(senders!.senders).toEqual([expect.objectContaining({ meanTimeUs: 100_000, failureRate: 0.2 })]);
  // Whoever says how many there are would undo what KEDA says.
  expect(spec.replicas).toBeUndefined();
  const { apiVersion, spec: scaled } = other('ScaledObject', 'sms-senders');
  expect(apiVersion).toBe('keda.sh/v1alpha1');
  expect(scaled.scaleTargetRef).toEqual({ name: 'sms-senders' });
  const [{ type, metadata }, ...more] = scaled.triggers;
  expect([type, more]).toEqual(['rabbitmq', []]);
  expect(metadata).toMatchObject({ queueName: senders!.queue.name, mode: 'QueueLength', hostFromEnv: 'QUEUE_URL' });
  // KEDA takes texts alone.
  expect(Object.values(metadata).filter((value) => typeof value !== 'string')).toEqual([]);
});

describe('what is wrong is found', () => {
  const edited = (edit: (deployment: Manifest) => void) => {
    const copy = structuredClone(of('Deployment', 'atm-producer'));
    edit(copy);
    return problemsOf(copy);
  };
  const containerOf = (deployment: Manifest) => deployment.spec.template.spec.containers[0];

  test.each<[string, (deployment: Manifest) => void, string]>([
    ['a field that does not exist', (d) => Object.assign(d.spec, { replica: 1 }), '/spec/replica is no field'],
    [
      'deep inside',
      (d) => Object.assign(containerOf(d).securityContext, { readOnlyRootFileSystem: true }),
      '/spec/template/spec/containers/0/securityContext/readOnlyRootFileSystem is no field',
    ],
    ['of another type', (d) => Object.assign(d.spec, { replicas: '1' }), 'data/spec/replicas must be integer'],
    ['missing', (d) => Reflect.deleteProperty(d.spec, 'selector'), 'data/spec must have required property selector'],
    [
      'an amount that is none',
      (d) => Object.assign(containerOf(d).resources.limits, { memory: 'much' }),
      'data/spec/template/spec/containers/0/resources/limits/memory must match format "quantity"',
    ],
    ['another version', (d) => Object.assign(d, { apiVersion: 'apps/v2' }), 'no model for Deployment of this version'],
  ])('%s', (_, edit, problem) => {
    expect(edited(edit).join('\n')).toContain(problem);
  });
});

describe.each(['atm-producer', 'atm-consumer'])('%s', (name) => {
  const { metadata, spec } = of('Deployment', name);
  const pod = spec.template.spec;
  const [container] = pod.containers;

  test('is in its namespace, and selects its own pods', () => {
    expect(metadata.namespace).toBe('kafka');
    expect(of('ConfigMap', name).metadata.namespace).toBe('kafka');
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  });

  test('mounts its own settings where its command reads them', () => {
    const [file] = Object.keys(of('ConfigMap', name).data);
    const { mountPath } = container.volumeMounts.find((mount: { name: string }) => mount.name === 'settings');
    expect(pod.volumes.find((volume: { name: string }) => volume.name === 'settings').configMap.name).toBe(name);
    expect(container.args).toContain(`${mountPath}/${file}`);
  });

  test('needs no rights: not root, nothing to write to but its volumes, no capability, no token', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  test('says what it takes, and how it is probed', () => {
    expect(container.resources.requests).toMatchObject({ cpu: expect.any(String), memory: expect.any(String) });
    expect(container.resources.limits.memory).toEqual(expect.any(String));
    const [port] = container.ports;
    expect(port.containerPort).toBe(Number(container.args[container.args.indexOf('--metrics-port') + 1]));
    for (const probe of [container.startupProbe, container.livenessProbe]) {
      expect(probe.httpGet).toEqual({ path: '/healthz', port: port.name });
    }
  });
});

test('each variable is one that the engine reads', () => {
  const variables = ['web-events', 'sms-senders'].flatMap((name) => Object.keys(environmentOf(name)));
  expect(variables.filter((variable) => !readByTheEngine(variable))).toEqual([]);
  const named = ['atm-producer', 'atm-consumer'].flatMap(
    (name) => of('Deployment', name).spec.template.spec.containers[0].env,
  );
  expect(named.length).toBe(2);
  expect(named.filter(({ name }) => !readByTheEngine(name))).toEqual([]);
});

test('the consumer reads its settings, as the group they name', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'settings-')), 'consumer.yaml');
  writeFileSync(file, of('ConfigMap', 'atm-consumer').data['consumer.yaml']);
  const [{ args, env }] = of('Deployment', 'atm-consumer').spec.template.spec.containers;
  const words = args.map((word: string) => (word === '/etc/load/consumer.yaml' ? file : word));
  const { consume } = await interpret(words, Object.fromEntries(env.map(({ name, value }: Variable) => [name, value])));
  expect(consume).toMatchObject({ topics: ['atm-transactions'], group: 'atm-consumer', commits: true });
  expect(consume!.properties).toMatchObject({ 'bootstrap.servers': 'kafka:9092', 'auto.offset.reset': 'earliest' });
});

test('a run of the producer replaces the result files of the one before: its volume does not fill', () => {
  const [{ args, volumeMounts }] = of('Deployment', 'atm-producer').spec.template.spec.containers;
  expect(args[args.indexOf('--out') + 1]).toMatch(/^[\w-]+$/);
  const [, , workdir] = /^(FROM[\s\S]*)WORKDIR (\S+)/m.exec(readFileSync('deploy/Dockerfile', 'utf8'))!;
  expect(volumeMounts).toContainEqual({ name: 'data', mountPath: workdir });
});

test('there is one producer at a time, and none before it is started', () => {
  expect(of('Deployment', 'atm-producer').spec).toMatchObject({ replicas: 0, strategy: { type: 'Recreate' } });
});
