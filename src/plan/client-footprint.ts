/** What the clients of a run, its group members among them, take of the system in this process, and whether it has that. */
import { InputError, type Problem } from '../errors.ts';
import { type ProcessLimits, processLimits } from '../process-limits.ts';
import { clientPropertyDefault } from '../profile/client-properties/client-properties.ts';
import type { ClientProperties } from '../profile/profile.ts';
import { countOf, formatCount, formatRate, MS_PER_SEC } from '../units.ts';
import type { LanePlan, Plan } from './plan.ts';
import { producersOf, threadsOf } from './shard.ts';

export interface ClientFootprint {
  /** Producers. */
  readonly clients: number;
  /** Of consumer groups; of several shards only the first one has them. */
  readonly members: number;
  readonly threads: number;
  readonly openFiles: number;
  /** Beside records and windows. */
  readonly bytes: number;
}

/**
 * librdkafka 2.x: a thread for itself, one for what has no broker, and one a broker; each of the latter two has a pipe to be
 * woken by, and a broker's a socket. Counted with 20 and 200 clients: 3.0 threads and 5.0 files each with one broker.
 */
const THREADS = 2;
const FILES = 2;
const FILES_PER_BROKER = 3;
/** The embedded cluster has the other end of each connection. */
const FILES_OF_EMBEDDED = 1;
/** 0.66 and 0.74 MB each in two series with one topic of 16 partitions, 1,000 bytes a record, Apache Kafka; rounded up. */
const BYTES = 1e6;
/** The coordinator of transactions or of a group is one more broker to a client; of transactions a thread of ours commits. */
const COORDINATORS = 1;
/** Of a member's own worker. Counted with 11 and 21 members: 5.0 threads, 14.0 files and 14.3 MB each in all with one broker. */
const MEMBER = { threads: 1, openFiles: 6, bytes: 15e6 };
/** Of Node.js and the engine, for each worker and in all: threads of its pool, files of its event loops. */
const OWN = { threads: 16, openFiles: 32, filesPerWorker: 16 };

type Sized = Pick<Plan, 'clients' | 'workers' | 'target' | 'shard' | 'reading'>;

/** @param brokers as far as they are known: those that the profile names, or those of the cluster. */
export function clientFootprint(plan: Sized, brokers?: number): ClientFootprint {
  const { clients, workers, target, shard, reading } = plan;
  const filesPerBroker = FILES_PER_BROKER + (target.kind === 'embedded' ? FILES_OF_EMBEDDED : 0);
  const sum = { clients: 0, members: 0, threads: 0, openFiles: 0, bytes: 0 };
  const add = (count: number, properties: ClientProperties, coordinators: number, own = NOTHING) => {
    const named = (properties['bootstrap.servers'] ?? '').split(',').length;
    const connections = (brokers ?? (target.kind === 'embedded' ? target.brokers : named)) + coordinators;
    sum.threads += count * (THREADS + connections + own.threads);
    sum.openFiles += count * (FILES + connections * filesPerBroker + own.openFiles);
  };
  for (const { properties, producers = workers } of target.kind === 'null' ? [] : clients) {
    const own = producers / (shard?.count ?? 1);
    add(own, properties, 'transactional.id' in properties ? COORDINATORS : 0);
    sum.clients += own;
  }
  for (const { properties, members } of isFirst(plan) ? (reading?.groups ?? []) : []) {
    add(members.length, properties, COORDINATORS, MEMBER);
    sum.members += members.length;
  }
  return { ...sum, bytes: sum.clients * BYTES + sum.members * MEMBER.bytes };
}

const NOTHING = { threads: 0, openFiles: 0 };

/** Only the first of several shards reads. */
function isFirst({ shard }: Sized): boolean {
  return (shard?.index ?? 0) === 0;
}

/** What a profile asks for: clients of a scenario, and several members of a group. */
export function wantedClients({ lanes, reading }: Pick<Plan, 'lanes' | 'reading'>): { path: string; count: number }[] {
  return [
    ...lanes.flatMap(({ name, producers }) =>
      producers === undefined ? [] : [{ path: `scenarios.${name}.clients`, count: producers }],
    ),
    ...(reading?.groups ?? []).flatMap(({ name, members: { length: count } }) =>
      count === 1 ? [] : [{ path: `consumers.${name}.members`, count }],
    ),
  ];
}

/** `50 clients and 4 members` */
function describeClients({ clients, members }: ClientFootprint): string {
  const parts = [
    ...(clients > 0 ? [countOf(clients, 'client')] : []),
    ...(members > 0 ? [countOf(members, 'member')] : []),
  ];
  return parts.join(' and ');
}

/** Why the clients and members that a profile asks for cannot all be opened, with what would let them. */
export function footprintProblems(plan: Plan, limits: ProcessLimits, brokers?: number): Problem[] {
  const [most] = wantedClients(plan).toSorted((a, b) => b.count - a.count);
  if (most === undefined) return [];
  const footprint = clientFootprint(plan, brokers);
  const { threads, openFiles } = footprint;
  const { path } = most;
  const workers = threadsOf(plan);
  const who = describeClients(footprint);
  const isRead = path.startsWith('consumers.');
  const fewer = `use fewer ${isRead ? 'members' : 'clients'}`;
  const allFiles = limits.openFilesNow + OWN.openFiles + workers * OWN.filesPerWorker + openFiles;
  const allThreads = limits.threadsNow + OWN.threads + workers + threads;
  const problems: Problem[] = [];
  if (allFiles > limits.openFiles) {
    const message = `${who} take ${formatCount(openFiles)} open files, ${formatCount(allFiles)} with the rest: more than the ${formatCount(limits.openFiles)} of ulimit -n`;
    problems.push({ path, message, hint: `${fewer}${isRead ? '' : ' or more shards'}, or ulimit -n ${allFiles}` });
  }
  if (allThreads > limits.threads) {
    const message = `${who} take ${formatCount(threads)} threads, ${formatCount(allThreads)} with the rest: more than the ${formatCount(limits.threads)} that this user or container may have`;
    problems.push({ path, message, hint: `${fewer}, or raise pids.max or ulimit -u to ${allThreads}` });
  }
  return problems;
}

/** @throws InputError where the clients of a run cannot all be opened in this process. */
export function checkFootprint(plan: Plan, brokers?: number): void {
  const problems = footprintProblems(plan, processLimits(), brokers);
  if (problems.length > 0) throw new InputError(problems);
}

/**
 * CPU s per million messages, by how many of them a client gets within `linger.ms`: the lower of two series with 200, 20 and
 * 2 clients, 20,000 msg/s of 1,000 bytes, Apache Kafka, two cores. The fewer, the more often threads are woken for them.
 */
const MEASURED = [
  [0.5, 45],
  [5, 17],
  [50, 7],
] as const;

/** Undefined where batches are larger than those that were measured. */
function cpuPerMillion(together: number): number | undefined {
  const after = MEASURED.findIndex(([at]) => together <= at);
  if (after <= 0) return after === 0 ? MEASURED[0][1] : undefined;
  const [[from, low], [to, high]] = [MEASURED[after - 1]!, MEASURED[after]!];
  return low * (high / low) ** (Math.log(together / from) / Math.log(to / from));
}

/** Open scenarios with clients of their own. @param cores of each process. */
export function clientCostWarnings(
  { lanes, clients }: Pick<Plan, 'lanes' | 'clients'>,
  { workers, shards, cores }: { readonly workers: number; readonly shards: number; readonly cores: number },
): string[] {
  return lanes.flatMap((lane: LanePlan) => {
    const { name, load, producers } = lane;
    if (load.kind === 'closed' || producers === undefined) return [];
    const lingerMs = Number(clients[lane.client]!.properties['linger.ms'] ?? clientPropertyDefault('linger.ms'));
    const together = ((load.targetPerSec / producersOf({ workers }, lane)) * lingerMs) / MS_PER_SEC;
    const perMillion = cpuPerMillion(together);
    const needed = ((perMillion ?? 0) * load.targetPerSec) / 1e6 / shards;
    if (perMillion === undefined || needed <= cores) return [];
    const each = shards === 1 ? '' : ' in each process';
    const basis = `such batches took at least ${formatCount(perMillion)} CPU s per million messages where they were measured`;
    return [
      `${name}: ${formatRate(load.targetPerSec)} over ${countOf(producers, 'client')} take about ${formatCount(needed, 1)} of ${countOf(cores, 'core')}${each}: ${basis}; expect GENERATOR_LIMITED, or use fewer clients, a higher linger.ms or more shards`,
    ];
  });
}
