/** What the clients of a run take of the system in this process, and whether it has that. */
import { InputError, type Problem } from '../errors.ts';
import { type ProcessLimits, processLimits } from '../process-limits.ts';
import { countOf, formatCount } from '../units.ts';
import type { Plan } from './plan.ts';
import { threadsOf } from './shard.ts';

export interface ClientFootprint {
  readonly clients: number;
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
/** The coordinator of transactions is one more broker to a client, and a thread of ours commits. */
const COORDINATORS = 1;
/** Of Node.js and the engine, for each worker and in all: threads of its pool, files of its event loops. */
const OWN = { threads: 16, openFiles: 32, filesPerWorker: 16 };

/** @param brokers as far as they are known: those that the profile names, or those of the cluster. */
export function clientFootprint(plan: Pick<Plan, 'clients' | 'workers' | 'target' | 'shard'>, brokers?: number) {
  const { clients, workers, target, shard } = plan;
  let [count, threads, openFiles] = [0, 0, 0];
  for (const { properties, producers = workers } of target.kind === 'null' ? [] : clients) {
    const own = producers / (shard?.count ?? 1);
    const isTransactional = 'transactional.id' in properties;
    const named = (properties['bootstrap.servers'] ?? '').split(',').length;
    const known = brokers ?? (target.kind === 'embedded' ? target.brokers : named);
    const connections = known + (isTransactional ? COORDINATORS : 0);
    const files = FILES_PER_BROKER + (target.kind === 'embedded' ? FILES_OF_EMBEDDED : 0);
    count += own;
    threads += own * (THREADS + connections);
    openFiles += own * (FILES + connections * files);
  }
  return { clients: count, threads, openFiles, bytes: count * BYTES } satisfies ClientFootprint;
}

/** Why the clients of scenarios that say how many they have cannot all be opened, with what would let them. */
export function footprintProblems(plan: Plan, limits: ProcessLimits, brokers?: number): Problem[] {
  const asking = plan.lanes.filter(({ producers }) => producers !== undefined);
  if (asking.length === 0) return [];
  const { clients, threads, openFiles } = clientFootprint(plan, brokers);
  const path = `scenarios.${asking.toSorted((a, b) => b.producers! - a.producers!)[0]!.name}.clients`;
  const workers = threadsOf(plan);
  const who = countOf(clients, 'client');
  const allFiles = limits.openFilesNow + OWN.openFiles + workers * OWN.filesPerWorker + openFiles;
  const allThreads = limits.threadsNow + OWN.threads + workers + threads;
  const problems: Problem[] = [];
  if (allFiles > limits.openFiles) {
    const message = `${who} take ${formatCount(openFiles)} open files, ${formatCount(allFiles)} with the rest: more than the ${formatCount(limits.openFiles)} of ulimit -n`;
    problems.push({ path, message, hint: `use fewer clients or more shards, or ulimit -n ${allFiles}` });
  }
  if (allThreads > limits.threads) {
    const message = `${who} take ${formatCount(threads)} threads, ${formatCount(allThreads)} with the rest: more than the ${formatCount(limits.threads)} that this user or container may have`;
    problems.push({ path, message, hint: `use fewer clients, or raise pids.max or ulimit -u to ${allThreads}` });
  }
  return problems;
}

/** @throws InputError where the clients of a run cannot all be opened in this process. */
export function checkFootprint(plan: Plan, brokers?: number): void {
  const problems = footprintProblems(plan, processLimits(), brokers);
  if (problems.length > 0) throw new InputError(problems);
}
