/** What the thread of one member of a consumer group is given. */
import type { MessagePort } from 'node:worker_threads';
import type { Plan } from '../plan/plan.ts';
import type { ReadingPlan } from '../plan/reading-plan.ts';
import type { ReadingMemory } from './reading-memory.ts';

export interface MemberPlan {
  /** With `reading`, whose places are filled in; `clients[].properties` have the target's address. */
  readonly plan: Plan & { readonly reading: ReadingPlan };
  /** The member's number over all groups. */
  readonly worker: number;
  readonly memory: ReadingMemory;
  /** Log lines of its consumer go here (ClientLog): rare, never per record. */
  readonly logPort: MessagePort;
  /** What it has read of each lane goes here (IndexPage), where its group verifies. */
  readonly dataPort: MessagePort;
}
