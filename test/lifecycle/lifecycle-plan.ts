/** Plans with a database for the tests here, and what each record of them says, read one by one. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { LanePlan, OpenLoad, Plan } from '../../src/plan/plan.ts';
import { recordMs, recordTimeOf } from '../../src/plan/record-time.ts';
import type { ResumePoint } from '../../src/plan/resume.ts';
import type { ClockSpec } from '../../src/profile/profile.ts';
import { ScheduleReader } from '../../src/schedule/schedule.ts';
import { messageLifecycle } from '../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import type { MessageState } from '../../src/workload/built-in/message-lifecycle/state.ts';
import { paramsOf } from '../../src/workload/parameters.ts';
import { measureRecord, openRecords, trailsOf } from '../../src/workload/workload.ts';
import { profileOf, scenarioOf } from '../plan/profile.ts';
import { RUN_TAG } from '../workload/fixture.ts';

export const RUN = { runTag: RUN_TAG, profile: 'p', profileHash: 'h', plannedAtMs: 1.7e12 };

export const newFile = () => join(mkdtempSync(join(tmpdir(), 'lifecycle-')), 'run.db');

export interface PlanMore {
  readonly runTag?: string;
  readonly nowMs?: number;
  readonly resume?: ResumePoint;
  readonly workers?: number;
  readonly clients?: number;
  readonly seconds?: number;
  readonly format?: 'avro' | 'json';
  readonly clock?: Partial<ClockSpec>;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Ten messages a second, of which six are delivered, three late and one never. */
export function planOf(file: string, more: PlanMore = {}): Plan {
  const { runTag = RUN.runTag, nowMs = RUN.plannedAtMs, resume, workers = 1, seconds = 1, format = 'avro' } = more;
  const rates = { deliveredRate: 0.6, delayedRate: 0.3, neverDeliveredRate: 0.1 };
  const times = { normalDeliveryTime: '500ms', delayedDeliveryTime: '1s' };
  const given = { ...rates, ...times, maxActiveMessages: 'none', database: file, ...more.params };
  const scenario = scenarioOf({
    workload: 'message-lifecycle',
    topic: 'message_status',
    key: { kind: 'field', field: 'messageId' },
    executor: { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: seconds * 1e9 },
    format,
    params: paramsOf(messageLifecycle).parse(given),
    ...(more.clients && { clients: more.clients }),
  });
  const topics = { message_status: { partitions: 3, replicationFactor: 1, create: 'if-missing', config: {} } as const };
  const how = { cores: 4, runTag, nowMs, measure: measureRecord, trails: trailsOf, ...(resume && { resume }) };
  const clock = { timezone: 'UTC', speed: 1, ...more.clock };
  return buildPlan(profileOf({ clock, scenarios: { m: scenario }, topics, workers }), how);
}

export const laneCount = ({ load }: LanePlan): number => (load as OpenLoad).count;

/** All records of a lane in their order, of a run that started at `startedAtMs`. */
export function statesOf({ seed, runTag, clock }: Plan, lane: LanePlan, startedAtMs: number): MessageState[] {
  const reader = new ScheduleReader((lane.load as OpenLoad).schedule);
  const time = recordTimeOf(clock, startedAtMs);
  const dueMs = (index: number) => recordMs(time, reader.dueNs(index));
  const read = openRecords(lane.record, { seed, scenario: lane.name, runTag }, dueMs);
  return Array.from({ length: laneCount(lane) }, (_, i) => read(i, dueMs(i)).value as unknown as MessageState);
}
