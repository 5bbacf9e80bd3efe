/**
 * A node without containers: binds pods to itself as the scheduler would, runs the container of each as a process of this
 * machine, and reports to the API server what kubelets report.
 */
import { join } from 'node:path';
import type { TestCertificate } from '../transport/certificate.ts';
import { type ApiClient, type KubernetesObject, MERGE_PATCH, watched } from './api-client.ts';
import { serveLogs } from './container-log.ts';
import type { Image } from './container-process.ts';
import { ifThere, PodProcess, podPath } from './pod-process.ts';

export interface KubeletOptions {
  readonly client: ApiClient;
  readonly certificate: TestCertificate;
  readonly port: number;
  /** A folder for each pod. */
  readonly folder: string;
  /** Every pod's, whatever it names. */
  readonly image: Image;
}

export interface Kubelet {
  stop(): Promise<void>;
}

export const NODE = 'node-0';

const isOver = ({ status }: KubernetesObject) => status.phase === 'Succeeded' || status.phase === 'Failed';

export async function startKubelet({ client, certificate, port, folder, image }: KubeletOptions): Promise<Kubelet> {
  const running = new Map<string, PodProcess>();
  const pods = new Map<string, KubernetesObject>();
  const logs = await serveLogs(
    { ...certificate, port },
    (namespace, name) => [...running.values()].findLast((pod) => pod.isNamed(namespace, name))?.log,
  );
  await registerNode(client, port);
  const stop = new AbortController();

  /** Where there is room, and the node is what the pod asks for; else the reason, where the real scheduler puts it. */
  async function schedule(pod: KubernetesObject): Promise<void> {
    const { metadata, spec, status } = await client.call('GET', `/api/v1/nodes/${NODE}`);
    const taken = [...pods.values()].filter((other) => other.spec.nodeName === NODE && !isOver(other)).length;
    const selector: [string, string][] = Object.entries(pod.spec.nodeSelector ?? {});
    const reason = spec.unschedulable
      ? 'node(s) were unschedulable'
      : selector.some(([label, value]) => metadata.labels[label] !== value)
        ? "node(s) didn't match Pod's node affinity/selector"
        : taken >= Number(status.allocatable.pods)
          ? 'Too many pods'
          : undefined;
    if (reason === undefined) {
      const target = { apiVersion: 'v1', kind: 'Node', name: NODE };
      await ifThere(client.call('POST', `${podPath(pod)}/binding`, { metadata: { name: pod.metadata.name }, target }));
      pods.set(pod.metadata.uid, { ...pod, spec: { ...pod.spec, nodeName: NODE } });
      return;
    }
    const message = `0/1 nodes are available: 1 ${reason}.`;
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    if (pod.status.conditions?.[0]?.message === message) return;
    await ifThere(client.call('PATCH', `${podPath(pod)}/status`, { status: { conditions } }, MERGE_PATCH));
  }

  async function take(type: string, pod: KubernetesObject): Promise<void> {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    if (type === 'DELETED') {
      pods.delete(uid);
      await running.get(uid)?.kill();
      return;
    }
    pods.set(uid, pod);
    if (deletionTimestamp !== undefined) {
      const one = running.get(uid);
      if (one !== undefined) await one.end(deletionGracePeriodSeconds);
      else await ifThere(client.call('DELETE', podPath(pod), { gracePeriodSeconds: 0 }));
    } else if (pod.spec.nodeName === NODE && !isOver(pod) && !running.has(uid)) {
      running.set(uid, new PodProcess(client, pod, join(folder, uid), image));
    }
  }

  const scheduled = async () => {
    for (const pod of pods.values()) {
      const isWaiting = pod.spec.nodeName === undefined && pod.metadata.deletionTimestamp === undefined;
      if (isWaiting && !pod.spec.schedulingGates?.length) await schedule(pod);
    }
  };
  const watching = (async () => {
    for await (const { type, object } of watched(client, '/api/v1/pods', stop.signal)) {
      // Not awaited: a pod takes long to end, and others come meanwhile.
      void take(type, object).catch(report);
      await scheduled();
    }
  })().catch(report);
  // Room on the node, or its labels, may change without an event of a pod.
  const again = setInterval(() => void scheduled().catch(report), 1_000);

  function report(error: unknown): void {
    if (!stop.signal.aborted) process.stderr.write(`kubelet: ${error instanceof Error ? error.stack : error}\n`);
  }

  return {
    stop: async () => {
      clearInterval(again);
      stop.abort();
      await Promise.allSettled([...running.values()].map((pod) => pod.kill()));
      await watching;
      logs.closeAllConnections();
      await new Promise((resolve) => logs.close(resolve));
    },
  };
}

async function registerNode(client: ApiClient, port: number): Promise<void> {
  const resources = { cpu: '64', memory: '256Gi', pods: '110' };
  await client.call('POST', '/api/v1/nodes', { metadata: { name: NODE, labels: { 'kubernetes.io/hostname': NODE } } });
  const now = new Date().toISOString();
  const status = {
    ...{ capacity: resources, allocatable: resources },
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: now, lastTransitionTime: now }],
  };
  await client.call('PATCH', `/api/v1/nodes/${NODE}/status`, { status }, MERGE_PATCH);
}
