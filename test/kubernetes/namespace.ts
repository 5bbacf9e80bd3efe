/** What the tests do in a namespace of their own, and how they look at its pods. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiClient, apiClient, type KubernetesObject } from './api-client.ts';
import type { ClusterUser } from './cluster.ts';

export interface Namespace {
  readonly name: string;
  readonly client: ApiClient;
  /** `/api/v1/namespaces/NAME/KIND`, or that of the group. */
  path(kind: string, group?: string): string;
  create(kind: string, object: KubernetesObject, group?: string): Promise<KubernetesObject>;
  get(kind: string, name: string, group?: string): Promise<KubernetesObject>;
  pods(selector?: string): Promise<KubernetesObject[]>;
  /** Everything goes that would go on running. */
  close(): Promise<void>;
}

export const BATCH = 'batch/v1';

export async function openNamespace(user: ClusterUser): Promise<Namespace> {
  const client = apiClient(user);
  const name = `test-${randomBytes(4).toString('hex')}`;
  await client.call('POST', '/api/v1/namespaces', { metadata: { name } });
  const path = (kind: string, group?: string) =>
    `${group === undefined ? '/api/v1' : `/apis/${group}`}/namespaces/${name}/${kind}`;
  return {
    ...{ name, client, path },
    create: (kind, object, group) => client.call('POST', path(kind, group), object),
    get: (kind, object, group) => client.call('GET', `${path(kind, group)}/${object}`),
    pods: async (selector = '') =>
      (await client.call('GET', `${path('pods')}?labelSelector=${encodeURIComponent(selector)}`)).items,
    close: async () => {
      const options = { propagationPolicy: 'Background', gracePeriodSeconds: 0 };
      await client.call('DELETE', path('jobs', BATCH), options);
      await client.call('DELETE', path('pods'), options);
      client.close();
    },
  };
}

/** The first answer that is not undefined. @throws Error after `limitMs`, far beyond what it takes. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, limitMs = 60_000): Promise<T> {
  const giveUpMs = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > giveUpMs) throw new Error(`${what}: not within ${limitMs / 1_000} s`);
    await sleep(50);
  }
}

/** The condition that ended the job: `Complete` or `Failed`. */
export function endOfJob(namespace: Namespace, name: string): Promise<KubernetesObject> {
  return eventually(`the end of job ${name}`, async () => {
    const { status } = await namespace.get('jobs', name, BATCH);
    return status.conditions?.find(({ type }: KubernetesObject) => type === 'Complete' || type === 'Failed');
  });
}

export const indexOf = ({ metadata }: KubernetesObject) =>
  Number(metadata.annotations['batch.kubernetes.io/job-completion-index']);

/** Of the process that runs its container. */
export const pidOf = ({ status }: KubernetesObject) =>
  Number(/\d+$/.exec(status.containerStatuses?.[0]?.containerID ?? '')?.[0] ?? 0);
