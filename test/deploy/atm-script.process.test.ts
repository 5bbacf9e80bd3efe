import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { interpret } from './interpreted.ts';
import { atm, type ScriptEnd } from './kubectl.ts';
import { manifestFiles, parseManifests, problemsOf, readManifests } from './manifests.ts';

const linesOf = ({ calls }: ScriptEnd) => calls.map(({ args }) => args.join(' '));
const SELECTED = '--selector=app.kubernetes.io/name=atm-producer';

test('bash takes it', () => {
  expect(execFileSync('bash', ['-n', 'deploy/kubernetes/atm.sh'], { encoding: 'utf8', stdio: 'pipe' })).toBe('');
});

/** What `deploy` applies, the namespace aside. */
async function deployed(args: string[] = [], settings?: string) {
  const done = await atm(['deploy', ...args], settings === undefined ? {} : { settings });
  expect(done.code, done.err).toBe(0);
  expect(linesOf(done)[0]).toMatch(/^apply -f \S+\/00-namespace\.yaml$/);
  return done.calls.flatMap(({ stdin }) => (stdin === '' ? [] : parseManifests(stdin)));
}

test('deploy: the namespace first, then all that is in it, as it stands', async () => {
  expect(await deployed()).toEqual([...readManifests('atm-producer.yaml'), ...readManifests('atm-consumer.yaml')]);
});

test('deploy: settings that are there stay as they are', async () => {
  const deployments = ['atm-producer.yaml', 'atm-consumer.yaml'].map((file) => readManifests(file)[1]);
  expect(await deployed([], 'rate: 7\n')).toEqual(deployments);
});

test('deploy: another image, pull policy and other servers, and nothing else; applied once, so that pods are rolled out once', async () => {
  const [image, value] = ['registry.example:5000/load@sha256:0a', 'b1:9092,[::1]:9092'];
  const expected = await deployed();
  for (const { kind, spec } of expected) {
    if (kind !== 'Deployment') continue;
    const [container] = spec.template.spec.containers;
    const env = [{ name: 'KAFKA_BOOTSTRAP_SERVERS', value }];
    Object.assign(container, { image, imagePullPolicy: 'Never', env });
  }
  const options = ['--image', image, '--pull-policy', 'Never', '--bootstrap-servers', value];
  expect(await deployed(options)).toEqual(expected);
});

test('the namespace is the first that `kubectl apply -f` of the folder meets', () => {
  expect(readManifests(manifestFiles.toSorted()[0]!).map(({ kind }) => kind)).toEqual(['Namespace']);
});

const SETTINGS: string = readManifests('atm-producer.yaml')[0]!.data['producer.yaml'];
const STOPPED = ['-n kafka scale deployment/atm-producer --replicas=0', `-n kafka get pods ${SELECTED} --output=name`];
const STARTED = [
  String.raw`-n kafka get configmap atm-producer --output=jsonpath={.data.producer\.yaml}`,
  'apply -f -',
  '-n kafka scale deployment/atm-producer --replicas=1',
  '-n kafka rollout status deployment/atm-producer --timeout=120s',
];

test('start: stops what runs, writes the settings, starts one', async () => {
  const done = await atm(['start', '--rate', '50'], { pods: 'pod/atm-producer-1', settings: SETTINGS });
  expect(done.code, done.err).toBe(0);
  const gone = `-n kafka wait --for=delete pods ${SELECTED} --timeout=90s`;
  expect(linesOf(done)).toEqual([...STOPPED, gone, ...STARTED]);
  expect(done.slept).toBeUndefined();
});

test.each([
  ['2m', 130],
  ['90', 100],
  ['1h30m', 5410],
  ['1.5s', 12],
])('start --ttl %s: waits for it, and scales to zero', async (ttl, seconds) => {
  const done = await atm(['start', '-t', ttl], { settings: SETTINGS });
  expect(done.code, done.err).toBe(0);
  expect(linesOf(done)).toEqual([...STOPPED, ...STARTED, ...STOPPED]);
  expect(done.slept).toBe(seconds);
  const detached = await atm(['start', '-t', ttl, '--detach'], { settings: SETTINGS });
  expect(linesOf(detached)).toEqual([...STOPPED, ...STARTED]);
  expect(detached.slept).toBeUndefined();
});

test('start before deploy says what comes first, and starts nothing', async () => {
  const { code, err, calls } = await atm(['start']);
  expect({ code, err }).toEqual({
    code: 2,
    err: 'atm.sh: there are no settings in the namespace: atm.sh deploy comes first\n',
  });
  expect(calls.filter(({ args }) => args.includes('--replicas=1'))).toEqual([]);
});

test('the consumer is started anew, and stopped', async () => {
  expect(linesOf(await atm(['start-consumer']))).toEqual([
    '-n kafka scale deployment/atm-consumer --replicas=1',
    '-n kafka rollout restart deployment/atm-consumer',
  ]);
  expect(linesOf(await atm(['stop-consumer']))).toEqual(['-n kafka scale deployment/atm-consumer --replicas=0']);
});

describe('the settings that start writes', () => {
  /** As the deployed producer reads them. */
  async function started(args: string[], settings = SETTINGS) {
    const { calls } = await atm(['start', ...args], { settings });
    const [manifest] = parseManifests(calls.find(({ stdin }) => stdin !== '')!.stdin);
    const [original, deployment] = readManifests('atm-producer.yaml');
    expect(problemsOf(manifest!)).toEqual([]);
    expect(manifest!.metadata).toEqual(original!.metadata);
    expect(Object.keys(manifest!.data)).toEqual(Object.keys(original!.data));
    const file = join(mkdtempSync(join(tmpdir(), 'settings-')), 'producer.yaml');
    writeFileSync(file, manifest!.data['producer.yaml']);
    const [container] = deployment!.spec.template.spec.containers;
    const words: string[] = container.args.map((word: string) => (word === '/etc/load/producer.yaml' ? file : word));
    const read = await interpret(words, { KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092' });
    return { ...read, settings: manifest!.data['producer.yaml'] as string };
  }

  test('those that are there, without an option: 5 a second until it is stopped', async () => {
    const { plan, metrics, settings } = await started([]);
    expect(settings).toBe(SETTINGS);
    expect(plan!.lanes[0]).toMatchObject({ topic: 'atm-transactions', load: { kind: 'open', targetPerSec: 5 } });
    expect(plan!.lanes[0]!.load).toMatchObject({ endless: true });
    expect(metrics!.lingerNs).toBe(0);
  });

  test('what was edited stays, but for what an option names', async () => {
    const edited = '# ours\nrate: 7\ntopic: ours\nseed: 9\nburst_mode: false\nduration: 10m\n';
    expect((await started([], edited)).settings).toBe(edited);
    expect((await started(['-r', '8'], edited)).settings).toBe(edited.replace('rate: 7', 'rate: 8'));
    const { plan } = await started(['--topic', 'other'], edited);
    expect(plan).toMatchObject({ seed: 9, durationNs: 600e9, lanes: [{ topic: 'other' }] });
  });

  test('a time to live is for one start', async () => {
    const { settings } = await started(['-r', '50', '-t', '2m']);
    const { plan, metrics } = await started([], settings);
    expect(plan!.lanes[0]!.load).toMatchObject({ endless: true, targetPerSec: 50 });
    expect(metrics!.lingerNs).toBe(0);
  });

  test('rate and time to live; then it stays, and does not begin again', async () => {
    const { plan, metrics } = await started(['--rate', '50', '--ttl', '2m', '--topic', 'other']);
    expect(plan!.lanes[0]).toMatchObject({ topic: 'other', load: { count: 6_000, targetPerSec: 50 } });
    expect(plan!.durationNs).toBe(120e9);
    expect(metrics!.lingerNs).toBe(100 * 24 * 3600e9);
  });

  test.each([
    ['--rate', '--burst', '--ttl'],
    ['-r', '-b', '-t'],
  ])('%s 100 %s %s 10s: exactly 1,000, at the start of each second', async (rate, burst, ttl) => {
    const { plan } = await started([rate, '100', burst, ttl, '10s']);
    expect(plan!.lanes[0]).toMatchObject({ executor: 'burst', load: { count: 1_000 } });
  });

  test('--burst alone: as fast as acknowledgements allow', async () => {
    const { plan } = await started(['--burst', '--ttl', '30']);
    expect(plan!.lanes[0]).toMatchObject({ executor: 'max-throughput', load: { kind: 'closed', endNs: 30e9 } });
  });
});

test('stop: none is wanted any more, and what runs is waited for', async () => {
  const idle = await atm(['stop']);
  expect(linesOf(idle)).toEqual([
    '-n kafka scale deployment/atm-producer --replicas=0',
    `-n kafka get pods ${SELECTED} --output=name`,
  ]);
});

test('clean-up takes what deploy brought, the namespace only where it is told to', async () => {
  const own = '-n kafka delete deployments,configmaps --selector=app.kubernetes.io/part-of=atm --ignore-not-found';
  expect(linesOf(await atm(['clean-up']))).toEqual([own]);
  expect(linesOf(await atm(['clean-up', '--namespace']))).toEqual([own, 'delete namespace kafka --ignore-not-found']);
  const manifests = ['atm-producer.yaml', 'atm-consumer.yaml'].flatMap(readManifests);
  for (const { metadata } of manifests) expect(metadata.labels!['app.kubernetes.io/part-of']).toBe('atm');
});

test.each([
  [['start', '--rate'], '--rate needs a value'],
  [['start', '--rate', '--burst'], '--rate needs a value'],
  [['start', '--rate', '5x'], '--rate 5x: a number, 600/m or 1000/h is expected'],
  [['start', '--ttl', 'soon'], '--ttl soon: 30s, 10m or 1h is expected'],
  [['start', '--topic', 'a"b'], '--topic a"b is not the name of a topic'],
  [['start', '--rat', '5'], 'start does not take --rat'],
  [['deploy', '--image'], '--image needs a value'],
  [['deploy', '--image', ''], '--image needs a value'],
  [['deploy', '--image', 'a|b'], '--image a|b is not the name of an image'],
  [['deploy', '--bootstrap-servers', 'a"b'], '--bootstrap-servers a"b: HOST:PORT,HOST:PORT is expected'],
  [['deploy', 'now'], 'deploy does not take now'],
  [['deploy', '--pull-policy', 'never'], '--pull-policy never: Always, IfNotPresent or Never is expected'],
  [['stop', 'now'], 'stop does not take now'],
  [['start-consumer', 'now'], 'start-consumer does not take now'],
  [['clean-up', '--all'], 'clean-up does not take --all'],
  [['clean-up', '--namespace', 'other'], 'clean-up does not take other'],
  [['begin'], 'there is no command begin; atm.sh help lists them'],
])('%j is refused, and nothing is asked of kubectl', async (args, message) => {
  const { code, err, calls } = await atm(args);
  expect(err).toBe(`atm.sh: ${message}\n`);
  expect(code).toBe(2);
  expect(calls).toEqual([]);
});

test('help shows how; so does nothing at all, as an error', async () => {
  const { out, code } = await atm(['help']);
  expect(out).toContain('usage: atm.sh COMMAND');
  expect(code).toBe(0);
  expect(await atm(['start', '--help'])).toMatchObject({ code: 0, out, calls: [] });
  const nothing = await atm([]);
  expect(nothing).toMatchObject({ code: 2, out: '', err: out });
});
