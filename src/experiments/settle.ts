/**
 * The pause between two runs: until a few single messages see the latency again that they had on the idle cluster. What
 * one run leaves behind (flushes, deletions, a busy page cache) would else be measured by the next.
 */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { LoadError } from '../errors.ts';
import { Admin } from '../transport/librdkafka/admin.ts';
import { LibrdkafkaProducer } from '../transport/librdkafka/producer.ts';
import { MessageBatch } from '../transport/message-batch.ts';
import { US_PER_MS } from '../units.ts';

export interface Settled {
  readonly waitedMs: number;
  /** Idle latency was seen again. */
  readonly reached: boolean;
}

export interface SettleProbe {
  /** Median latency of a single message in µs; what `settle` waits for. */
  baseline(): Promise<number>;
  /** @throws LoadError BROKER_GONE where nothing is acknowledged any more when the longest pause is over. */
  settle(signal?: AbortSignal): Promise<Settled>;
  close(): Promise<void>;
}

/** Sends one message; µs until it was acknowledged, null where it was not. */
export type Ping = () => Promise<number | null>;

const BASELINE_MESSAGES = 20;
/** The first ones pay for connections. */
const WARM_UP_MESSAGES = 5;
const GROUP_MESSAGES = 5;
const GAP_MS = 20;
const BETWEEN_GROUPS_MS = 250;
/** Machines swing: latency is idle again within twice the idle median, or this much above it. */
const FACTOR = 2;
const TOLERANCE_US = 1_000;
export const PING_TIMEOUT_MS = 3_000;
const ADMIN_TIMEOUT_MS = 8_000;
/** The process hears signals in between. */
const POLL_MS = 10;
const RECORD = 'load: is the cluster idle?';

export interface SettleOptions {
  /** Of an experiment that is gone on with. */
  readonly idleUs?: number;
  readonly close?: () => Promise<void>;
  /** Tests give a clock of their own. */
  readonly pause?: (ms: number) => Promise<void>;
  readonly now?: () => number;
}

export function settleProbe(
  ping: Ping,
  settleMs: number,
  { idleUs, close = async () => {}, pause = sleep, now = () => performance.now() }: SettleOptions = {},
): SettleProbe {
  let idle = idleUs;
  const group = async (count: number) => {
    const latencies: (number | null)[] = [];
    for (let i = 0; i < count; i++) {
      const latency = await ping();
      latencies.push(latency);
      // Of a broker that does not answer one message is enough.
      if (latency === null) break;
      await pause(GAP_MS);
    }
    return latencies;
  };
  return {
    async baseline() {
      await group(WARM_UP_MESSAGES);
      const latencies = await group(BASELINE_MESSAGES);
      idle = middle(latencies.filter((latency) => latency !== null));
      if (idle === undefined) throw gone('no probe message was acknowledged');
      return idle;
    },
    async settle(signal) {
      const startMs = now();
      const limit = idle === undefined ? Number.POSITIVE_INFINITY : Math.max(idle * FACTOR, idle + TOLERANCE_US);
      for (;;) {
        const latencies = await group(GROUP_MESSAGES);
        const waitedMs = now() - startMs;
        const acknowledged = latencies.filter((latency) => latency !== null);
        const isWhole = acknowledged.length === latencies.length;
        if (isWhole && middle(acknowledged)! <= limit) return { waitedMs, reached: true };
        if (signal?.aborted) return { waitedMs, reached: false };
        if (waitedMs >= settleMs) {
          if (acknowledged.length === 0) throw gone(`nothing was acknowledged for ${Math.round(waitedMs / 1_000)} s`);
          return { waitedMs, reached: false };
        }
        await pause(BETWEEN_GROUPS_MS);
      }
    },
    close,
  };
}

/**
 * A probe with a topic of its own, which is deleted in the end, and one producer for the whole experiment.
 * @throws LoadError where the topic cannot be made.
 */
export async function openSettle(
  properties: Readonly<Record<string, string>>,
  settleMs: number,
  { topic, replicationFactor, idleUs }: { topic: string; replicationFactor: number; idleUs?: number },
): Promise<SettleProbe> {
  const own = probeProperties(properties);
  const admin = new Admin(own, ADMIN_TIMEOUT_MS);
  try {
    if ((await admin.topic(topic)).partitions === 0) {
      await admin.createTopic({ name: topic, partitions: 1, replicationFactor, config: {} });
    }
  } finally {
    await admin.close();
  }
  const transport = new LibrdkafkaProducer({
    clients: [own],
    lanes: [{ client: 0, topic, partitions: 1, headers: {} }],
    onLog: () => {},
    metadataTimeoutMs: ADMIN_TIMEOUT_MS,
  });
  const close = async () => {
    transport.close();
    const admin = new Admin(own, ADMIN_TIMEOUT_MS);
    // It is one empty partition: not worth an error at the end of an experiment.
    await admin.deleteTopic(topic).catch(() => {});
    await admin.close();
  };
  return settleProbe(pingBy(transport), settleMs, { close, ...(idleUs !== undefined && { idleUs }) });
}

/** Of the profile the servers and the login; a single message waits for nothing. */
function probeProperties(properties: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(properties).filter(([name]) =>
    /^(bootstrap\.servers|security\.|sasl\.|ssl\.|socket\.|broker\.address|client\.id|enable\.ssl)/.test(name),
  );
  return { ...Object.fromEntries(kept), 'linger.ms': '0', 'message.timeout.ms': String(PING_TIMEOUT_MS) };
}

function pingBy(transport: LibrdkafkaProducer): Ping {
  const memory = new Uint8Array(new SharedArrayBuffer(RECORD.length));
  memory.set(Buffer.from(RECORD));
  const batch = new MessageBatch(1);
  const address = transport.address(memory);
  return async () => {
    const startMs = performance.now();
    batch.set(0, address, memory.length, 0, -1, 0);
    if (transport.produce(0, 0, batch, 0, 1) === 0) return null;
    const deadlineMs = startMs + 2 * PING_TIMEOUT_MS;
    while (performance.now() < deadlineMs) {
      if (transport.poll(POLL_MS) > 0) {
        return transport.reports.error[0] === 0 ? (performance.now() - startMs) * US_PER_MS : null;
      }
      await setImmediate();
    }
    return null;
  };
}

function middle(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function gone(reason: string): LoadError {
  return new LoadError('BROKER_GONE', `the broker does not answer: ${reason}`);
}
