/** What the objects of a run say of it: which pod is which shard, what holds pods up, why the Job ended. */
import type { KubeObject, ObjectMeta } from './api.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly state?: {
        readonly waiting?: { readonly reason?: string; readonly message?: string };
        readonly running?: object;
        readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly message?: string };
      };
    }[];
  };
}

export interface Job extends KubeObject {
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly failedIndexes?: string;
    readonly active?: number;
  };
}

export interface KubeEvent extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
}

const INDEX = 'batch.kubernetes.io/job-completion-index';

export function shardOf({ metadata }: { readonly metadata: ObjectMeta }): number {
  return Number(metadata.annotations?.[INDEX] ?? metadata.labels?.[INDEX] ?? Number.NaN);
}

/** Its container has started, and perhaps ended: there is a log. */
export function hasStarted({ status }: Pod): boolean {
  const state = status?.containerStatuses?.[0]?.state;
  return state?.running !== undefined || state?.terminated !== undefined;
}

export function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** The newest pod of a shard. */
export function podOf(pods: Iterable<Pod>, shard: number): Pod | undefined {
  return [...pods]
    .filter((pod) => shardOf(pod) === shard)
    .sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''))
    .at(-1);
}

/** The condition that ended the Job. */
export function endOf({ status }: Job): Condition | undefined {
  const holds = (type: string) => status?.conditions?.find((each) => each.type === type && each.status === 'True');
  return holds('Failed') ?? holds('Complete');
}

/** What is worth waiting for a moment without a word. */
const PASSING = new Set(['ContainerCreating', 'PodInitializing']);

/** Why a pod does not run, in one sentence; undefined where it runs, or is about to. */
export function holdUpOf(pod: Pod, events: readonly KubeEvent[] = []): string | undefined {
  if (hasStarted(pod) || isOver(pod)) return undefined;
  const { conditions = [], containerStatuses = [] } = pod.status ?? {};
  const waiting = containerStatuses[0]?.state?.waiting;
  if (waiting?.reason !== undefined && !PASSING.has(waiting.reason)) return sentence(waiting.reason, waiting.message);
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled !== undefined) return sentence(unscheduled.reason ?? 'not scheduled', unscheduled.message);
  const last = events.findLast(
    ({ type, involvedObject }) => type === 'Warning' && involvedObject?.name === pod.metadata.name,
  );
  return last && sentence(last.reason ?? 'Warning', last.message);
}

/** Why a Job has no pods: a quota, an admission webhook, Pod Security. */
export function noPodsReason(job: Job | undefined, events: readonly KubeEvent[]): string | undefined {
  if (job?.spec?.suspend === true) return 'the Job is suspended: its queue has not admitted it yet';
  const last = events.findLast(
    ({ type, involvedObject }) =>
      type === 'Warning' && involvedObject?.kind === 'Job' && involvedObject.name === job?.metadata.name,
  );
  return last && sentence(last.reason ?? 'Warning', last.message);
}

/** `ImagePullBackOff: Back-off pulling image "x"`. */
function sentence(reason: string, message: string | undefined): string {
  const text = message?.trim().replaceAll(/\s+/g, ' ');
  return text ? `${reason}: ${text}` : reason;
}

/** How the container of a pod ended; undefined where it ended well, or has not. */
export function failureOf({ status }: Pod): string | undefined {
  if (status?.phase !== 'Failed') return undefined;
  const end = status.containerStatuses?.[0]?.state?.terminated;
  if (end === undefined) return sentence(status.reason ?? 'Failed', status.message);
  const reason = end.reason === undefined || end.reason === 'Error' ? '' : ` (${sentence(end.reason, end.message)})`;
  return `exit code ${end.exitCode}${reason}`;
}
