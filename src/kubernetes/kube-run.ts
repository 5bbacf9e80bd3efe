/** What a run on Kubernetes consists of: its name, its pods, and what they are given. Plain data. */

export interface KubeRun {
  /** Of the run: `--run`; part of every name. */
  readonly id: string;
  readonly shards: number;
  /** Absent: where kubectl, or the kubeconfig, points. */
  readonly namespace?: string;
  readonly image: string;
  readonly imagePullSecrets: readonly string[];
  readonly resources: { readonly cpu: string; readonly memory: string };
  /** LocalQueue of Kueue, which then decides when the pods start. */
  readonly queue?: string;
  readonly ttlSec: number;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly mounts: readonly SecretMount[];
  readonly flags: ShardedFlags;
}

/** Flags of `load run` that no profile has. */
export interface ShardedFlags {
  readonly topicSuffix?: string;
  readonly busServers?: string;
  readonly shardWait?: string;
  readonly waitForBroker?: string;
  readonly logLevel?: string;
  readonly allowInvalid: boolean;
}

export interface Toleration {
  readonly key?: string;
  readonly operator: 'Exists' | 'Equal';
  readonly value?: string;
  readonly effect?: string;
}

/** A Secret as files. */
export interface SecretMount {
  readonly secret: string;
  /** Absolute. */
  readonly path: string;
}

/** An environment variable that the profile reads, and which key of which Secret has it. */
export interface SecretVariable {
  readonly variable: string;
  readonly secret: string;
  readonly key: string;
}

/** Room for the index of the last pod in the longest name that DNS takes, 63 characters. */
export const RUN_ID_LENGTH_MAX = 50;

const PREFIX = 'load-';

export function jobName({ id }: Pick<KubeRun, 'id'>): string {
  return PREFIX + id;
}
