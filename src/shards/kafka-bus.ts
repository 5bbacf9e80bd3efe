/**
 * A bus of two topics of one partition each: all processes of a run write to them, and read them from the beginning.
 *
 *     key      SHARD-INSTANCE
 *     value    MAGIC, number of the message among those of its sender and channel (u32), message
 *
 * What does not begin so is somebody else's, as a probe of the clock is. What was sent again after an error may be there
 * twice, and is heard once.
 */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { type OffsetBound, offsetBetween, offsetBound, type RoundTrip } from '../clock-offset.ts';
import { LoadError } from '../errors.ts';
import { Admin } from '../transport/librdkafka/admin.ts';
import { AppendClock } from '../transport/librdkafka/append-clock.ts';
import { PartitionReader } from '../transport/librdkafka/partition-reader.ts';
import { TopicWriter } from '../transport/librdkafka/topic-writer.ts';
import { MS_PER_SEC } from '../units.ts';
import { type Bus, type BusMember, type Channel, checkSize, type Listening, SEND_MS } from './bus.ts';
import { denied, ensureTopic, removeTopic } from './bus-topics.ts';
import { CONNECTION } from './connection.ts';
import { wallClock } from './wall-clock.ts';

type Properties = Readonly<Record<string, string>>;

const CHANNELS: readonly Channel[] = ['control', 'data'];
const ADMIN_TIMEOUT_MS = 8_000;
const POLL_MS: Readonly<Record<Channel, number>> = { control: 20, data: 50 };
/** So many messages, and others of this thread have their turn. */
const MESSAGES_PER_POLL = 64;
const PROBES = 10;
/** Each takes seconds. */
const PROBE_FAILURES_MAX = 2;
const MAGIC = Buffer.from('LBus');
const HEAD_BYTES = MAGIC.length + 4;
const TOPIC_DENIED = 29;
const OFFSET_GONE = -140;

export class KafkaBus implements Bus {
  readonly kind = 'kafka';
  readonly place: string;
  readonly #properties: Properties;
  readonly #name: string;
  readonly #key: Buffer;
  readonly #isEmbedded: boolean;
  readonly #writer: TopicWriter;
  readonly #sent: Record<Channel, number> = { control: 0, data: 0 };
  readonly #listenings = new Set<KafkaListening>();
  #bytesSent = 0;
  #closed: Promise<void> | undefined;

  private constructor(properties: Properties, name: string, member: BusMember, isEmbedded: boolean) {
    this.place = `topics ${name}-* on ${properties['bootstrap.servers']}`;
    this.#properties = properties;
    this.#name = name;
    this.#key = Buffer.from(`${member.shard}-${member.instance}`);
    this.#isEmbedded = isEmbedded;
    this.#writer = new TopicWriter(properties, CHANNELS.map(this.#topic), SEND_MS.data);
  }

  /**
   * Makes the topics where they are not there.
   * @param properties librdkafka's names. @param name what those of the topics begin with.
   * @throws LoadError BUS_RIGHTS; BROKER_UNREACHABLE and others of `Admin`.
   */
  static async open(properties: Properties, name: string, member: BusMember): Promise<KafkaBus> {
    return administer(properties, async (admin, reached) => {
      const isEmbedded = await admin.isEmbedded();
      for (const channel of CHANNELS) await ensureTopic(admin, `${name}-${channel}`);
      return new KafkaBus(reached, name, member, isEmbedded);
    });
  }

  /** What names of buses there are. @throws LoadError as `open`. */
  static async names(properties: Properties): Promise<string[]> {
    const topics = await administer(properties, (admin) => admin.topicNames());
    return topics.flatMap((topic) => /^(.+)-control$/.exec(topic)?.[1] ?? []);
  }

  readonly #topic = (channel: Channel) => `${this.#name}-${channel}`;

  get bytesSent(): number {
    return this.#bytesSent;
  }

  async send(channel: Channel, message: Uint8Array): Promise<void> {
    checkSize(message);
    const value = Buffer.allocUnsafe(HEAD_BYTES + message.length);
    value.set(MAGIC);
    value.writeUInt32LE(this.#sent[channel]++, MAGIC.length);
    value.set(message, HEAD_BYTES);
    const code = await this.#writer.send(CHANNELS.indexOf(channel), this.#key, value, SEND_MS[channel]);
    if (code === 0) {
      this.#bytesSent += message.length;
      return;
    }
    const topic = this.#topic(channel);
    if (code === TOPIC_DENIED) throw denied(`topic ${topic} cannot be written`, 'Write');
    const { lastError } = this.#writer;
    const last = lastError === undefined ? '' : `; last error: ${lastError}`;
    throw new LoadError('BUS_SEND', `the bus: a message to ${topic}: ${this.#writer.describe(code)}${last}`, {
      hint: `a message is given up after ${SEND_MS[channel] / MS_PER_SEC} s; --bus-servers takes a cluster that is not under test`,
    });
  }

  listen(channel: Channel, onMessage: (message: Uint8Array) => void): Listening {
    const listening = new KafkaListening(this.#properties, this.#topic(channel), channel, onMessage);
    this.#listenings.add(listening);
    return listening;
  }

  async clockOffset(): Promise<OffsetBound | undefined> {
    // It answers with a time that is not one.
    if (this.#isEmbedded) return undefined;
    const clock = new AppendClock(this.#properties, this.#topic('control'));
    const trips: RoundTrip[] = [];
    try {
      for (let failures = 0; trips.length < PROBES && failures < PROBE_FAILURES_MAX; ) {
        const trip = await clock.read(0).catch(() => undefined);
        if (trip === undefined) failures++;
        else trips.push(trip);
      }
    } finally {
      await clock.close();
    }
    const broker = offsetBound(trips);
    return broker && offsetBetween(broker, wallClock());
  }

  async remove(): Promise<void> {
    await this.close();
    // It deletes no topics.
    if (this.#isEmbedded) return;
    await administer(this.#properties, async (admin) => {
      for (const channel of CHANNELS) await removeTopic(admin, this.#topic(channel));
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const listening of this.#listenings) listening.close();
    await Promise.allSettled([...this.#listenings].map(({ closed }) => closed));
    await this.#writer.close();
  }
}

/** @throws LoadError of `Admin`, which names the bus: the cluster under test may be another. */
async function administer<T>(
  properties: Properties,
  ask: (admin: Admin, reached: Properties) => Promise<T>,
): Promise<T> {
  const reached = Object.fromEntries(Object.entries(properties).filter(([key]) => CONNECTION.test(key)));
  const admin = new Admin(reached, ADMIN_TIMEOUT_MS);
  try {
    return await ask(admin, reached);
  } catch (error) {
    if (!(error instanceof LoadError) || error.message.startsWith('the bus: ')) throw error;
    const { code, message, hint, exitCode } = error;
    throw new LoadError(code, `the bus: ${message}`, { exitCode, ...(hint !== undefined && { hint }), cause: error });
  } finally {
    await admin.close();
  }
}

class KafkaListening implements Listening {
  readonly caughtUp: Promise<void>;
  readonly closed: Promise<void>;
  readonly #reader: PartitionReader;
  readonly #topic: string;
  readonly #channel: Channel;
  readonly #onMessage: (message: Uint8Array) => void;
  /** By sender: the number of its next message. */
  readonly #next = new Map<string, number>();
  readonly #closing = new AbortController();

  constructor(properties: Properties, topic: string, channel: Channel, onMessage: (message: Uint8Array) => void) {
    this.#reader = new PartitionReader(properties, topic, 0, 0);
    this.#topic = topic;
    this.#channel = channel;
    this.#onMessage = onMessage;
    this.caughtUp = this.#catchUp();
    this.closed = this.caughtUp.then(() => this.#readOn()).finally(() => this.#reader.close());
    // Whoever wants to know waits for one of them.
    this.caughtUp.catch(() => {});
    this.closed.catch(() => {});
  }

  /** Up to where the partition ended when it was asked for the first time. */
  async #catchUp(): Promise<void> {
    let end: number | undefined;
    while (!this.#closing.signal.aborted) {
      end ??= this.#reader.end;
      if (end !== undefined && this.#reader.next >= end) return;
      await this.#read();
    }
  }

  async #readOn(): Promise<void> {
    while (!this.#closing.signal.aborted) await this.#read();
  }

  async #read(): Promise<void> {
    const count = this.#reader.poll(MESSAGES_PER_POLL);
    for (let i = 0; i < count && !this.#closing.signal.aborted; i++) this.#hear(i);
    const { failure } = this.#reader;
    if (failure !== undefined) throw this.#failed(failure.code, failure.text);
    const { signal } = this.#closing;
    if (count > 0) await turn();
    else await sleep(POLL_MS[this.#channel], undefined, { signal }).catch(() => {});
  }

  #hear(i: number): void {
    const { records } = this.#reader;
    const value = records.value(i);
    const key = records.key(i);
    if (value === null || key === null || value.length <= HEAD_BYTES) return;
    const bytes = Buffer.from(value);
    if (bytes.compare(MAGIC, 0, MAGIC.length, 0, MAGIC.length) !== 0) return;
    const sender = Buffer.from(key).toString();
    const number = bytes.readUInt32LE(MAGIC.length);
    if (number < (this.#next.get(sender) ?? 0)) return;
    this.#next.set(sender, number + 1);
    this.#onMessage(bytes.subarray(HEAD_BYTES));
  }

  #failed(code: number, text: string): LoadError {
    if (code === TOPIC_DENIED) return denied(`topic ${this.#topic} cannot be read`, 'Read');
    const what = `the bus: topic ${this.#topic} cannot be read`;
    if (code === OFFSET_GONE) {
      return new LoadError(
        'BUS_READ',
        `${what}: its first messages are gone, deleted by retention.ms or retention.bytes`,
      );
    }
    return new LoadError('BUS_READ', `${what}: ${text}`);
  }

  close(): void {
    this.#closing.abort();
  }
}
