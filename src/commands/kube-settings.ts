/** What the flags of `kube` ask for: the pods, and the profile that goes to them. */
import { collect, InputError, type Problem } from '../errors.ts';
import { type KubeRun, RUN_ID_LENGTH_MAX, type SecretMount, type Toleration } from '../kubernetes/kube-run.ts';
import { type Manifest, manifestsOf, type Timing, timingOf } from '../kubernetes/manifests.ts';
import { FILES_DIRECTORY } from '../kubernetes/packed-files.ts';
import { type PackedProfile, packProfile } from '../kubernetes/packed-profile.ts';
import { clusterProblems } from '../kubernetes/reachable.ts';
import { RESULTS_DIRECTORY } from '../kubernetes/shard-arguments.ts';
import { checkShardable } from '../plan/shardable.ts';
import { engineVersion } from '../result/machine.ts';
import { runTagOf } from '../shards/shared-plan.ts';
import { NS_PER_SEC } from '../units.ts';
import type { Invocation } from './invocation.ts';
import { durationNsOf, isSet, listValue, overridesOf, profileOf, textValue, type Values } from './values.ts';

export interface KubeSettings {
  readonly run: KubeRun;
  readonly packed: PackedProfile;
  readonly timing: Timing;
  /** The ConfigMap, and the Job. */
  readonly manifests: readonly [Manifest, Manifest];
}

const SHARDS_MAX = 1_000;
/** Directories of a pod that are there already. */
const OWN_MOUNTS = [FILES_DIRECTORY, RESULTS_DIRECTORY, '/tmp'];
/** Half of what Node.js and librdkafka take before the first message: less is a missing unit. */
const MEMORY_MIN_BYTES = 64 * 1024 * 1024;
const UNIT_BYTES: Readonly<Record<string, number>> = {
  ...{ k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 },
};
const SHARD_WAIT_NS = 300 * NS_PER_SEC;

/** @throws InputError with everything that is wrong with the flags, or with the profile. */
export async function readKubeSettings(
  { values, params }: Pick<Invocation, 'values' | 'params'>,
  now: Date,
  onNote: (note: string) => void,
): Promise<KubeSettings> {
  const problems: Problem[] = [];
  const shards = shardsOf(values, problems);
  const resources = { cpu: textValue(values, 'cpu') ?? '', memory: textValue(values, 'memory') ?? '' };
  checkQuantities(resources, problems);
  const mounts = listValue(values, 'secret-mount').flatMap((text) => mountOf(text, problems));
  checkMounts(mounts, problems);
  const imagePullSecrets = listValue(values, 'pull-secret');
  checkPullSecrets(imagePullSecrets, problems);
  const image = textValue(values, 'image') ?? `kafka-load-engine:${engineVersion()}`;
  checkImage(image, problems);
  const tolerations = listValue(values, 'tolerate').flatMap((text) => tolerationOf(text, problems));
  const nodeSelector = selectorOf(listValue(values, 'node-selector'), problems);
  const durationNs = (flag: string) => collect(problems, () => durationNsOf(values, flag)) ?? 0;
  const ttlSec = durationNs('ttl-after-finished') / NS_PER_SEC;
  const shardWaitNs = textValue(values, 'shard-wait') === undefined ? SHARD_WAIT_NS : durationNs('shard-wait');
  durationNs('wait-for-broker');
  const namespace = nameValue(values, 'namespace', problems);
  const queue = nameValue(values, 'queue', problems);
  const given = textValue(values, 'run');
  if (given !== undefined) checkId(given, shards, problems);
  if (problems.length > 0) throw new InputError(problems);
  const secrets = listValue(values, 'secret');
  const packed = await packProfile(profileOf(values), {
    overrides: overridesOf(values, params),
    secrets,
    mounts,
    shared: { runTag: runTagOf(given ?? ''), shard: { index: 0, count: shards }, nowMs: now.getTime() },
    onNote,
  });
  const { plan } = packed.planned;
  const busServers = textValue(values, 'bus-servers');
  const impossible = clusterProblems(plan, busServers);
  if (impossible.length > 0) throw new InputError(impossible);
  checkShardable(plan);
  const run: KubeRun = {
    id: given ?? defaultId(plan.name, now),
    shards,
    ...(namespace !== undefined && { namespace }),
    image,
    imagePullSecrets,
    resources,
    ...(queue !== undefined && { queue }),
    ttlSec: Math.round(ttlSec),
    nodeSelector,
    tolerations,
    mounts,
    flags: shardedFlags(values),
  };
  const timing = timingOf(plan, shardWaitNs);
  return { run, packed, timing, manifests: manifestsOf(run, packed, timing, engineVersion()) };
}

function shardedFlags(values: Values): KubeRun['flags'] {
  const given = {
    topicSuffix: textValue(values, 'topic-suffix'),
    busServers: textValue(values, 'bus-servers'),
    shardWait: textValue(values, 'shard-wait'),
    waitForBroker: textValue(values, 'wait-for-broker'),
    logLevel: textValue(values, 'log-level'),
  };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    allowInvalid: isSet(values, 'allow-invalid'),
  };
}

function shardsOf(values: Values, problems: Problem[]): number {
  const text = textValue(values, 'shards');
  const shards = Number(text);
  if (text === undefined)
    problems.push({ place: '--shards', message: 'how many pods is not given', hint: '--shards 4' });
  else if (!/^\d+$/.test(text) || shards < 1 || shards > SHARDS_MAX) {
    problems.push({ place: '--shards', message: `\`${text}\` is not a number of pods`, hint: `1 to ${SHARDS_MAX}` });
  }
  return shards;
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

function checkId(id: string, shards: number, problems: Problem[]): void {
  const lengthMax = RUN_ID_LENGTH_MAX;
  if (DNS_LABEL.test(id) && id.length <= lengthMax) return;
  const message = `\`${id}\` cannot be part of the name of a Job and its ${shards} pods`;
  problems.push({ place: '--run', message, hint: `a-z, 0-9 and -, ${lengthMax} characters at most, e.g. nightly-1` });
}

/** `atm-20261121t204454z`. */
function defaultId(profileName: string, now: Date): string {
  const time = now
    .toISOString()
    .replaceAll(/[-:]|\..*/g, '')
    .toLowerCase();
  const name = profileName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '');
  return `${name.slice(0, RUN_ID_LENGTH_MAX - time.length - 2).replace(/-$/, '') || 'run'}-${time}z`;
}

function nameValue(values: Values, flag: string, problems: Problem[]): string | undefined {
  const name = textValue(values, flag);
  if (name !== undefined && (!DNS_LABEL.test(name) || name.length > 63)) {
    problems.push({ place: `--${flag}`, message: `\`${name}\` is not a name`, hint: 'a-z, 0-9 and -, 63 at most' });
  }
  return name;
}

const QUANTITIES = {
  cpu: { form: /^(?!0+(?:\.0+)?m?$)(?:\d+(?:\.\d+)?|\d+m)$/, hint: '2, 0.5 or 500m' },
  memory: { form: /^(?!0)\d+(?:\.\d+)?(?:[KMGT]i|[kMGT])?$/, hint: '512Mi or 2Gi' },
} as const;

function checkQuantities(resources: KubeRun['resources'], problems: Problem[]): void {
  for (const name of ['cpu', 'memory'] as const) {
    const { form, hint } = QUANTITIES[name];
    const text = resources[name];
    if (!form.test(text)) problems.push({ place: `--${name}`, message: `\`${text}\` is not an amount`, hint });
    else if (name === 'memory' && bytesOf(text) < MEMORY_MIN_BYTES) {
      problems.push({ place: '--memory', message: `\`${text}\` is less than a pod needs, 64Mi`, hint });
    }
  }
}

function bytesOf(text: string): number {
  return Number.parseFloat(text) * (UNIT_BYTES[text.replace(/^[\d.]+/, '')] ?? 1);
}

const SECRET_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

function checkPullSecrets(names: readonly string[], problems: Problem[]): void {
  for (const name of names) {
    if (SECRET_NAME.test(name)) continue;
    const message = `\`${name}\` is not the name of a Secret`;
    problems.push({ place: '--pull-secret', message, hint: 'a-z, 0-9, - and .' });
  }
}

function checkImage(image: string, problems: Problem[]): void {
  if (/^[^\s-]\S*$/.test(image)) return;
  const hint = 'registry.example/kafka-load-engine:0.1.0';
  problems.push({ place: '--image', message: `\`${image}\` is not an image`, hint });
}

function checkMounts(mounts: readonly SecretMount[], problems: Problem[]): void {
  const taken = new Set(OWN_MOUNTS);
  for (const { path } of mounts) {
    if (taken.has(path)) {
      const message = `something else is mounted at ${path}`;
      problems.push({ place: '--secret-mount', message, hint: 'another directory, e.g. kafka-tls:/etc/tls' });
    }
    taken.add(path);
  }
}

function mountOf(text: string, problems: Problem[]): SecretMount[] {
  const [, secret, path] = /^([a-z0-9][-a-z0-9.]*):(\/[^:]+?)\/?$/.exec(text) ?? [];
  if (secret !== undefined && path !== undefined) return [{ secret, path }];
  problems.push({
    place: '--secret-mount',
    message: `\`${text}\` is not a Secret and a directory`,
    hint: 'kafka-tls:/etc/tls',
  });
  return [];
}

function tolerationOf(text: string, problems: Problem[]): Toleration[] {
  const form = /^([-./\w]+)(?:=([-.\w]*))?(?::(NoSchedule|PreferNoSchedule|NoExecute))?$/;
  const [, key, value, effect] = form.exec(text) ?? [];
  if (key === undefined) {
    const hint = 'KEY, KEY=VALUE, KEY:NoSchedule or KEY=VALUE:NoExecute';
    problems.push({ place: '--tolerate', message: `\`${text}\` is not a taint`, hint });
    return [];
  }
  const how = value === undefined ? ({ operator: 'Exists' } as const) : ({ operator: 'Equal', value } as const);
  return [{ key, ...how, ...(effect !== undefined && { effect }) }];
}

function selectorOf(texts: readonly string[], problems: Problem[]): Record<string, string> {
  return Object.fromEntries(
    texts.flatMap((text) => {
      const [, label, value] = /^([-./\w]+)=([-.\w]*)$/.exec(text) ?? [];
      if (label !== undefined && value !== undefined) return [[label, value] as const];
      problems.push({ place: '--node-selector', message: `\`${text}\` is not a label`, hint: 'LABEL=VALUE' });
      return [];
    }),
  );
}
