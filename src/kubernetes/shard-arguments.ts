/** What each pod's `load run` is called with. */
import type { KubeRun } from './kube-run.ts';
import { FILES_DIRECTORY } from './packed-files.ts';
import { PROFILE_FILE } from './packed-profile.ts';

/** Where a pod writes; the result of the run reaches its log as well. */
export const RESULTS_DIRECTORY = '/results';

/** `$(…)` is put in by the kubelet, from the variable that an Indexed Job gives each of its pods. */
export function shardArguments({ id, shards, flags }: KubeRun): string[] {
  const given: Readonly<Record<string, string | undefined>> = {
    '--topic-suffix': flags.topicSuffix,
    '--bus-servers': flags.busServers,
    '--shard-wait': flags.shardWait,
    '--wait-for-broker': flags.waitForBroker,
    '--log-level': flags.logLevel,
  };
  return [
    'run',
    `${FILES_DIRECTORY}/${PROFILE_FILE}`,
    ...['--shard', `$(JOB_COMPLETION_INDEX)/${shards}`],
    ...['--run', id],
    ...['--out', RESULTS_DIRECTORY],
    ...['--format', 'events'],
    ...Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])),
    ...(flags.allowInvalid ? ['--allow-invalid'] : []),
  ];
}
