/** `load kube run` from the first pod to the result, held against what is in the topic of a real Apache Kafka. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Result } from '../../src/result/result.ts';
import { parseBinaryMark } from '../../src/workload/encoding/mark.ts';
import { type Command, killCommands, startCommand } from '../integration/command.ts';
import { profileFile } from '../integration/profile-file.ts';
import { type Kafka, startKafka } from '../kafka/cluster.ts';
import { countLog } from '../kafka/log-oracle.ts';
import { readWithKcat, type StoredRecord } from '../kafka/readers.ts';
import { skipLoudly } from '../kafka/skip-loudly.ts';
import { topicOffsets } from '../kafka/topics.ts';
import { type KubernetesObject, MERGE_PATCH } from './api-client.ts';
import type { ClusterUser } from './cluster.ts';
import { describeKubernetes } from './describe-kubernetes.ts';
import { NODE } from './kubelet.ts';
import { BATCH, eventually, indexOf, type Namespace, openNamespace, pidOf } from './namespace.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const SHARDS = 4;
/** Messages a second of all shards: what is looked at is what they count, not how fast they are. */
const RATE = 200;
/** Far beyond what it takes. */
const START_LIMIT_MS = 300_000;

interface KubeRun {
  readonly command: Command;
  readonly id: string;
  readonly topic: string;
  /** Of the directory that it wrote. */
  result(): Result;
  stored(): Promise<StoredRecord[]>;
}

afterAll(killCommands);

describeKubernetes('load kube run', (kubernetes) => {
  let kafka: Kafka | undefined;
  const bootstrapServers = () => kafka!.bootstrapServers;
  let namespace: Namespace;

  beforeAll(async () => {
    try {
      kafka = await startKafka({ startLimitMs: START_LIMIT_MS });
    } catch (error) {
      skipLoudly('every sharded run on Kubernetes', error);
    }
  }, START_LIMIT_MS);
  afterAll(() => kafka?.stop());

  beforeEach(async (context) => {
    context.skip(kafka === undefined);
    namespace = await openNamespace(kubernetes.admin);
  });
  afterEach(() => namespace?.close());

  function start(
    duration: string,
    {
      id = `run-${randomBytes(4).toString('hex')}`,
      user = kubernetes.admin,
      args = [],
      more = {},
    }: {
      readonly id?: string;
      readonly user?: ClusterUser;
      readonly args?: readonly string[];
      readonly more?: Readonly<Record<string, unknown>>;
    } = {},
  ): KubeRun {
    const topic = id;
    const directory = mkdtempSync(join(tmpdir(), 'kube-run-'));
    const out = join(directory, 'out');
    const profile = profileFile(
      { topic, executor: 'constant-arrival-rate', rate: RATE, duration, gracefulStop: '20s' },
      { topics: { [topic]: { partitions: SHARDS } }, kafka: { 'bootstrap.servers': bootstrapServers() }, ...more },
    );
    const command = startCommand(
      [
        ...['kube', 'run', profile, `--shards=${SHARDS}`, `--run=${id}`, `--namespace=${namespace.name}`],
        // Whether this machine keeps the schedule is not what is looked at.
        ...[`--out=${out}`, '--allow-invalid', ...args],
      ],
      { KUBECONFIG: user.kubeconfig, HOME: directory },
    );
    return {
      ...{ command, id, topic },
      result: () => JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result,
      stored: () => readWithKcat(bootstrapServers(), topic),
    };
  }

  const podOf = (index: number) =>
    eventually(`a running pod of index ${index}`, async () =>
      (await namespace.pods()).find((pod) => indexOf(pod) === index && pod.status.phase === 'Running'),
    );

  /** Some seconds' messages are in the topic. */
  const untilSending = ({ topic, command }: KubeRun) =>
    eventually(`messages in ${topic}: ${command.said.err}`, async () => {
      const offsets = await topicOffsets(bootstrapServers(), topic).catch(() => []);
      return offsets.reduce((sum, { high }) => sum + high, 0) > 3 * RATE || undefined;
    });

  const untilGone = async () => {
    await eventually('no pod', async () => (await namespace.pods()).length === 0 || undefined);
    for (const [kind, group] of [['jobs', BATCH], ['configmaps']] as const) {
      expect((await namespace.client.call('GET', namespace.path(kind, group))).items).toEqual([]);
    }
  };

  /** Adds up as that of any run. */
  function resultOf(run: KubeRun, scheduled: number): Result {
    const result = run.result();
    const { totals } = result;
    expect(totals.scheduled).toBe(scheduled);
    expect(totals.sent + totals.shed + totals.unsent).toBe(scheduled);
    expect(totals.acked + totals.failed + totals.unresolved).toBe(totals.sent);
    return result;
  }

  /** What a client that is not ours finds in the topic: each record once, and of each shard as many as it counted. */
  async function expectStored(run: KubeRun, result: Result, lost?: number): Promise<void> {
    const stored = await run.stored();
    expect(countLog(result, stored)).toMatchObject({ duplicated: 0, foreign: 0 });
    const indexes = stored.map(({ value }) => parseBinaryMark(value!)!.index);
    for (const { shard, totals } of result.shards!.shards) {
      const count = indexes.filter((index) => index % SHARDS === shard).length;
      if (shard !== lost) expect(count, `of shard ${shard}`).toBe(totals.acked);
      // Nobody has heard what a killed process sent in its last second.
      else expect(count, `of shard ${shard}`).toBeGreaterThanOrEqual(totals.acked);
    }
  }

  test('adds what four pods sent to one exact result, and leaves nothing behind', async () => {
    // The rights that the documentation names are enough.
    const role = parse(readFileSync('deploy/kubernetes/sharded/role.yaml', 'utf8'));
    await namespace.create('roles', role, RBAC);
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role.metadata.name };
    const subjects = [{ apiGroup: roleRef.apiGroup, kind: 'User', name: 'outsider' }];
    await namespace.create('rolebindings', { metadata: { name: 'outsider' }, roleRef, subjects }, RBAC);
    const run = start('6s', { user: kubernetes.outsider });
    const { code, out, err } = await run.command.ended;
    expect(code, err).toBe(0);
    const result = resultOf(run, 6 * RATE);
    expect(result.totals.acked).toBe(6 * RATE);
    expect(result.shards).toMatchObject({ bus: 'kafka', coverage: 1 });
    await expectStored(run, result);
    expect(countLog(result, await run.stored())).toMatchObject({ expected: 6 * RATE, lost: 0, outOfOrder: 0 });
    expect(out).toContain(`${SHARDS} shards on 1 host, coverage 100 %`);
    await untilGone();
  });

  test('counts a shard that was killed and replaced', async () => {
    const run = start('14s');
    await untilSending(run);
    process.kill(pidOf(await podOf(2)), 'SIGKILL');
    const { err } = await run.command.ended;
    const result = resultOf(run, 14 * RATE);
    await expectStored(run, result, 2);
    const { instances } = result.shards!.shards[2]!;
    expect(instances, err).toHaveLength(2);
    expect(instances[0]!.complete).toBe(false);
    expect(instances[1]).toMatchObject({ complete: true });
    expect(instances[1]!.joinedAt).toBeGreaterThan(0);
    expect(result.shards!.coverage).toBeLessThan(1);
    expect(result.events!.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['shard-lost', 'shard-joined']));
  });

  test('has the same result from a collector that was killed and started again', async () => {
    const run = start('14s');
    await untilSending(run);
    process.kill(pidOf(await podOf(0)), 'SIGKILL');
    const { err } = await run.command.ended;
    const result = resultOf(run, 14 * RATE);
    await expectStored(run, result, 0);
    expect(result.shards!.shards[0]!.instances, err).toHaveLength(2);
    const others = result.shards!.shards.slice(1);
    expect(others.map(({ totals }) => totals.acked)).toEqual(others.map(() => (14 * RATE) / SHARDS));
  });

  test('ends all shards by a threshold, with its exit code', async () => {
    const thresholds = { response_ms: [{ threshold: 'p(50)<0.001', abortOnFail: true }] };
    const run = start('10m', { more: { thresholds } });
    const { code, err } = await run.command.ended;
    expect(code, err).toBe(99);
    const result = run.result();
    expect(result.thresholds[0]!.ok).toBe(false);
    expect(countLog(result, await run.stored())).toMatchObject({ expected: result.totals.acked, lost: 0, foreign: 0 });
    await untilGone();
  });

  test('names a shard that never starts, and why', async () => {
    const active = (await namespace.client.call('GET', '/api/v1/pods')).items.filter(
      ({ status }: KubernetesObject) => status.phase === 'Running' || status.phase === 'Pending',
    );
    await allowPods(active.length + SHARDS - 1);
    try {
      const run = start('6s', { args: ['--shard-wait=8s'] });
      const pending = await eventually('a pod without room', async () =>
        (await namespace.pods()).find(({ status }) => status.conditions?.[0]?.reason === 'Unschedulable'),
      );
      const { code, err } = await run.command.ended;
      expect(code).toBe(1);
      expect(err).toContain(`shard ${indexOf(pending)}`);
      expect(err).toContain('Too many pods');
      await untilGone();
    } finally {
      await allowPods(110);
    }
  });

  test('starts no second run of the same name, and stops all shards by SIGINT', async () => {
    const run = start('10m');
    await untilSending(run);
    const second = await start('6s', { id: run.id }).command.ended;
    expect(second.code).toBe(1);
    expect(second.err).toMatch(new RegExp(`^error: .*\\bload-${run.id}\\b.*\\balready\\b`, 'm'));

    run.command.child.kill('SIGINT');
    const { code, err } = await run.command.ended;
    expect(code, err).toBe(130);
    const result = run.result();
    expect(countLog(result, await run.stored())).toMatchObject({ expected: result.totals.acked, lost: 0, foreign: 0 });
    await untilGone();
  });

  test('says once what a user may not do', async () => {
    const run = start('6s', { user: kubernetes.outsider });
    const { code, out, err } = await run.command.ended;
    expect(code).toBe(1);
    expect(out).toBe('');
    const errors = err.split('\n').filter((line) => line.startsWith('error: '));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(namespace.name);
    expect(errors[0]).toMatch(/\bcreate\b.*\bjobs\b/);
    expect(existsSync(run.topic)).toBe(false);
    await untilGone();
  });

  const allowPods = (count: number) =>
    namespace.client.call(
      ...(['PATCH', `/api/v1/nodes/${NODE}/status`] as const),
      { status: { allocatable: { pods: String(count) } } },
      MERGE_PATCH,
    );
});
