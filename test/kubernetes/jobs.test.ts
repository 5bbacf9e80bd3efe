/** That this Kubernetes does with an Indexed Job what distributed runs build on. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ApiError, apiClient } from './api-client.ts';
import { describeKubernetes } from './describe-kubernetes.ts';
import { BATCH, endOfJob, eventually, indexOf, type Namespace, openNamespace, pidOf } from './namespace.ts';

const INDEXES = 4;

/** @param code of a Node.js process, the same for every index */
function indexedJob(name: string, code: string) {
  const container = {
    name: 'load',
    image: 'any:1',
    command: ['node', '-e', code],
    args: ['$(GREETING)', '/etc/settings/mode'],
    env: [
      { name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'settings', key: 'greeting' } } },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ],
    volumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }],
  };
  return {
    metadata: { name },
    spec: {
      ...{ completionMode: 'Indexed', completions: INDEXES, parallelism: INDEXES },
      ...{ backoffLimitPerIndex: 1, maxFailedIndexes: INDEXES, podReplacementPolicy: 'Failed' },
      podFailurePolicy: {
        rules: [{ action: 'FailJob', onExitCodes: { containerName: 'load', operator: 'In', values: [99] } }],
      },
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [container],
          volumes: [{ name: 'settings', configMap: { name: 'settings' } }],
        },
      },
    },
  };
}

describeKubernetes('an Indexed Job', (kubernetes) => {
  let namespace: Namespace;

  beforeEach(async () => {
    namespace = await openNamespace(kubernetes.admin);
    await namespace.create('configmaps', {
      metadata: { name: 'settings' },
      data: { greeting: 'hello', mode: 'read from a volume' },
    });
  });
  afterEach(() => namespace.close());

  const start = (code: string) => namespace.create('jobs', indexedJob('load', code), BATCH);
  const podOf = (index: number) =>
    eventually(`a running pod of index ${index}`, async () =>
      (await namespace.pods()).find((pod) => indexOf(pod) === index && pod.status.phase === 'Running'),
    );
  const logOf = async (name: string, query: string): Promise<string[]> => {
    const lines: string[] = [];
    for await (const line of namespace.client.lines(`${namespace.path('pods')}/${name}/log?${query}`)) lines.push(line);
    return lines;
  };

  test('runs a process for each index, whose log can be followed, and completes', async () => {
    await start(`
      const [greeting, file] = process.argv.slice(1);
      console.log(greeting, process.env.JOB_COMPLETION_INDEX, process.env.POD, require('fs').readFileSync(file, 'utf8'));
      setTimeout(() => console.error('the end'), 1000);`);
    const { metadata } = await podOf(2);
    const lines = await logOf(metadata.name, 'follow=true');
    expect(lines).toEqual([`hello 2 ${metadata.name} read from a volume`, 'the end']);
    expect(await logOf(metadata.name, 'tailLines=1')).toEqual(['the end']);
    expect((await endOfJob(namespace, 'load')).type).toBe('Complete');
    expect((await namespace.get('jobs', 'load', BATCH)).status.completedIndexes).toBe('0-3');
  });

  test('ends all of them when one exits with 99', async () => {
    await start(`
      process.on('SIGTERM', () => process.exit(7));
      console.log('up');
      setInterval(() => {}, 1000);
      if (process.env.JOB_COMPLETION_INDEX === '1') process.on('SIGUSR2', () => process.exit(99));`);
    const pods = await Promise.all([0, 1, 2, 3].map(podOf));
    for (const { metadata } of pods) {
      await eventually('its first line', async () => (await logOf(metadata.name, '')).find((line) => line === 'up'));
    }
    process.kill(pidOf(pods[1]), 'SIGUSR2');
    const { type, reason, message } = await endOfJob(namespace, 'load');
    expect({ type, reason }).toEqual({ type: 'Failed', reason: 'PodFailurePolicy' });
    expect(message).toContain('exit code 99');
    for (const pod of pods) await eventually('its end', async () => isGone(pidOf(pod)) || undefined);
    const left = await namespace.pods();
    expect(left.map((pod) => pod.status.containerStatuses[0].state.terminated.exitCode)).toEqual([99]);
  });

  test('replaces the pod of a killed process, and counts its attempts', async () => {
    await start(`
      const fs = require('fs');
      if (process.env.JOB_COMPLETION_INDEX === '3') setTimeout(() => {}, process.env.ATTEMPT === '0' ? 600000 : 0);`);
    const first = await podOf(3);
    process.kill(pidOf(first), 'SIGKILL');
    const pods = await eventually('another pod', async () => {
      const found = (await namespace.pods()).filter((pod) => indexOf(pod) === 3);
      return found.length === 2 ? found : undefined;
    });
    const second = pods.find(({ metadata }) => metadata.uid !== first.metadata.uid);
    expect(second.metadata.annotations['batch.kubernetes.io/job-index-failure-count']).toBe('1');
  });

  test('takes its pods with it when it is deleted, each with its signal', async () => {
    await start(`
      process.on('SIGTERM', () => { console.log('the signal'); setTimeout(() => process.exit(0), 300); });
      console.log('up');
      setInterval(() => {}, 1000);`);
    const pod = await podOf(0);
    const log = logOf(pod.metadata.name, 'follow=true');
    await eventually('its first line', async () => (await logOf(pod.metadata.name, '')).find((line) => line === 'up'));
    await namespace.client.call('DELETE', `${namespace.path('jobs', BATCH)}/load`, { propagationPolicy: 'Background' });
    expect(await log).toEqual(['up', 'the signal']);
    await eventually('no pod', async () => (await namespace.pods()).length === 0 || undefined);
  });

  test('leaves a pod that no node has room for waiting, with the reason', async () => {
    const job = indexedJob('load', '');
    Object.assign(job.spec.template.spec, { nodeSelector: { disk: 'fast' } });
    await namespace.create('jobs', job, BATCH);
    const condition = await eventually('the reason', async () => (await namespace.pods())[0]?.status.conditions?.[0]);
    expect(condition).toMatchObject({
      ...{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
      message: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
    });
  });

  test('is refused to a user without rights', async () => {
    const client = apiClient(kubernetes.outsider);
    const refused = client.call('POST', namespace.path('jobs', BATCH), indexedJob('load', '')).catch((error) => error);
    const error = (await refused) as ApiError;
    client.close();
    expect(error.code).toBe(403);
    expect(error.message).toContain('User \\"outsider\\" cannot create resource \\"jobs\\" in API group \\"batch\\"');
  });
});

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
