/** Lanes and the topics that they share, for what is decided about them. */
import type { LanePlan } from '../plan/plan.ts';
import type { LogFacts } from '../recorder/reading-measurement.ts';
import type { LedgerFacts } from './ledger-facts.ts';

/** Lanes with any of the topics `read`; side by side those that share topics, as their records may be alike. */
export function lanesByTopics(lanes: readonly LanePlan[], read: readonly string[]): LanePlan[][] {
  const isRead = new Set(read);
  const groupOf = new Map<string, LanePlan[]>();
  for (const lane of lanes) {
    if (!lane.topics.some((topic) => isRead.has(topic))) continue;
    const shared = new Set(lane.topics.flatMap((topic) => groupOf.get(topic) ?? []));
    const group = [...shared, lane];
    for (const topic of group.flatMap((each) => each.topics)) groupOf.set(topic, group);
  }
  return [...new Set(groupOf.values())];
}

/** What holds for any of its topics. */
export function factsOf({ topics }: LanePlan, { logs }: LedgerFacts): LogFacts {
  const own = topics.flatMap((topic) => logs[topic] ?? []);
  const removal = own.find((each) => each.removal !== undefined)?.removal;
  return {
    isCompacted: own.some(({ isCompacted }) => isCompacted),
    ...(removal !== undefined && { removal }),
    ...(own.some(({ showsAborted }) => showsAborted === true) && { showsAborted: true as const }),
  };
}
