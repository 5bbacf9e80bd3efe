/** Reading, as a task of a group of workers: a member of a consumer group is one. */
import type { Plan } from '../plan/plan.ts';
import type { GroupPlan, ReadingPlan } from '../plan/reading-plan.ts';
import type { MemberPlan } from '../recorder/member-plan.ts';
import type { IndexPage, MemberMeasurement } from '../recorder/reading-measurement.ts';
import type { ReadingMemory } from '../recorder/reading-memory.ts';
import { ReadingReader } from '../recorder/reading-reader.ts';
import type { GroupTask } from './worker-group.ts';

const ENTRY = new URL('../../workers/reader.js', import.meta.url);
/** Longer than leaving a group takes whose coordinator does not answer, and than checking the last records. */
const HANG_MS = 60_000;

export type ReadingRunPlan = Plan & { readonly reading: ReadingPlan };

export function readTask(
  plan: ReadingRunPlan,
  memory: ReadingMemory,
  onPage: (page: IndexPage) => void,
  entry: URL = ENTRY,
): GroupTask<MemberMeasurement> {
  const shared: Pick<MemberPlan, 'plan' | 'memory'> = { plan, memory };
  const reader = new ReadingReader(memory);
  return {
    entry,
    memory,
    // Reading to the end takes as long as it takes: given up is a member whose loop stands still.
    patience: {
      plannedMs: Number.POSITIVE_INFINITY,
      patienceMs: HANG_MS,
      turnOf: (member) => reader.member(member).turnNs,
      isDrainUnbounded: true,
    },
    input: () => shared,
    received: (page) => onPage(page as IndexPage),
    lost: (member, error) => {
      const { group } = groupOf(plan.reading, member);
      return { member, group, complete: false, isLost: true, failure: error.message };
    },
  };
}

export function groupOf({ groups }: ReadingPlan, member: number): GroupPlan {
  return groups.find(({ members }) => members.includes(member))!;
}
