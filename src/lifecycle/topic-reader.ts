/** What of a run stands in its topic already: read once, when it is taken up again. */
import { randomBytes } from 'node:crypto';
import { Admin } from '../transport/librdkafka/admin.ts';
import { EMBEDDED_READER_PROPERTIES, LibrdkafkaConsumer } from '../transport/librdkafka/consumer.ts';

const ADMIN_TIMEOUT_MS = 10_000;
const POLL_MS = 100;
/** Offsets without a record (transactions, compaction) at a partition's end: nothing comes for so long. */
const SILENCE_MS = 10_000;

/** Calls `onValue` with every value of the topic, from its first to what is its last now; none where there is no topic. */
export async function readTopic(
  properties: Readonly<Record<string, string>>,
  topic: string,
  onValue: (value: Uint8Array) => void,
): Promise<void> {
  const { ends, isEmbedded } = await endsOf(properties, topic);
  const unread = new Map([...ends.entries()].filter(([, end]) => end > 0));
  if (unread.size === 0) return;
  const consumer = new LibrdkafkaConsumer({
    properties: {
      ...(isEmbedded && EMBEDDED_READER_PROPERTIES),
      ...properties,
      'group.id': `load-resume-${randomBytes(6).toString('hex')}`,
      'auto.offset.reset': 'earliest',
      'enable.auto.commit': 'false',
    },
    topics: [topic],
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
        if (records.offset[i]! + 1 >= (unread.get(partition) ?? 0)) unread.delete(partition);
      }
    }
  } finally {
    await consumer.close();
  }
}

async function endsOf(properties: Readonly<Record<string, string>>, topic: string) {
  const admin = new Admin(properties, ADMIN_TIMEOUT_MS);
  try {
    const { partitions } = await admin.topic(topic);
    return { ends: await admin.endOffsets(topic, partitions), isEmbedded: await admin.isEmbedded() };
  } finally {
    await admin.close();
  }
}
