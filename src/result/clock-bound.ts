/** Which clocks a group's end-to-end latency compares, and how far they may be apart. */
import type { Plan } from '../plan/plan.ts';
import type { GroupPlan } from '../plan/reading-plan.ts';
import { US_PER_MS } from '../units.ts';
import type { ClockBound } from './reading-result.ts';

const LOOPBACK = /^(?:[a-z_]+:\/\/)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;

export function clockBound(plan: Plan, group: GroupPlan, appendTimeTopics: readonly string[]): ClockBound {
  const isAppendTime = group.topics.some((topic) => appendTimeTopics.includes(topic));
  const dated = plan.lanes.filter(({ topic, load }) => group.topics.includes(topic) && load.kind === 'closed');
  if (group.dates === 'marks' && dated.length === 0) {
    return {
      source: 'same-process',
      offsetMaxUs: 0,
      note: 'one monotonic clock: the intended time is that of the schedule',
    };
  }
  if (group.dates === 'marks' && !isAppendTime) {
    return {
      source: 'same-process',
      offsetMaxUs: US_PER_MS,
      note: 'a closed loop plans no times: a message is intended when librdkafka stamped it, in whole milliseconds',
    };
  }
  if (!isAppendTime) {
    return {
      source: 'create-time',
      offsetMaxUs: null,
      note: 'records are dated by the clock of whoever wrote them, which nothing bounds; latencies below 0 show that it is ahead',
    };
  }
  const servers = (group.properties['bootstrap.servers'] ?? '').split(',');
  if (servers.every((server) => LOOPBACK.test(server.trim()))) {
    return {
      source: 'log-append-time',
      offsetMaxUs: US_PER_MS,
      note: 'records are dated by the broker, which is on this machine, in whole milliseconds',
    };
  }
  return {
    source: 'log-append-time',
    offsetMaxUs: null,
    note: 'records are dated by the clock of the broker, which nothing bounds; latencies below 0 show that it is ahead',
  };
}
