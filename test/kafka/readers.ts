/** Readers and writers that nobody here wrote: what they see in a topic is what is there. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { collect, runJavaTool } from './java.ts';
import { createTopic, deleteTopic } from './topics.ts';

export interface StoredRecord {
  readonly partition: number;
  readonly offset: number;
  /** ms since 1970. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

export interface StoredRecordWithHeaders extends StoredRecord {
  readonly headers: readonly (readonly [name: string, value: Buffer | null])[];
}

/** Every record of the topic as kcat reads it, by default committed ones only; by partition and offset within one. Fast. */
export async function readWithKcat(
  bootstrapServers: string,
  topic: string,
  isolation: 'read_committed' | 'read_uncommitted' = 'read_committed',
): Promise<StoredRecord[]> {
  // A line of numbers with the lengths of key and value (-1: null), then their bytes: exact for any content.
  const format = '%p %o %T %K %S\\n%k%s';
  const out = await collect('kcat', [
    '-C',
    '-q',
    '-e',
    '-X',
    `isolation.level=${isolation}`,
    '-b',
    bootstrapServers,
    '-t',
    topic,
    '-f',
    format,
  ]);
  const records: StoredRecord[] = [];
  for (let at = 0; at < out.length; ) {
    const lineEnd = out.indexOf(10, at);
    const [partition, offset, timestamp, keyLength, valueLength] = out
      .toString('latin1', at, lineEnd)
      .split(' ')
      .map(Number);
    const keyEnd = lineEnd + 1 + Math.max(keyLength!, 0);
    const valueEnd = keyEnd + Math.max(valueLength!, 0);
    const key = keyLength! < 0 ? null : out.subarray(lineEnd + 1, keyEnd);
    const value = valueLength! < 0 ? null : out.subarray(keyEnd, valueEnd);
    records.push({ partition: partition!, offset: offset!, timestamp: timestamp!, key, value });
    at = valueEnd;
  }
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/**
 * Every record of the topic as Java's console consumer reads it, headers included; committed ones only. About 3 s of
 * start-up. It ends at a number of records: offsets do not tell it where transactions left markers, kcat does.
 */
export async function readWithJava(bootstrapServers: string, topic: string): Promise<StoredRecordWithHeaders[]> {
  const count = (await readWithKcat(bootstrapServers, topic)).length;
  if (count === 0) return [];
  // Its output is the raw bytes with separators between: ones that occur in no record keep it exact.
  const marks = {
    field: `<field ${randomUUID()}>`,
    header: `<header ${randomUUID()}>`,
    end: `<end ${randomUUID()}>`,
    null: `<null ${randomUUID()}>`,
  };
  const formatter = {
    'print.timestamp': 'true',
    'print.partition': 'true',
    'print.offset': 'true',
    'print.headers': 'true',
    'print.key': 'true',
    'key.separator': marks.field,
    'headers.separator': marks.header,
    'line.separator': marks.end,
    'null.literal': marks.null,
  };
  const args = [
    ...['--bootstrap-server', bootstrapServers, '--topic', topic, '--from-beginning'],
    ...[
      '--max-messages',
      String(count),
      '--timeout-ms',
      String(JAVA_SILENCE_MS),
      '--isolation-level',
      'read_committed',
    ],
    ...Object.entries(formatter).flatMap(([name, value]) => ['--formatter-property', `${name}=${value}`]),
  ];
  let lines: Buffer[] = [];
  for (let attempt = 1; attempt <= JAVA_ATTEMPTS && lines.length < count; attempt++) {
    lines = splitBytes(await runJavaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', args), marks.end);
  }
  const bytes = (part: Buffer): Buffer | null => (part.equals(Buffer.from(marks.null)) ? null : part);
  const records = lines.map((line): StoredRecordWithHeaders => {
    const [timestamp, partition, offset, headers, key, value] = splitBytes(line, marks.field, true) as Buffer[];
    const number = (part: Buffer) => Number(/\d+$/.exec(part.toString())![0]); // `CreateTime:17…`, `Offset:0`, `Partition:3`
    const pairs = headers!.toString('latin1') === 'NO_HEADERS' ? [] : splitBytes(headers!, marks.header, true);
    return {
      timestamp: number(timestamp!),
      offset: number(offset!),
      partition: number(partition!),
      headers: pairs.map((pair) => {
        const colon = pair.indexOf(':');
        return [pair.toString('utf8', 0, colon), bytes(pair.subarray(colon + 1))] as const;
      }),
      key: bytes(key!),
      value: bytes(value!),
    };
  });
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** The first `count` records of these topics together as kafkajs reads them, which has a protocol of its own; in no order. */
export async function readWithKafkaJs(
  bootstrapServers: string,
  topics: readonly string[],
  count: number,
): Promise<(StoredRecordWithHeaders & { readonly topic: string })[]> {
  const client = new kafkajs.Kafka({ brokers: bootstrapServers.split(','), logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({ groupId: randomUUID() });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  const found: (StoredRecordWithHeaders & { readonly topic: string })[] = [];
  await new Promise<void>((resolve, reject) => {
    const eachMessage: kafkajs.EachMessageHandler = async ({ topic, partition, message }) => {
      const { offset, timestamp, key, value, headers = {} } = message;
      found.push({
        ...{ topic, partition, offset: Number(offset), timestamp: Number(timestamp), key, value },
        headers: Object.entries(headers).map(([name, bytes]) => [name, (bytes ?? null) as Buffer | null]),
      });
      if (found.length === count) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return found;
}

/** Without a record for so long it ends. Seen with processes stopped at random: a group got no partitions, the next did. */
const JAVA_SILENCE_MS = 25_000;
const JAVA_ATTEMPTS = 3;

/** The parts before each separator, and with `rest` what follows the last one. */
function splitBytes(bytes: Buffer, separator: string, rest = false): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(separator); at >= 0; at = bytes.indexOf(separator, from)) {
    parts.push(bytes.subarray(from, at));
    from = at + Buffer.byteLength(separator);
  }
  if (rest) parts.push(bytes.subarray(from));
  return parts;
}

/** Sends text records through Java's console producer; keys and values hold neither tabs nor line ends. */
export async function writeWithJava(
  bootstrapServers: string,
  topic: string,
  records: readonly { readonly key: string; readonly value: string }[],
): Promise<void> {
  const reader = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=\t'];
  const input = records.map(({ key, value }) => `${key}\t${value}\n`).join('');
  await runJavaTool(
    'org.apache.kafka.tools.ConsoleProducer',
    ['--bootstrap-server', bootstrapServers, '--topic', topic, ...reader],
    input,
  );
}

/** The partition the Java client's default partitioner (murmur2) puts each key on: the oracle for ours. */
export async function javaPartitions(
  bootstrapServers: string,
  keys: readonly string[],
  partitions: number,
): Promise<Map<string, number>> {
  const topic = `java-partitions-${randomUUID()}`;
  await createTopic(bootstrapServers, topic, { partitions });
  await writeWithJava(
    bootstrapServers,
    topic,
    keys.map((key) => ({ key, value: '' })),
  );
  const stored = await readWithKcat(bootstrapServers, topic);
  await deleteTopic(bootstrapServers, topic);
  return new Map(stored.map(({ key, partition }) => [key!.toString(), partition]));
}
