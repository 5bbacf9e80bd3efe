/** What of a run stands in its topic already: read once, when it is taken up again. */
import { randomBytes } from 'node:crypto';
import { Admin } from '../transport/librdkafka/admin.ts';
import { LibrdkafkaConsumer } from '../transport/librdkafka/consumer.ts';

const ADMIN_TIMEOUT_MS = 10_000;
const POLL_MS = 100;
const BEGINNING = -2;
/** A partition without a leader: nothing comes for so long. */
const SILENCE_MS = 10_000;

/** Calls `onValue` with every value of the topic, from its first to what is its last now; none where there is no topic. */
export async function readTopic(
  properties: Readonly<Record<string, string>>,
  topic: string,
  onValue: (value: Uint8Array) => void,
): Promise<void> {
  const ends = await endsOf(properties, topic);
  const unread = new Set([...ends.keys()].filter((partition) => ends[partition]! > 0));
  if (unread.size === 0) return;
  const consumer = new LibrdkafkaConsumer({
    properties: {
      ...properties,
      'group.id': `load-resume-${randomBytes(6).toString('hex')}`,
      'auto.offset.reset': 'earliest',
      'enable.auto.commit': 'false',
    },
    topics: [topic],
    partitions: [...unread].map((partition) => ({ topic, partition, offset: BEGINNING })),
    onEnd: (_topic, partition, offset) => {
      if (offset >= ends[partition]!) unread.delete(partition);
    },
    onLog: () => {},
  });
  try {
    let silentSince = performance.now();
    while (unread.size > 0 && performance.now() - silentSince < SILENCE_MS) {
      const count = await consumer.poll(POLL_MS);
      if (count > 0) silentSince = performance.now();
      const { records } = consumer;
      for (let i = 0; i < count; i++) {
        const partition = records.partition[i]!;
        const value = records.value(i);
        if (value !== null) onValue(value);
        if (records.offset[i]! + 1 >= ends[partition]!) unread.delete(partition);
      }
    }
  } finally {
    await consumer.close();
  }
}

async function endsOf(properties: Readonly<Record<string, string>>, topic: string): Promise<readonly number[]> {
  const admin = new Admin(properties, ADMIN_TIMEOUT_MS);
  try {
    const { partitions } = await admin.topic(topic);
    return await admin.endOffsets(topic, partitions);
  } finally {
    await admin.close();
  }
}
