/** The flags of `kube`. */
import { type Flags, list, text, toggle } from './flag-kinds.ts';
import { config, logLevel, overrides, profile, runFlags } from './flags.ts';

const PODS = 'Pods:';
const RUN_ALONE = 'kube run:';

/** What `render` has as well: all that is in the manifests. */
const manifestFlags = {
  shards: text(PODS, 'how many pods, each a shard of the run'),
  run: text(PODS, 'the ID of the run, in the name of its Job; PROFILE-UTCTIME by default'),
  namespace: text(PODS, "by default kubectl's own, or that of the context"),
  image: text(PODS, 'what they run; kafka-load-engine in this version by default'),
  'pull-secret': list(PODS, 'a Secret that the image is pulled with; may be repeated'),
  cpu: text(PODS, 'processors of each, e.g. 2 or 500m: requested, and the limit', { default: '1' }),
  memory: text(PODS, 'likewise, e.g. 512Mi', { default: '1Gi' }),
  secret: list(
    PODS,
    'the Secret that has the secrets of the profile, or one of them: NAME=SECRET/KEY; may be repeated',
  ),
  'secret-mount': list(PODS, 'SECRET:/DIRECTORY: a Secret as files, e.g. of keys; may be repeated'),
  queue: text(PODS, 'the LocalQueue of Kueue that starts all pods at once when there is room'),
  'ttl-after-finished': text(PODS, 'how long a finished Job and its log stay', { default: '1h' }),
  'node-selector': list(PODS, 'LABEL=VALUE of the nodes; may be repeated'),
  tolerate: list(PODS, 'a taint of nodes: KEY, KEY=VALUE, either with :EFFECT; may be repeated'),
  'bus-servers': text(PODS, 'host:port[,host:port]: shards talk through this cluster; by default the one under test'),
  'shard-wait': text(PODS, 'how long the first pod waits for the others; 5m by default'),
  ...overrides,
  ...profile,
  'wait-for-broker': runFlags['wait-for-broker'],
  'allow-invalid': runFlags['allow-invalid'],
} satisfies Flags;

/** What only `run` has. */
export const kubeRunFlags = {
  context: text(RUN_ALONE, 'of the kubeconfig; its current one by default'),
  keep: toggle(RUN_ALONE, 'leave Job and ConfigMap in the cluster, for --ttl-after-finished'),
  out: runFlags.out,
  format: runFlags.format,
  histogram: runFlags.histogram,
  quiet: runFlags.quiet,
} satisfies Flags;

export const kubeFlags = { ...manifestFlags, ...kubeRunFlags, ...logLevel, ...config } satisfies Flags;
