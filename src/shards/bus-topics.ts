/** The topics of a bus on Kafka: made by whichever process comes first, one partition each. */
import { EXIT, LoadError } from '../errors.ts';
import { type Admin, TopicError } from '../transport/librdkafka/admin.ts';

const DAY_MS = 86_400_000;
const CONFIG = {
  // A cluster may compact by default: keys here are senders, of which every message counts.
  'cleanup.policy': 'delete',
  'retention.ms': String(DAY_MS),
  'max.message.bytes': '1048588',
  // One replica that is there is enough to go on: the cluster under test may be losing the others.
  'min.insync.replicas': '1',
};
const DATED = { ...CONFIG, 'message.timestamp.type': 'LogAppendTime' };

/** What a cluster may take, best first: its own replication factor (brokers before 2.4 do not know it), its own clock. */
const ATTEMPTS = [
  { replicationFactor: -1, config: DATED },
  { replicationFactor: 1, config: DATED },
  { replicationFactor: -1, config: CONFIG },
  { replicationFactor: 1, config: CONFIG },
  { replicationFactor: -1, config: {} },
];
/** What another attempt may mend. */
const PARTICULAR = new Set([
  'INVALID_REPLICATION_FACTOR',
  'INVALID_CONFIG',
  'POLICY_VIOLATION',
  '_UNSUPPORTED_FEATURE',
]);
const DENIED = /AUTHORIZATION_FAILED/;

/** @throws LoadError BUS_RIGHTS; what `Admin` throws. */
export async function ensureTopic(admin: Admin, name: string): Promise<void> {
  if ((await admin.topic(name)).partitions > 0) return;
  for (const attempt of ATTEMPTS) {
    try {
      return await admin.createTopic({ name, partitions: 1, ...attempt });
    } catch (error) {
      const reason = refusalOf(error);
      if (DENIED.test(reason)) throw denied(`topic ${name} cannot be made`, 'Create');
      if (!PARTICULAR.has(reason) || attempt === ATTEMPTS.at(-1)) throw error;
    }
  }
}

/** @throws LoadError BUS_RIGHTS; what `Admin` throws. */
export async function removeTopic(admin: Admin, name: string): Promise<void> {
  try {
    await admin.deleteTopic(name);
  } catch (error) {
    if (DENIED.test(refusalOf(error))) throw denied(`topic ${name} cannot be deleted`, 'Delete');
    throw error;
  }
}

function refusalOf(error: unknown): string {
  if (error instanceof TopicError) return error.errorName;
  return /replication factor/i.test((error as Error).message) ? 'INVALID_REPLICATION_FACTOR' : '';
}

/** @param right of Kafka's access control, on a topic. */
export function denied(what: string, right: 'Create' | 'Read' | 'Write' | 'Delete'): LoadError {
  return new LoadError('BUS_RIGHTS', `the bus: ${what}: no right to ${right}`, {
    exitCode: EXIT.badInput,
    hint:
      'shards need Create, Describe, Read, Write and Delete on topics `load-bus-*`; or name another cluster with ' +
      '--bus-servers, or a directory with --bus',
  });
}
