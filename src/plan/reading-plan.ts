/** What the consumer groups of a run will do: plain data that survives structured clone. */
import type { ClientProperties } from '../profile/profile.ts';

export interface ReadingPlan {
  readonly groups: readonly GroupPlan[];
  /** Every partition of every topic that a group reads; filled in when the target is known. */
  readonly places: readonly Place[];
  /** How the cluster is asked where partitions end: the profile's `kafka` block; with the target's address when it is known. */
  readonly cluster: ClientProperties;
}

/** Positions in `places` of what a group reads. */
export function placesOf({ places }: ReadingPlan, group: Pick<GroupPlan, 'topics'>): number[] {
  const topics = new Set(group.topics);
  return places.flatMap(({ topic }, place) => (topics.has(topic) ? [place] : []));
}

export interface ClockProbePlan {
  readonly topic: string;
  /** It is made for the run and deleted after it. */
  readonly create: boolean;
}

export interface Place {
  readonly topic: string;
  readonly partition: number;
}

export interface GroupPlan {
  readonly name: string;
  /** Position in ReadingPlan.groups. */
  readonly group: number;
  /** Numbers of its members, over all groups. */
  readonly members: readonly number[];
  readonly topics: readonly string[];
  /** The entries that name them, where one of those is a pattern. */
  readonly topicEntries?: readonly string[];
  /** Effective librdkafka properties; `group.id` and `bootstrap.servers` are among them. */
  readonly properties: ClientProperties;
  /** `group`: the members subscribe. `assign`: partitions are dealt out in turn, without a group coordinator. */
  readonly mode: 'group' | 'assign';
  readonly verify: boolean;
  /**
   * What a record's intended time is: that of its mark, or, in a run that sends nothing, the record's own timestamp
   * (wall clock; in the histogram of lane 0, load phase).
   */
  readonly dates: 'marks' | 'timestamps';
  /** `run`: records from the run's start on; `earliest`: all that the topic holds. */
  readonly from: 'run' | 'earliest';
  /** Its first poll for records, ns from run start. */
  readonly startNs: number;
  /** Takes no records in this time, ns from run start; over when the producers are done. */
  readonly pause?: { readonly atNs: number; readonly forNs: number };
  /** Records per second of the whole group at most; absent: as fast as they come. */
  readonly ratePerSec?: number;
  /** Consumer-only runs: ends after so long; absent: at the end offsets of the start. */
  readonly durationNs?: number;
  /** A topic of LogAppendTime that records may be sent to, to compare this machine's clock with the brokers'. */
  readonly clockProbe?: ClockProbePlan;
}
