/**
 * A run's objects in the cluster: created once, never over those of another run, and removed.
 *
 * The Job is created first, suspended: only one of two runs of the same name can create it. The ConfigMap belongs to it,
 * and goes with it whatever becomes of this process.
 */
import { LoadError } from '../errors.ts';
import { ifThere, isConflict, type KubeApi, type KubeList, MERGE_PATCH, pathOf } from './api.ts';
import { jobName, type KubeRun } from './kube-run.ts';
import type { Manifest } from './manifests.ts';
import { endOf, type Job, type Pod } from './pod-state.ts';

/** @throws LoadError where a Job or ConfigMap of that name is there; then nothing was changed. */
export async function deploy(
  api: KubeApi,
  namespace: string,
  run: KubeRun,
  [configMap, job]: readonly [Manifest, Manifest],
): Promise<void> {
  const name = jobName(run);
  const spec = job.spec as { readonly suspend?: boolean };
  const suspended = { ...job, spec: { ...spec, suspend: true } };
  let created: Job;
  try {
    created = await api.call<Job>(pathOf(namespace, 'jobs'), { method: 'POST', body: suspended });
  } catch (error) {
    if (isConflict(error)) throw await taken(api, namespace, run);
    throw error;
  }
  try {
    const owner = { apiVersion: 'batch/v1', kind: 'Job', name, uid: created.metadata.uid };
    const owned = { ...configMap, metadata: { ...configMap.metadata, ownerReferences: [owner] } };
    await api.call(pathOf(namespace, 'configmaps'), { method: 'POST', body: owned });
    if (spec.suspend === true) return;
    const body = { spec: { suspend: false } };
    await api.call(pathOf(namespace, 'jobs', name), { method: 'PATCH', body, contentType: MERGE_PATCH });
  } catch (error) {
    await ifThere(deleteJob(api, namespace, name));
    if (!isConflict(error)) throw error;
    const message = `a ConfigMap ${name} is in namespace ${namespace} already, and no Job that it belongs to`;
    throw new LoadError('KUBERNETES', message, {
      hint: `kubectl delete configmap ${name} -n ${namespace}, or another --run`,
    });
  }
}

async function taken(api: KubeApi, namespace: string, run: KubeRun): Promise<LoadError> {
  const name = jobName(run);
  const job = await api.call<Job>(pathOf(namespace, 'jobs', name)).catch(() => undefined);
  const end = job && endOf(job);
  const isOurs = job?.metadata.labels?.['app.kubernetes.io/managed-by'] === 'kafka-load-engine';
  const state = !isOurs ? 'is not of this engine' : end === undefined ? 'runs' : `has ended (${end.type})`;
  const remove =
    isOurs && end !== undefined
      ? `kubectl delete job ${name} -n ${namespace}, or another --run`
      : 'give this run another --run';
  return new LoadError('KUBERNETES', `a Job ${name} is in namespace ${namespace} already, and ${state}`, {
    hint: remove,
  });
}

/**
 * The Job, its pods and the ConfigMap: each by itself, so that all are gone when this has ended.
 * @param atOnce without the time that pods have to end.
 */
export async function remove(api: KubeApi, namespace: string, run: KubeRun, atOnce: boolean): Promise<void> {
  const name = jobName(run);
  await ifThere(deleteJob(api, namespace, name));
  await ifThere(api.call(pathOf(namespace, 'configmaps', name), { method: 'DELETE' }));
  const query = new URLSearchParams({ labelSelector: `batch.kubernetes.io/job-name=${name}` });
  const { items } = await api.call<KubeList<Pod>>(`${pathOf(namespace, 'pods')}?${query}`);
  const body = { propagationPolicy: 'Background', ...(atOnce && { gracePeriodSeconds: 0 }) };
  for (const { metadata } of items) {
    await ifThere(api.call(pathOf(namespace, 'pods', metadata.name), { method: 'DELETE', body }));
  }
}

function deleteJob(api: KubeApi, namespace: string, name: string): Promise<unknown> {
  return api.call(pathOf(namespace, 'jobs', name), { method: 'DELETE', body: { propagationPolicy: 'Background' } });
}
