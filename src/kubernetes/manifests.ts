/** A run as objects of Kubernetes: an Indexed Job whose pods are the shards, and the profile they read. */
import { stringify } from 'yaml';
import type { Plan } from '../plan/plan.ts';
import { NS_PER_SEC } from '../units.ts';
import { jobName, type KubeRun, type SecretVariable } from './kube-run.ts';
import { configMapData, FILES_DIRECTORY, type PackedFile } from './packed-files.ts';
import type { PackedProfile } from './packed-profile.ts';
import { RESULTS_DIRECTORY, shardArguments } from './shard-arguments.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** The container of each pod. */
export const CONTAINER = 'shard';

/** A shard that is killed is started again this often. */
const REPLACEMENTS_MAX = 2;

/** Exit codes that are the run's own answer, or a mistake in what it was given: a second try would end alike. */
const FINAL_EXIT_CODES = [2, 3, 4, 99];

/** After the last acknowledgement: the final messages of all shards, the result and its files. */
const COLLECT_SEC = 60;

/** Until the image is on each node and the broker has answered. */
const BEGIN_SEC = 300;

export interface Timing {
  /** Null: only a stop ends the run. */
  readonly deadlineSec: number | null;
  /** From SIGTERM to SIGKILL. */
  readonly graceSec: number;
  /** For the first pod to start. */
  readonly startWithinSec: number;
}

/** @param shardWaitNs how long shard 0 waits for the others. */
export function timingOf({ durationNs, lanes, reading }: Plan, shardWaitNs: number): Timing {
  const graceful = Math.ceil(Math.max(0, ...lanes.map((lane) => lane.gracefulStopNs)) / NS_PER_SEC);
  const isOpenEnded =
    lanes.some(({ load }) => load.endNs === Number.POSITIVE_INFINITY || (load.kind === 'open' && load.endless)) ||
    (lanes.length === 0 && durationNs === 0 && reading !== undefined);
  const durationSec = Math.ceil(durationNs / NS_PER_SEC);
  const graceSec = graceful + COLLECT_SEC;
  const waitSec = Math.ceil(shardWaitNs / NS_PER_SEC);
  return {
    graceSec,
    startWithinSec: BEGIN_SEC + waitSec,
    deadlineSec: isOpenEnded ? null : BEGIN_SEC + waitSec + durationSec + graceSec,
  };
}

/** The ConfigMap first: pods wait for it. */
export function manifestsOf(
  run: KubeRun,
  packed: PackedProfile,
  timing: Timing,
  version: string,
): [Manifest, Manifest] {
  const labels = labelsOf(run, version);
  return [configMap(run, packed.files, labels), job(run, packed.variables, timing, labels)];
}

/** For kubectl, which reads YAML 1.1: there `on` and `1:30` are not text. */
export function manifestText(manifests: readonly Manifest[]): string {
  return manifests
    .map((each) => stringify(each, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');
}

export function labelsOf(run: Pick<KubeRun, 'id'>, version: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': 'kafka-load-engine',
    'app.kubernetes.io/instance': jobName(run),
    'app.kubernetes.io/version': version,
    'app.kubernetes.io/component': 'shard',
    'app.kubernetes.io/managed-by': 'kafka-load-engine',
  };
}

function metadataOf(run: KubeRun, labels: Readonly<Record<string, string>>) {
  return { name: jobName(run), ...(run.namespace !== undefined && { namespace: run.namespace }), labels };
}

function configMap(run: KubeRun, files: readonly PackedFile[], labels: Readonly<Record<string, string>>): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(run, labels),
    // A shard that is started again must read what the others have read.
    immutable: true,
    ...configMapData(files),
  };
}

function job(
  run: KubeRun,
  variables: readonly SecretVariable[],
  { deadlineSec, graceSec }: Timing,
  labels: Readonly<Record<string, string>>,
): Manifest {
  const { shards, queue, ttlSec } = run;
  const queued = queue === undefined ? {} : { 'kueue.x-k8s.io/queue-name': queue };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadataOf(run, { ...labels, ...queued }),
    spec: {
      completionMode: 'Indexed',
      completions: shards,
      parallelism: shards,
      // Kueue starts what is suspended when there is room for all of it.
      ...(queue !== undefined && { suspend: true }),
      backoffLimitPerIndex: REPLACEMENTS_MAX,
      // Results cover 99 % of all shards' seconds, or the run is INCOMPLETE: with more lost there is nothing to go on for.
      maxFailedIndexes: Math.floor(shards / 100),
      podReplacementPolicy: 'Failed',
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'FailJob', onExitCodes: { containerName: CONTAINER, operator: 'In', values: FINAL_EXIT_CODES } },
        ],
      },
      ...(deadlineSec !== null && { activeDeadlineSeconds: deadlineSec }),
      ttlSecondsAfterFinished: ttlSec,
      template: { metadata: { labels }, spec: podSpec(run, variables, graceSec) },
    },
  };
}

function podSpec(run: KubeRun, variables: readonly SecretVariable[], graceSec: number) {
  const { image, imagePullSecrets, resources, nodeSelector, tolerations, mounts } = run;
  const env = variables.map(({ variable, secret, key }) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: secret, key } },
  }));
  return {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: graceSec,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(tolerations.length > 0 && { tolerations }),
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { 'app.kubernetes.io/instance': jobName(run) } },
      },
    ],
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: CONTAINER,
        image,
        imagePullPolicy: 'IfNotPresent',
        args: shardArguments(run),
        ...(env.length > 0 && { env }),
        // Guaranteed: no neighbour takes the processor while messages are due.
        resources: { requests: resources, limits: resources },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [
          { name: 'profile', mountPath: FILES_DIRECTORY, readOnly: true },
          { name: 'results', mountPath: RESULTS_DIRECTORY },
          { name: 'tmp', mountPath: '/tmp' },
          ...mounts.map(({ path }, i) => ({ name: `secret-${i}`, mountPath: path, readOnly: true })),
        ],
      },
    ],
    volumes: [
      { name: 'profile', configMap: { name: jobName(run) } },
      { name: 'results', emptyDir: { sizeLimit: '1Gi' } },
      { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
      ...mounts.map(({ secret }, i) => ({ name: `secret-${i}`, secret: { secretName: secret } })),
    ],
  };
}
