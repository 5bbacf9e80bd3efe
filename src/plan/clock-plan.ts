/** The run's clock, and what brokers make of the record times it gives. */

import type { Profile } from '../profile/profile.ts';
import { simulatesTime } from '../profile/schema/clock-schema.ts';
import { MS_PER_DAY } from '../time-zone.ts';
import { ofTopics } from '../topic-table.ts';
import { formatCount, formatDuration, NS_PER_MS, NS_PER_SEC } from '../units.ts';
import type { PlanClock } from './plan.ts';
import { recordMs, recordTimeOf } from './record-time.ts';
import type { Load } from './scenario-load.ts';

/** Kafka's `log.message.timestamp.after.max.ms` since 3.6, and its `log.retention.hours`. */
const AHEAD_MS_MAX = 3_600_000;
const RETENTION_MS = 7 * 24 * 3_600_000;

export function planClock({ clock, scenarios }: Profile, nowMs: number): PlanClock {
  const { timezone, startMs, speed } = clock;
  const hasWindows = Object.values(scenarios).some(({ multipliers }) => multipliers !== undefined);
  const matters = hasWindows || simulatesTime(clock);
  return { timezone, startMs: startMs ?? null, originMs: startMs ?? nowMs, speed, matters };
}

/**
 * The clock of a run that may be taken up again, from `startNs` of the whole one on. Simulated time stands still while no
 * run goes on; it begins when the whole one was planned, not when it started, as only that is known again. The real time
 * needs nothing.
 */
export function clockFrom(clock: PlanClock, startNs: number): PlanClock {
  const { originMs, startMs, speed } = clock;
  if (startMs === null && speed === 1) return clock;
  const atMs = originMs + startNs / recordTimeOf(clock, originMs).nsPerMs;
  return { ...clock, startMs: atMs, originMs: atMs };
}

/** Record timestamps that brokers refuse (too far ahead) or delete at once (older than the topic keeps them). */
export function recordTimeWarnings(
  { scenarios, topics }: Profile,
  clock: PlanClock,
  loads: readonly Load[],
  nowMs: number,
): string[] {
  const configs = Object.entries(scenarios).flatMap(([name, { recordTimestamp, topic }], i) => {
    return ofTopics(topics, [topic]).map(({ config }) => ({ name, recordTimestamp, config, load: loads[i]! }));
  });
  const all = configs.flatMap(({ name, recordTimestamp, config, load }) => {
    if (recordTimestamp === 'client' || config['message.timestamp.type'] === 'LogAppendTime') return [];
    const { startNs, endNs } = load.kind === 'closed' ? (load.recordSchedule ?? load) : load;
    if (endNs === Infinity) return [];
    const time = recordTimeOf(clock, nowMs);
    // With speed max the run takes no time that is known beforehand.
    const realEndMs = nowMs + (clock.speed === 'max' ? 0 : endNs / NS_PER_MS);
    const aheadMs = Math.max(recordMs(time, startNs) - nowMs, recordMs(time, endNs) - realEndMs);
    const behindMs = nowMs - recordMs(time, startNs);
    const allowedMs = Number(config['message.timestamp.after.max.ms'] ?? AHEAD_MS_MAX);
    const keptMs = Number(config['retention.ms'] ?? RETENTION_MS);
    const warnings: string[] = [];
    if (aheadMs > allowedMs) {
      const refuse = 'brokers of 3.6 and later refuse them (message.timestamp.after.max.ms of the topic)';
      warnings.push(`${name}: record timestamps run up to ${spanText(aheadMs)} ahead of the real time: ${refuse}`);
    }
    if (keptMs >= 0 && behindMs > keptMs) {
      const gone = `the topic keeps ${spanText(keptMs)} and deletes them (retention.ms)`;
      warnings.push(`${name}: record timestamps begin ${spanText(behindMs)} ago: ${gone}`);
    }
    return warnings;
  });
  return [...new Set(all)];
}

function spanText(ms: number): string {
  return ms >= 2 * MS_PER_DAY
    ? `${formatCount(ms / MS_PER_DAY, 1)} days`
    : formatDuration(ms * NS_PER_MS, 60 * NS_PER_SEC);
}
