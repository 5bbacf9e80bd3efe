/** A run of an experiment on topics of its own, which are deleted after it. */
import { join } from 'node:path';
import { LoadError } from '../errors.ts';
import { kebab } from '../kebab.ts';
import type { LiveEvent } from '../page/live/live-event.ts';
import type { Environment } from '../profile/environment.ts';
import type { Overrides } from '../profile/overrides.ts';
import type { TopicSpec } from '../profile/profile.ts';
import type { Progress } from '../recorder/progress.ts';
import { topicList } from '../topic-pattern.ts';
import { type ChildRun, runChild } from './child-run.ts';
import { clearRun } from './experiment-directory.ts';
import type { Settled } from './settle.ts';

/** What a run needs of the cluster; without one there is nothing to wait for and nothing to delete. */
export interface ClusterCare {
  /** All runs use the same topics, e.g. of an embedded cluster of another process, which cannot delete any. */
  readonly isShared?: boolean;
  settle(signal: AbortSignal | undefined): Promise<Settled>;
  before(topics: readonly string[], isAgain: boolean): Promise<void>;
  after(topics: readonly string[]): Promise<void>;
}

export interface FreshRunOptions {
  /** Of the experiment. */
  readonly directory: string;
  /** Of the run, in it. */
  readonly path: string;
  /** Of the experiment; its beginning is in the names of the topics. */
  readonly id: string;
  readonly profile: string;
  readonly overrides: Overrides;
  readonly topics: Readonly<Record<string, TopicSpec>>;
  /** Processes of this machine that the run is split over; one by default. */
  readonly shards?: number;
  readonly cluster?: ClusterCare;
  readonly cwd: string;
  readonly env?: Environment;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onLive?: (event: LiveEvent) => void;
  readonly onWarning: (warning: string) => void;
  /** Tests give another. */
  readonly child?: typeof runChild;
}

/** The topics' names end with `topicSuffix`; without a cluster of its own to keep clean there is none. */
export interface FreshRun {
  readonly child: ChildRun;
  readonly topicSuffix?: string;
}

export async function runFresh(options: FreshRunOptions): Promise<FreshRun> {
  const { directory, path, id, profile, overrides, cluster, cwd, env, signal, onProgress, onLive, onWarning } = options;
  const isAgain = clearRun(directory, path);
  const names = Object.keys(options.topics);
  const isFresh =
    cluster !== undefined &&
    !cluster.isShared &&
    Object.values(options.topics).every(({ create }) => create !== 'never');
  const topicSuffix = isFresh ? `-${id.slice(0, 8)}-${path.replace(/^runs\//, '')}` : undefined;
  const topics = topicSuffix === undefined ? [] : names.map((topic) => topic + topicSuffix);
  if (cluster !== undefined && !cluster.isShared && !isFresh) {
    onWarning(`${topicList(names)}: create: never, so all runs share what earlier ones left there`);
  }
  try {
    await cluster?.before(topics, isAgain);
  } catch {
    // A broker that is away for a moment is waited for.
    await cluster?.settle(signal);
    await cluster?.before(topics, isAgain);
  }
  try {
    const child = await (options.child ?? runChild)({
      args: [
        profile,
        ...overrideArguments(overrides),
        ...(options.shards === undefined ? [] : [`--shards=${options.shards}`]),
        // After one of the caller's, which the names of the topics have already; the last flag counts.
        ...(topicSuffix === undefined ? [] : [`--topic-suffix=${overrides.topicSuffix ?? ''}${topicSuffix}`]),
      ],
      out: join(directory, path),
      cwd,
      ...(env !== undefined && { env }),
      ...(signal !== undefined && { signal }),
      ...(onProgress !== undefined && { onProgress }),
      ...(onLive !== undefined && { onLive }),
    });
    for (const warning of child.warnings) onWarning(topicSuffix ? warning.replaceAll(topicSuffix, '') : warning);
    return { child, ...(topicSuffix !== undefined && { topicSuffix }) };
  } finally {
    // A broker that is gone is found by the next settle; topics that stay are named.
    await cluster?.after(topics).catch((error: Error) => {
      onWarning(`${topicList(topics)} may be left: ${error.message}`);
    });
  }
}

const NO_SPACE = /ENOSPC|EDQUOT|no space left|disk is full/i;

/**
 * After a run that went wrong: whether it did by itself. On a full disk, or without a broker, it says nothing.
 * @throws LoadError where it did not.
 */
export async function checkWorld(
  { stderrTail }: ChildRun,
  cluster: ClusterCare | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (NO_SPACE.test(stderrTail)) {
    throw new LoadError('DISK_FULL', 'the disk is full: the last run could not be written', {
      hint: 'make room on it',
    });
  }
  await cluster?.settle(signal);
}

/** Overrides as the arguments of `load run` that they stand for: one each, so that a value may begin with a hyphen. */
function overrideArguments(overrides: Overrides): string[] {
  const { burst, producerConfig = [], consumerConfig: _, set = [], params = {}, ...plain } = overrides;
  const given = { ...plain, ...params } as Readonly<Record<string, unknown>>;
  return [
    ...Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${kebab(name)}=${text(value)}`],
    ),
    ...(burst ? ['--burst'] : []),
    ...producerConfig.map((property) => `--producer-config=${property}`),
    ...set.map((assignment) => `--set=${assignment}`),
  ];
}

function text(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
