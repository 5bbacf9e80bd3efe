/** What a collector knows of each shard, and of all of them. */
import type { OffsetBound } from '../clock-offset.ts';
import type { Plan } from '../plan/plan.ts';
import type { ShardsResult } from '../result/shard-result.ts';
import type { Instance } from './instance.ts';
import type { MergedMemory } from './merged-memory.ts';
import type { MergedRows } from './merged-rows.ts';
import type { ShardRows } from './shard-rows.ts';

export interface ShardState {
  readonly shard: number;
  /** In the order in which they joined. */
  readonly instances: Instance[];
  /** By instance, of who said hello. */
  readonly hosts: Map<string, string>;
  /** By instance: what ended the one before it, as far as it knows. */
  readonly lossesBefore: Map<string, string>;
  readonly clocks: Map<string, OffsetBound>;
  readonly rows: ShardRows;
  heardMs: number;
  /** Nobody waits for it, though nobody has ever heard of a second of it. */
  absentFor: string | undefined;
}

export interface Collected {
  readonly plan: Plan;
  readonly startedAtMs: number;
  readonly bus: ShardsResult['bus'];
  readonly shards: readonly ShardState[];
  readonly rows: MergedRows;
  readonly memory: MergedMemory;
  /** By worker of the run. */
  readonly endsNs: readonly number[];
}

/** What one shard is at, for the live view. */
export interface ShardLook {
  readonly shard: number;
  readonly host?: string;
  readonly state: 'waiting' | 'running' | 'done' | 'lost';
  readonly lastRow?: { readonly sent: number; readonly acked: number; readonly scheduleLagP99: number | null };
}

export function isOver({ instances, absentFor }: ShardState): boolean {
  const last = instances.at(-1);
  return last === undefined ? absentFor !== undefined : last.isOver;
}

export function stateOf(state: ShardState): ShardLook['state'] {
  const last = state.instances.at(-1);
  if (last === undefined) return state.absentFor === undefined ? 'waiting' : 'lost';
  if (last.isDone) return 'done';
  return last.isLost ? 'lost' : 'running';
}

/** One that came to the end of its load is never followed by another: it comes last. One that was stopped may be. */
export function byJoining(a: Instance, b: Instance): number {
  const [isAtEnd, isOtherAtEnd] = [a, b].map(({ isDone, final }) => isDone && final?.stopped === undefined);
  if (isAtEnd !== isOtherAtEnd) return isAtEnd ? 1 : -1;
  return a.joinedNs - b.joinedNs || (a.id < b.id ? -1 : 1);
}
