// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of profiles
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadProfile } from '../../src/profile/load.ts';
import { load } from '../commands/fake-terminal.ts';
import { interpret } from '../deploy/interpreted.ts';
import { type Manifest, parseManifests, problemsOf } from '../deploy/manifests.ts';

const KAFKA = ['--bootstrap-servers', 'kafka:9092'];
const RUN = ['--shards', '4', '--run', 'night', ...KAFKA];

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kube-render-'));
  for (const name of ['KAFKA_PASSWORD', 'MY_TOKEN', 'CONFLUENT_CLOUD_API_KEY']) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

async function rendered(...args: string[]) {
  const ended = await load('kube', 'render', ...args);
  expect(ended).toMatchObject({ exitCode: 0 });
  const [configMap, job, ...more] = parseManifests(ended.out) as [Manifest, Manifest];
  expect(more).toEqual([]);
  expect([configMap.kind, job.kind]).toEqual(['ConfigMap', 'Job']);
  expect([...problemsOf(configMap), ...problemsOf(job)]).toEqual([]);
  const pod = job.spec.template.spec;
  return { ...ended, configMap, job, pod, container: pod.containers[0], profile: configMap.data['profile.yaml'] };
}

async function refused(...args: string[]): Promise<string> {
  const { exitCode, out, err } = await load('kube', 'render', ...args);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  return err;
}

describe('the Job', () => {
  test('has a pod for each shard, and ends for good with the answer of the run', async () => {
    const { job } = await rendered('atm', ...RUN);
    expect(job.metadata.name).toBe('load-night');
    expect(job.spec).toMatchObject({
      ...{ completionMode: 'Indexed', completions: 4, parallelism: 4 },
      ...{ backoffLimitPerIndex: 2, maxFailedIndexes: 0, podReplacementPolicy: 'Failed' },
      ttlSecondsAfterFinished: 3600,
    });
    expect(job.spec.podFailurePolicy.rules).toEqual([
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { containerName: 'shard', operator: 'In', values: [2, 3, 4, 99] } },
    ]);
    expect(job.spec).not.toHaveProperty('suspend');
    const { job: hundred } = await rendered('atm', ...KAFKA, '--shards', '250');
    expect(hundred.spec).toMatchObject({ completions: 250, maxFailedIndexes: 2 });
  });

  test('lasts no longer than the run and what is around it; without an end it has none', async () => {
    // 5 minutes to begin, 5 to wait for all, 30 s of gracefulStop, a minute for the result.
    const { job, pod } = await rendered('atm', ...RUN, '-t', '10m');
    expect(job.spec.activeDeadlineSeconds).toBe(300 + 300 + 600 + 30 + 60);
    expect(pod.terminationGracePeriodSeconds).toBe(30 + 60);
    const waiting = await rendered('atm', ...RUN, '-t', '10m', '--shard-wait', '20m');
    expect(waiting.job.spec.activeDeadlineSeconds).toBe(300 + 1_200 + 600 + 30 + 60);
    expect((await rendered('atm', ...RUN)).job.spec).not.toHaveProperty('activeDeadlineSeconds');
    expect((await rendered('atm', ...RUN, '-b', '-n', '10')).job.spec).not.toHaveProperty('activeDeadlineSeconds');
  });

  test('its pods have no rights, a share of a node of their own, and are spread', async () => {
    const { pod, container, job } = await rendered('atm', ...RUN, '--cpu', '2', '--memory', '512Mi');
    expect(pod).toMatchObject({
      ...{ restartPolicy: 'Never', automountServiceAccountToken: false, enableServiceLinks: false },
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container.securityContext).toEqual({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ['ALL'] },
    });
    const resources = { cpu: '2', memory: '512Mi' };
    expect(container.resources).toEqual({ requests: resources, limits: resources });
    const [spread] = pod.topologySpreadConstraints;
    expect(spread).toMatchObject({ topologyKey: 'kubernetes.io/hostname', maxSkew: 1 });
    expect(job.spec.template.metadata.labels).toMatchObject(spread.labelSelector.matchLabels);
    const writable = container.volumeMounts.filter((mount: { readOnly?: boolean }) => mount.readOnly !== true);
    expect(writable.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual(['/results', '/tmp']);
  });

  test('goes where it is sent: namespace, queue, nodes, image, other flags', async () => {
    const { job, configMap, pod, container } = await rendered(
      ...[
        'atm',
        ...RUN,
        '--namespace',
        'load',
        '--queue',
        'batch',
        '--image',
        'r.example/load:7',
        '--pull-secret',
        'r',
      ],
      ...['--node-selector', 'disk=ssd', '--tolerate', 'load:NoSchedule', '--tolerate', 'team=a'],
      ...['--ttl-after-finished', '10m', '--topic-suffix=-x', '--bus-servers', 'bus:9092', '--allow-invalid'],
    );
    expect([job.metadata.namespace, configMap.metadata.namespace]).toEqual(['load', 'load']);
    expect(job.metadata.labels).toMatchObject({ 'kueue.x-k8s.io/queue-name': 'batch' });
    expect(job.spec).toMatchObject({ suspend: true, ttlSecondsAfterFinished: 600 });
    expect(container.image).toBe('r.example/load:7');
    expect(pod).toMatchObject({ nodeSelector: { disk: 'ssd' }, imagePullSecrets: [{ name: 'r' }] });
    expect(pod.tolerations).toEqual([
      { key: 'load', operator: 'Exists', effect: 'NoSchedule' },
      { key: 'team', operator: 'Equal', value: 'a' },
    ]);
    expect(container.args).toEqual(
      expect.arrayContaining(['--topic-suffix', '-x', '--bus-servers', 'bus:9092', '--allow-invalid']),
    );
  });

  test('each pod is called as shard of the run, with the profile of the ConfigMap', async () => {
    const { container, profile, pod, configMap } = await rendered(
      'atm',
      ...RUN,
      '-r',
      '100',
      '-t',
      '1m',
      '--seed',
      '7',
    );
    const [command, path, ...args] = container.args;
    expect([command, path]).toEqual(['run', '/etc/load/profile.yaml']);
    expect(args.slice(0, 4)).toEqual(['--shard', '$(JOB_COMPLETION_INDEX)/4', '--run', 'night']);
    expect(pod.volumes[0]).toEqual({ name: 'profile', configMap: { name: configMap.metadata.name } });
    expect(container.volumeMounts[0]).toMatchObject({ name: 'profile', mountPath: '/etc/load' });
    const { plan } = await interpret(['run', file('profile.yaml', profile), ...KAFKA]);
    expect(plan).toMatchObject({ seed: 7, lanes: [{ load: { count: 6_000 } }] });
  });
});

test('what kubectl reads as YAML 1.1 is the same', async () => {
  const { out } = await rendered('atm', ...RUN, '--node-selector', 'a=on', '--node-selector', 'b=0644');
  const [, old] = parseAllDocuments(out, { version: '1.1' }).map((document) => document.toJS());
  const [, now] = parseManifests(out);
  expect(old).toEqual(now);
  expect(now!.spec.template.spec.nodeSelector).toEqual({ a: 'on', b: '0644' });
});

describe('secrets', () => {
  const own = (...lines: string[]) =>
    file(
      'own.yaml',
      [
        ...['version: 1', 'kafka:', '  bootstrap.servers: kafka:9092', '  security.protocol: sasl_ssl'],
        ...['  sasl.mechanisms: PLAIN', '  sasl.username: me', ...lines.map((line) => `  ${line}`)],
        ...['scenarios:', '  atm:', '    workload: atm', '    executor: constant-arrival-rate', '    rate: 10/s'],
        ...['    duration: 10s', '    headers: { auth: "Bearer ${MY_TOKEN:-none}", price: "$${PRICE}" }', ''],
      ].join('\n'),
    );
  const shards = ['--shards', '2', '--run', 'x'];

  test('stay in the cluster: the profile names them, and the pods have them from a Secret', async () => {
    const path = own('sasl.password: ${KAFKA_PASSWORD}');
    const args = [path, ...shards, '--secret', 'kafka-credentials'];
    const missing = await rendered(...args);
    // Whether they are known here or not.
    vi.stubEnv('KAFKA_PASSWORD', 'hunter22');
    const known = await rendered(...args);
    expect(known.out).toBe(missing.out);
    expect(known.out + known.err).not.toContain('hunter22');
    expect(known.profile).toContain('sasl.password: ${KAFKA_PASSWORD}');
    expect(known.container.env).toEqual([
      { name: 'KAFKA_PASSWORD', valueFrom: { secretKeyRef: { name: 'kafka-credentials', key: 'KAFKA_PASSWORD' } } },
    ]);
    const again = file('again.yaml', known.profile);
    const env = { KAFKA_PASSWORD: 'hunter22' };
    const [first, second] = await Promise.all([path, again].map((each) => loadProfile(each, { env, cwd: directory })));
    expect({ ...second!.profile, name: '' }).toEqual({ ...first!.profile, name: '' });
    expect(second!.profile.scenarios.atm!.headers).toEqual({ auth: 'Bearer none', price: '${PRICE}' });
  });

  test('one by one, also where a default would do', async () => {
    const { container, profile } = await rendered(
      ...[own('sasl.password: ${KAFKA_PASSWORD}'), ...shards],
      ...['--secret', 'KAFKA_PASSWORD=kafka/password', '--secret', 'MY_TOKEN=web'],
    );
    expect(profile).toContain('auth: Bearer ${MY_TOKEN}\n');
    expect(container.env.map((each: { valueFrom: { secretKeyRef: object } }) => each.valueFrom.secretKeyRef)).toEqual([
      { name: 'kafka', key: 'password' },
      { name: 'web', key: 'MY_TOKEN' },
    ]);
  });

  test('of Confluent Cloud are taken from the environment without being named', async () => {
    vi.stubEnv('CONFLUENT_CLOUD_API_KEY', 'keyABC');
    vi.stubEnv('CONFLUENT_CLOUD_API_SECRET', 'secretXYZ');
    const { out, container } = await rendered('atm', ...RUN, '--secret', 'cloud');
    expect(out).not.toMatch(/keyABC|secretXYZ/);
    expect(container.env.map(({ name }: { name: string }) => name)).toEqual([
      'CONFLUENT_CLOUD_API_KEY',
      'CONFLUENT_CLOUD_API_SECRET',
    ]);
  });

  test('as files, where a client wants files', async () => {
    const tls = ['ssl.key.location: /etc/tls/key.pem', 'ssl.certificate.location: /etc/tls/cert.pem'];
    const path = own('sasl.password: ${KAFKA_PASSWORD}', ...tls);
    const { pod, container } = await rendered(path, ...shards, '--secret', 's', '--secret-mount', 'kafka-tls:/etc/tls');
    expect(pod.volumes.at(-1)).toEqual({ name: 'secret-0', secret: { secretName: 'kafka-tls' } });
    expect(container.volumeMounts.at(-1)).toEqual({ name: 'secret-0', mountPath: '/etc/tls', readOnly: true });
    expect(await refused(path, ...shards, '--secret', 's')).toContain(
      'kafka.ssl.key.location: this file does not belong into a ConfigMap (--secret-mount',
    );
  });

  test('that are written out, or that no Secret has, are refused', async () => {
    expect(await refused(own('sasl.password: ${KAFKA_PASSWORD}'), ...shards)).toContain(
      '--secret: the profile reads the secret KAFKA_PASSWORD from the environment, and no Secret is named that has it',
    );
    const written = await refused(own('sasl.password: hunter22'), ...shards);
    expect(written).toContain('kafka.sasl.password: a secret is written out');
    expect(written).not.toContain('hunter22');
    const flag = await refused('atm', ...RUN, '-X', 'sasl.password=hunter22');
    expect(flag).toContain('producer.sasl.password: a secret is written out');
    expect(await refused('atm', ...RUN, '--secret', 'a', '--secret', 'b')).toContain('only one Secret');
    expect(await refused('atm', ...RUN, '--secret', 'NOT A NAME')).toContain('is not the name of a Secret');
  });
});

describe('files of the profile', () => {
  const profile = (...lines: string[]) =>
    [
      'version: 1',
      'kafka: { bootstrap.servers: "kafka:9092" }',
      'scenarios:',
      '  own:',
      ...lines.map((l) => `    ${l}`),
    ]
      .concat('    executor: constant-arrival-rate', '    rate: 10/s', '    duration: 10s', '')
      .join('\n');
  const schema = JSON.stringify({ type: 'record', name: 'Order', fields: [{ name: 'id', type: 'string' }] });
  const shards = ['--shards', '2', '--run', 'x'];

  test('come along, and are named where pods have them', async () => {
    file('order.avsc', schema);
    const path = file('own.yaml', profile('workload: { schema: ./order.avsc }'));
    const { configMap, profile: packed } = await rendered(path, ...shards);
    expect(configMap.data['order.avsc']).toBe(schema);
    expect(packed).toContain('schema: /etc/load/order.avsc');
    expect(packed).not.toContain(directory);
  });

  test('bytes as well as text, and two of a name', async () => {
    file('ca.pem', Uint8Array.of(0xff, 0xfe, 0));
    file('order.avsc', schema);
    const path = file('own.yaml', profile('workload: { schema: ./order.avsc }'));
    const { configMap, profile: packed } = await rendered(
      ...[path, ...shards, '--set', 'schemaRegistry.url=http://r:8081'],
      ...['--set', `schemaRegistry.ssl.ca.location=${join(directory, 'ca.pem')}`],
    );
    expect(configMap.binaryData).toEqual({ 'ca.pem': '//4A' });
    expect(packed).toContain('ssl.ca.location: /etc/load/ca.pem');
  });

  test('that are too large, or lead to others, are refused with what to do', async () => {
    file('order.avsc', schema);
    file('records.jsonl', `${JSON.stringify({ id: 'x'.repeat(1_000_000) })}\n`);
    const large = file('large.yaml', profile('workload: { file: ./records.jsonl, schema: ./order.avsc }'));
    const err = await refused(large, ...shards);
    expect(err).toContain('which is what a ConfigMap takes');
    expect(err).toContain('an image of your own');
  });
});

test('what cannot be a run of several pods is refused', async () => {
  const refusals: [string[], string][] = [
    [['atm', ...KAFKA], '--shards: how many pods is not given (--shards 4)'],
    [['atm', ...KAFKA, '--shards', '0'], '`0` is not a number of pods (1 to 1000)'],
    [['atm', '--shards', '2'], 'each pod would have an embedded cluster of its own'],
    [['atm', '--shards', '2', '--bootstrap-servers', 'null'], '--bus-servers: with the null transport'],
    [['message-lifecycle', ...RUN], 'the message database is one file of one process'],
    [['atm', ...RUN, '--run', 'Night_1'], '--run: `Night_1` cannot be part of the name of a Job'],
    [['atm', ...RUN, '--cpu', '1x'], '--cpu: `1x` is not an amount (2, 0.5 or 500m)'],
    [['atm', ...RUN, '--memory', '0'], '--memory: `0` is not an amount'],
    [['atm', ...RUN, '--tolerate', 'a:Sometimes'], '--tolerate: `a:Sometimes` is not a taint'],
    [['atm', ...RUN, '--node-selector', 'ssd'], '--node-selector: `ssd` is not a label'],
    [['atm', ...RUN, '--secret-mount', 'a:b'], '--secret-mount: `a:b` is not a Secret and a directory'],
    [['atm', ...RUN, '--secret-mount', 'a:/etc/load'], '--secret-mount: something else is mounted at /etc/load'],
    [['atm', ...RUN, '--memory', '512'], '--memory: `512` is less than a pod needs, 64Mi (512Mi or 2Gi)'],
    [['atm', ...RUN, '--pull-secret', 'A_b'], '--pull-secret: `A_b` is not the name of a Secret'],
    [['atm', ...RUN, '--image', 'a b'], '--image: `a b` is not an image'],
    [['atm', ...RUN, '--set', 'scenarios.atm.affinity=key'], 'has `affinity: key`, which keeps all keys on one worker'],
    [
      ['atm', ...RUN, '--ttl-after-finished', 'soon', '--shard-wait', '5x', '--cpu', '1x'],
      '--cpu: `1x` is not an amount (2, 0.5 or 500m)\n  --ttl-after-finished: `soon` is not a duration',
    ],
    [['atm', ...RUN, '--shard-wait', '5x', '--image', 'a b'], '--image: `a b` is not an image'],
    [['atm', ...RUN, '--keep'], '--keep: only `load kube run` has it'],
  ];
  for (const [args, message] of refusals) expect(await refused(...args)).toContain(message);
  expect((await load('kube', 'rendr', 'atm')).err).toContain('did you mean `render`?');
});

test('an address of this machine is not one of the cluster', async () => {
  const { err } = await rendered('atm', '--shards', '2', '--bootstrap-servers', 'localhost:9092');
  expect(err).toContain('warning: localhost:9092 is the pod itself');
});

test('without an ID each run has its own, which is a name that Kubernetes takes', async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 30, 22, 1, 2) });
  try {
    expect((await rendered('atm', '--shards', '2', ...KAFKA)).job.metadata.name).toBe('load-atm-20261130t220102z');
  } finally {
    vi.useRealTimers();
  }
});
