/** What a run will do, decided before it starts: plain data that survives structured clone. */

import type {
  ClientProperties,
  FaultSpec,
  NullTransportSpec,
  TopicSpec,
  TransactionsSpec,
} from '../profile/profile.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { TopicTable } from '../topic-table.ts';
import type { Partitioner, RecordPlan } from '../workload/record-plan.ts';
import type { TopicSpread } from '../workload/topic-spread.ts';
import type { ReadingPlan } from './reading-plan.ts';
import type { ShardPlace } from './shard.ts';

export interface Plan {
  readonly name: string;
  /** The planned rate in words: `500/h × day shape`. */
  readonly pace: string;
  readonly seed: number;
  readonly clock: PlanClock;
  /** 8 bytes as 16 hex digits, unique per run start; part of every record's mark. */
  readonly runTag: string;
  /** Where records go. `target.kind: kafka` carries bootstrap.servers in each client's properties. */
  readonly target:
    | { readonly kind: 'kafka' }
    | { readonly kind: 'embedded'; readonly rttMs: number; readonly brokers: number }
    | { readonly kind: 'null'; readonly spec: NullTransportSpec };
  /** Of all shards together. */
  readonly workers: number;
  /** This process's part, where the run is split over several. */
  readonly shard?: ShardPlace;
  /** One sentence: why this number of workers. */
  readonly workersReason: string;
  /** What a person should know before the run and may want to change, one sentence each. */
  readonly warnings: readonly string[];
  /** What is as it should be and still worth a word, one sentence each. */
  readonly notes: readonly string[];
  readonly clients: readonly ClientPlan[];
  readonly topics: TopicTable<TopicSpec>;
  /** The end of each topic's name that the profile does not give it: `--topic-suffix`. */
  readonly topicSuffix?: string;
  readonly lanes: readonly LanePlan[];
  /** Latest end of any scenario's schedule, ns from run start; 0 where only a number of messages or a stop ends the run. */
  readonly durationNs: number;
  readonly database?: DatabasePlan;
  /** What goes wrong on purpose; topics with their suffix. */
  readonly faults?: readonly FaultSpec[];
  /** Consumer groups of the run; without them nothing is read. */
  readonly reading?: ReadingPlan;
}

/** Where the states of one scenario's messages are written while they are sent, and taken up again. */
export interface DatabasePlan {
  /** Null: nobody named one, it is `messages.db` in the result directory, where there is one. */
  readonly file: string | null;
  readonly scenario: string;
  /** Where in the whole run this one begins, ns of its schedule: not 0 when it goes on after another. */
  readonly startNs: number;
}

/** The simulated clock: windows of the day and record times follow it. */
export interface PlanClock {
  readonly timezone: string;
  /** What it shows when the run starts, ms since 1970; null: the time of the start itself. */
  readonly startMs: number | null;
  /** The same for the windows, which are laid out beforehand: `startMs`, or else when the plan was made. */
  readonly originMs: number;
  /** Simulated seconds in a real one; `max`: as many as acknowledgements allow. */
  readonly speed: number | 'max';
  /** Whether anything depends on it: a window, a start or a speed. */
  readonly matters: boolean;
}

/**
 * librdkafka producers, one a worker, shared by the scenarios with equal effective properties. Where a scenario says how many
 * it has, they are its own: one for each of its producers, shared by its lanes.
 */
export interface ClientPlan {
  readonly properties: ClientProperties;
  /** Where `clients` of the scenario gives it: how many, over the whole run. */
  readonly producers?: number;
}

export interface LanePlan {
  readonly name: string;
  /** Position in Plan.lanes, and in every worker. */
  readonly lane: number;
  /** Index into Plan.clients. */
  readonly client: number;
  /** As shown: the name of its topic, or the pattern of their names. */
  readonly topic: string;
  /** Names of its topics, in order; a message goes to the one that `spread` says. */
  readonly topics: readonly string[];
  readonly spread: TopicSpread;
  /** Producers over the whole run, a multiple of the workers: see `producersOf`. Absent: one a worker. */
  readonly producers?: number;
  /** The result has the distribution over its topics. */
  readonly perTopic?: true;
  /** Partition count of each topic; the pre-flight check replaces the planned count by the real one. */
  readonly partitions: number;
  /** librdkafka partitioner name the engine applies to keyed records. */
  readonly partitioner: Partitioner;
  readonly record: RecordPlan;
  /** Mean payload bytes of a record, measured over encoded ones. */
  readonly bytesMean: number;
  readonly executor: string;
  readonly load: OpenLoad | ClosedLoad;
  readonly overload: { readonly kind: 'wait' } | { readonly kind: 'shed'; readonly maxLagNs: number };
  readonly gracefulStopNs: number;
  /** Upper bound of messages in flight over all workers; split exactly. */
  readonly inFlight: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Each record's mark is in a header as well, with the lane's own name and index, and is looked for there alone. */
  readonly markHeader?: true;
  /** Value, key and headers of the largest message that was measured; absent where none was. */
  readonly messageBytesMax?: number;
  readonly recordTimestamp: 'client' | 'intended';
  /** Each worker has a producer of its own for this lane, with a transactional.id. */
  readonly transactions?: TransactionsSpec;
}

/** Messages are due by the schedule, whatever the broker does. */
export interface OpenLoad {
  readonly kind: 'open';
  /** Offset already applied: schedule times are ns from run start. */
  readonly schedule: Schedule;
  /** Messages of the scenario: the schedule's own count, or less when `-n` cut it. Indexes 0..count-1. */
  readonly count: number;
  /** Indexes below this are warm-up (cut by intended time). */
  readonly warmupCount: number;
  /** The schedule's start, ns from run start. */
  readonly startNs: number;
  /** Start of the load phase: startNs + the scenario's warm-up. */
  readonly warmupEndNs: number;
  /** The schedule's end, ns from run start: latest due time possible. */
  readonly endNs: number;
  /** Mean planned rate over the load phase, warm-up apart. */
  readonly targetPerSec: number;
  /** Only a stop ends it: `count` and `endNs` are those of the longest schedule there is. */
  readonly endless?: true;
}

/** The next message goes out as soon as the in-flight window allows. */
export interface ClosedLoad {
  readonly kind: 'closed';
  readonly startNs: number;
  /** Infinity when only `messages` bounds it. */
  readonly endNs: number;
  /** Infinity when only time bounds it. */
  readonly count: number;
  /** Hand-overs before this time (ns from run start) are warm-up. */
  readonly warmupEndNs: number;
  /** With `clock.speed: max`: the order of the messages and their record times, ns of simulated time; `count` is its own. */
  readonly recordSchedule?: Schedule;
}
