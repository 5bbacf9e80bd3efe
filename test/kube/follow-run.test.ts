import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeApi } from '../../src/kubernetes/api.ts';
import { deploy, remove } from '../../src/kubernetes/deployed-job.ts';
import { type FollowOptions, followRun } from '../../src/kubernetes/follow-run.ts';
import type { KubeRun } from '../../src/kubernetes/kube-run.ts';
import type { Manifest } from '../../src/kubernetes/manifests.ts';
import { checkRights } from '../../src/kubernetes/rights.ts';
import { FakeCluster, NAMESPACE } from './fake-cluster.ts';

const RUN: KubeRun = {
  ...{ id: 'x', shards: 2, image: 'i', imagePullSecrets: [], resources: { cpu: '1', memory: '1Gi' } },
  ...{ ttlSec: 60, nodeSelector: {}, tolerations: [], mounts: [], flags: { allowInvalid: false } },
};
const MANIFESTS: readonly [Manifest, Manifest] = [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'load-x' }, data: { 'profile.yaml': 'p' } },
  {
    ...{ apiVersion: 'batch/v1', kind: 'Job', spec: {} },
    metadata: { name: 'load-x', labels: { 'app.kubernetes.io/managed-by': 'kafka-load-engine' } },
  },
];

let cluster: FakeCluster;
let api: KubeApi;
let stop: AbortController;
let abandon: AbortController;
let heard: string[];

beforeEach(async () => {
  cluster = new FakeCluster();
  api = await cluster.api();
  [stop, abandon] = [new AbortController(), new AbortController()];
  heard = [];
});
afterEach(() => {
  abandon.abort();
  cluster.close();
});

const start = () => deploy(api, NAMESPACE, RUN, MANIFESTS);
const follow = (more: Partial<FollowOptions> = {}) =>
  followRun({
    ...{ api, namespace: NAMESPACE, run: RUN, stop: stop.signal, abandon: abandon.signal },
    ...{ startWithinMs: 60_000, graceMs: 60_000, holdUpMs: 50 },
    onEvent: (event) => heard.push(event.event === 'progress' ? `progress ${event.progress.sent}` : event.event),
    onNote: (note) => heard.push(note),
    onLine: (line) => heard.push(`stderr ${line}`),
    ...more,
  });
const progress = (sent: number) => ({ event: 'progress', progress: { phase: 'load', elapsedNs: 1, sent } });
const file = (name: string, text: string) => ({ event: 'file', name, gzip: gzipSync(text).toString('base64') });
/** What was heard, as soon as it has `text`. */
const until = (text: string) => expect.poll(() => heard, { timeout: 20_000, interval: 10 }).toContain(text);

function runBoth(): void {
  cluster.setPod('load-x-0-a', 0, 'running');
  cluster.setPod('load-x-1-a', 1, 'running');
}

describe('a run that is followed', () => {
  test('is heard from shard 0, and has its files and its exit code', async () => {
    cluster.onStart = runBoth;
    await start();
    const following = follow();
    const log = cluster.log('load-x-0-a');
    log.event(1, { event: 'start', run: 'x', text: 'atm' });
    log.write(1, 'note on stderr', 'debug: {"event":');
    log.event(2, progress(10));
    log.event(3, { event: 'warning', text: 'w' });
    log.event(4, file('result.json', 'R'));
    log.event(4, file('profile.yaml', 'P'));
    log.event(4, { event: 'end', exitCode: 99 });
    const { exitCode, files, failure } = await following;
    expect([exitCode, failure]).toEqual([99, undefined]);
    expect(files.map(({ name, content }) => `${name} ${content}`)).toEqual(['result.json R', 'profile.yaml P']);
    expect(heard).toEqual(['start', 'stderr note on stderr', 'stderr debug: {"event":', 'progress 10', 'warning']);
  });

  test('is heard once, whatever becomes of the connection', async () => {
    cluster.onStart = runBoth;
    await start();
    const following = follow();
    const log = cluster.log('load-x-0-a');
    log.event(1, progress(1));
    log.event(2.5, progress(2));
    // Two of the same time, one before and one after.
    log.event(2.5, progress(3));
    await until('progress 3');
    log.cut();
    log.event(2.5, progress(4));
    log.event(2.6, progress(5));
    await until('progress 5');
    log.event(3, { event: 'end', exitCode: 0 });
    await following;
    expect(heard).toEqual([1, 2, 3, 4, 5].map((sent) => `progress ${sent}`));
    expect(log.opened).toBe(2);
  });

  test('goes on with the pod that takes the place of one that was killed', async () => {
    cluster.onStart = runBoth;
    await start();
    const following = follow();
    const first = cluster.log('load-x-0-a');
    first.event(1, progress(1));
    await until('progress 1');
    first.write(2, 'error: out of luck', '  try again');
    first.end();
    cluster.setPod('load-x-0-a', 0, { exitCode: 1 });
    await until('pod load-x-0-a of shard 0 ended with exit code 1: out of luck');
    cluster.setPod('load-x-0-b', 0, 'running');
    const second = cluster.log('load-x-0-b');
    second.event(20, progress(2));
    second.event(21, { event: 'end', exitCode: 3 });
    expect((await following).exitCode).toBe(3);
    expect(heard.filter((line) => !line.startsWith('stderr'))).toEqual([
      'progress 1',
      'pod load-x-0-a of shard 0 ended with exit code 1: out of luck',
      'progress 2',
    ]);
  });

  test('is stopped by way of shard 0 alone, and its result is waited for', async () => {
    cluster.onStart = runBoth;
    await start();
    const log = cluster.log('load-x-0-a');
    cluster.onDeletePod = (name) => {
      expect(name).toBe('load-x-0-a');
      log.event(5, file('result.json', 'partial'));
      log.event(5, { event: 'end', exitCode: 143 });
    };
    const following = follow();
    log.event(1, progress(1));
    await until('progress 1');
    stop.abort();
    const { exitCode, files } = await following;
    expect([exitCode, `${files[0]!.content}`]).toEqual([143, 'partial']);
    expect(cluster.changes.at(-1)).toBe('DELETE pods/load-x-0-a');
  });

  test('is not waited for where it has not begun, or where nobody waits any more', async () => {
    await start();
    cluster.setPod('load-x-0-a', 0, 'pending');
    stop.abort();
    expect(await follow()).toMatchObject({ files: [] });
    expect(cluster.changes.filter((change) => change.startsWith('DELETE'))).toEqual([]);
    stop = new AbortController();
    const following = follow();
    runBoth();
    cluster.log('load-x-0-a').event(1, progress(1));
    await until('progress 1');
    abandon.abort();
    expect(await following).toEqual({ files: [] });
  });
});

describe('what goes wrong is explained', () => {
  test('pods that do not start: how many, and each reason once', async () => {
    await start();
    cluster.setPod('load-x-0-a', 0, { waiting: 'ImagePullBackOff', message: 'Back-off pulling image "i"' });
    cluster.setPod('load-x-1-a', 1, { waiting: 'ImagePullBackOff', message: 'Back-off pulling image "i"' });
    const following = follow();
    const reason = 'ImagePullBackOff: Back-off pulling image "i"';
    await until(`0 of 2 pods run; ${reason}`);
    runBoth();
    await until('2 pods run');
    cluster.log('load-x-0-a').event(1, { event: 'end', exitCode: 0 });
    await following;
    expect(heard).toEqual([`0 of 2 pods run; ${reason}`, '2 pods run']);
  });

  test('no pods at all: what the Job was refused; and it is given up in time', async () => {
    await start();
    const involvedObject = { kind: 'Job', name: 'load-x' };
    const message = 'pods "load-x-0-" is forbidden: exceeded quota: q';
    cluster.events.push({ type: 'Warning', reason: 'FailedCreate', message, involvedObject });
    const given = follow({ startWithinMs: 500 });
    await expect(given).rejects.toThrow(
      'there is no pod of shard 0 after 500ms: FailedCreate: pods "load-x-0-" is forbidden: exceeded quota: q',
    );
  });

  test('a shard that cannot: what the Job says, and the last lines of its pod', async () => {
    cluster.onStart = runBoth;
    await start();
    const following = follow();
    const log = cluster.log('load-x-1-a');
    log.write(1, 'error: the schema is another', '  register it');
    log.end();
    cluster.log('load-x-0-a').end();
    cluster.setPod('load-x-0-a', 0, { exitCode: 143 });
    cluster.setPod('load-x-1-a', 1, { exitCode: 2 });
    const message = 'Container shard for pod load/load-x-1-a failed with exit code 2 matching FailJob rule at index 1';
    cluster.setConditions('jobs/load-x', { type: 'Failed', status: 'True', reason: 'PodFailurePolicy', message });
    expect(await following).toEqual({
      files: [],
      failure: {
        exitCode: 2,
        reason: `the Job failed: ${message}`,
        lines: ['error: the schema is another', '  register it'],
      },
    });
  });

  test('a Job that somebody deletes', async () => {
    cluster.onStart = runBoth;
    await start();
    const following = follow();
    cluster.log('load-x-0-a').event(1, progress(1));
    await until('progress 1');
    await remove(api, NAMESPACE, RUN, true);
    cluster.log('load-x-0-a').end();
    expect((await following).failure?.reason).toBe('the Job load-x was deleted');
  });
});

describe('objects in the cluster', () => {
  test('the Job is there before its profile, starts after it, and both are removed with the pods', async () => {
    cluster.onStart = runBoth;
    await start();
    expect(cluster.changes).toEqual(['POST jobs', 'POST configmaps', 'PATCH jobs/load-x']);
    const { uid } = cluster.object('jobs/load-x').metadata;
    expect(cluster.object('configmaps/load-x').metadata.ownerReferences).toEqual([
      { apiVersion: 'batch/v1', kind: 'Job', name: 'load-x', uid },
    ]);
    await remove(api, NAMESPACE, RUN, false);
    expect(cluster.names).toEqual([]);
    await remove(api, NAMESPACE, RUN, false);
  });

  test('what Kueue is to start stays suspended', async () => {
    const [configMap, job] = MANIFESTS;
    await deploy(api, NAMESPACE, RUN, [configMap, { ...job, spec: { suspend: true } }]);
    expect(cluster.object('jobs/load-x').spec).toEqual({ suspend: true });
    expect(cluster.changes).toEqual(['POST jobs', 'POST configmaps']);
  });

  test('a run of the same ID is refused, and nothing of the other one is touched', async () => {
    await start();
    const before = structuredClone(cluster.object('configmaps/load-x'));
    await expect(start()).rejects.toThrow('a Job load-x is in namespace load already, and runs');
    cluster.setConditions('jobs/load-x', { type: 'Complete', status: 'True' });
    await expect(start()).rejects.toMatchObject({
      message: 'a Job load-x is in namespace load already, and has ended (Complete)',
      hint: 'kubectl delete job load-x -n load, or another --run',
    });
    expect(cluster.object('configmaps/load-x')).toEqual(before);
    expect(cluster.changes.filter((change) => !change.startsWith('POST jobs')).length).toBe(2);
  });

  test('a ConfigMap that is left of another run is not taken, and leaves no Job behind', async () => {
    const [configMap] = MANIFESTS;
    await api.call(`/api/v1/namespaces/${NAMESPACE}/configmaps`, { method: 'POST', body: configMap });
    await expect(start()).rejects.toThrow('a ConfigMap load-x is in namespace load already');
    expect(cluster.names).toEqual(['configmaps/load-x']);
  });

  test('rights that are missing are named, all at once', async () => {
    await checkRights(api, NAMESPACE);
    for (const right of ['create jobs', 'watch jobs', 'get pods/log']) cluster.denied.add(right);
    await expect(checkRights(api, NAMESPACE)).rejects.toMatchObject({
      message: 'Kubernetes does not allow you, in namespace load, to create, watch jobs; get pods/log',
      hint: expect.stringContaining('deploy/kubernetes/sharded/role.yaml'),
    });
  });
});
