/** Why a run in the cluster has no result: what the Job says, and the last lines of the pod that it failed for. */
import { type KubeApi, type KubeList, pathOf } from './api.ts';
import { readEvent } from './event-lines.ts';
import { jobName, type KubeRun } from './kube-run.ts';
import { lastLines } from './pod-log.ts';
import { endOf, failureOf, type Job, type Pod, podOf } from './pod-state.ts';

export interface RunFailure {
  /** Of the pod that failed; absent where none did. */
  readonly exitCode?: number;
  readonly reason: string;
  readonly lines: readonly string[];
}

const LINES = 12;

/** Pods of a run, by the Job that they belong to. */
export function podsOf(run: KubeRun): { readonly labelSelector: string } {
  return { labelSelector: `batch.kubernetes.io/job-name=${jobName(run)}` };
}

/** @param known pods as they were heard of last. @param job undefined where it was deleted. */
export async function explainFailure(
  { api, namespace, run }: { readonly api: KubeApi; readonly namespace: string; readonly run: KubeRun },
  job: Job | undefined,
  known: readonly Pod[],
): Promise<RunFailure> {
  const end = job && endOf(job);
  // The Job may have been heard of before its pods were.
  const path = `${pathOf(namespace, 'pods')}?${new URLSearchParams(podsOf(run))}`;
  const pods = await api.call<KubeList<Pod>>(path).then(
    ({ items }) => items,
    () => known,
  );
  const failed = pods.filter((pod) => failureOf(pod) !== undefined);
  const named = failed.find(({ metadata }) => end?.message?.includes(metadata.name));
  const culprit = named ?? podOf(failed, 0) ?? failed[0];
  const reasons = [
    job === undefined ? `the Job ${jobName(run)} was deleted` : undefined,
    end?.type === 'Failed' ? `the Job failed: ${end.message ?? end.reason ?? 'no reason is given'}` : undefined,
    culprit && culprit !== named ? `pod ${culprit.metadata.name}: ${failureOf(culprit)}` : undefined,
  ].filter((text) => text !== undefined);
  const name = culprit?.metadata.name;
  const lines = name === undefined ? [] : await lastLines(api, { namespace, name }, LINES);
  const exitCode = culprit?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode;
  return {
    ...(exitCode !== undefined && { exitCode }),
    reason: reasons.length === 0 ? 'shard 0 ended without a result' : reasons.join('; '),
    lines: lines.filter((line) => readEvent(line) === undefined),
  };
}
