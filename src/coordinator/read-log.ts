/** Reads what a run that is over has written, once more: the same members as beside a run, on partitions of their own. */

import { monotonicMs } from '../clock.ts';
import { LoadError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { ClientProperties } from '../profile/profile.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import type { IndexPage, ReadingMeasurement } from '../recorder/reading-measurement.ts';
import type { ReadingMemory } from '../recorder/reading-memory.ts';
import { topicList } from '../topic-pattern.ts';
import { topicFinder } from '../topic-table.ts';
import { Admin } from '../transport/librdkafka/admin.ts';
import type { ClientLog } from '../transport/transport.ts';
import { NS_PER_MS } from '../units.ts';
import type { ReadingRunPlan } from './read-task.ts';
import { ReadingSide } from './reading-side.ts';
import { withReading } from './reading-target.ts';

const ADMIN_TIMEOUT_MS = 8_000;

export interface LogReading {
  /** As it was run, without groups. */
  readonly plan: Plan;
  readonly startedAtMs: number;
  readonly startOffsets: RunMeasurement['startOffsets'];
  /** How the cluster is reached. */
  readonly properties: ClientProperties;
  /** Wall-clock time, ms since 1970. */
  readonly nowMs: number;
  readonly members: number;
  readonly signal?: AbortSignal;
  readonly onLog: (line: ClientLog) => void;
  readonly onNote: (note: string) => void;
  readonly openPages: (plan: ReadingRunPlan, memory: ReadingMemory) => (page: IndexPage) => void;
}

/** @throws LoadError where the cluster or a topic is not there. */
export async function readLog(reading: LogReading): Promise<ReadingMeasurement> {
  const { startOffsets, startedAtMs, nowMs, properties, signal, ...options } = reading;
  const topics = [...new Set(startOffsets.map(({ topic }) => topic))];
  const { isEmbedded, topicConfigs } = await askTopics(reading);
  const group = {
    ...({ name: 'verify', group: 0, topics, properties, mode: 'assign', verify: true } as const),
    ...({ dates: 'marks', from: 'run', startNs: 0 } as const),
    members: Array.from({ length: Math.max(1, Math.min(reading.members, startOffsets.length)) }, (_, k) => k),
  };
  const groups = [{ ...group, properties: { ...properties, 'group.id': `load-verify-${reading.plan.runTag}` } }];
  const asked = { ...reading.plan, reading: { groups, places: [], cluster: properties } };
  const plan = withReading(asked, { startOffsets, isEmbedded, properties: {} }) as ReadingRunPlan;
  const side = await ReadingSide.open(plan, { startOffsets, topicConfigs, isEmbedded, ...options });
  const stop = () => side.abandon();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await side.ready();
    side.start(monotonicMs(), startedAtMs);
    // As if the run were still going on: what retention may have removed goes by its age.
    return await side.finish(() => (nowMs - startedAtMs) * NS_PER_MS);
  } finally {
    signal?.removeEventListener('abort', stop);
    await side.close();
  }
}

async function askTopics({ plan, properties, startOffsets }: LogReading) {
  const admin = new Admin(properties, ADMIN_TIMEOUT_MS);
  try {
    const isEmbedded = await admin.isEmbedded();
    const had = new Map<string, number>();
    for (const { topic } of startOffsets) had.set(topic, (had.get(topic) ?? 0) + 1);
    const found = await admin.topics([...had.keys()]);
    const missing = found.filter(({ partitions }) => partitions === 0).map(({ name }) => name);
    const smaller = found.find(({ name, partitions }) => partitions < had.get(name)!);
    if (smaller !== undefined) {
      const { name, partitions } = smaller;
      const isCleaned = missing.length > 0 && missing.every((topic) => topicFinder(plan.topics)(topic)?.cleanup);
      const cleaned = isCleaned ? ': the run deleted those that it had created (cleanup: true)' : '';
      const message =
        missing.length > 0
          ? `${topicList(missing)} ${missing.length === 1 ? 'does' : 'do'} not exist${cleaned}`
          : `topic ${name} has ${partitions} partitions, the run had ${had.get(name)}`;
      throw new LoadError('TOPIC_MISSING', message, {
        hint: isCleaned
          ? 'to verify such a run, set `verify: true` in the profile: it then verifies before it deletes them'
          : 'is it the cluster of this run, and was the topic deleted? Runs of --repeat, sweep and capacity delete theirs: verify those while they run, with `verify: true` in the profile',
      });
    }
    return { isEmbedded, topicConfigs: isEmbedded ? new Map() : await admin.topicConfigs([...had.keys()]) };
  } finally {
    await admin.close();
  }
}
