/**
 * Opens the clients of one worker, each with the metadata of its topics, so that the first messages do not pay for it. A few
 * at a time: each takes connections and threads, and hundreds at once would be a test of how brokers accept them.
 */
import { EXIT, LoadError } from '../../errors.ts';
import { topicList } from '../../topic-pattern.ts';
import { blockingSleep } from '../null.ts';
import { sendsMetadata } from '../transport.ts';
import { type Client, EVENT, openClient, propertyOf } from './client.ts';
import { librdkafka, type Pointer } from './library.ts';
import { RETRY_DEBUG, RetryErrors } from './retry-errors.ts';
import { StickyPartition } from './sticky-partition.ts';
import { readTopicErrors } from './topic-metadata.ts';
import { type MarkHeader, VariadicMessage } from './variadic-message.ts';

const AT_ONCE = 8;
/** Of each, where one opened beside it has used up the time. */
const METADATA_LEAST_MS = 500;
const METADATA_PAUSE_MS = 50;
const UNKNOWN_TOPIC = 3;
/** Topics that a broker has not heard of, or that have no leader. */
const NOT_YET = new Set([UNKNOWN_TOPIC, 5]);
const EVENTS = EVENT.deliveryReport | EVENT.log | EVENT.error | EVENT.stats;
const STICKY_LINGER = 'sticky.partitioning.linger.ms';

type Properties = Readonly<Record<string, string>>;

export interface ProducerLane {
  /** For errors; the topic by default. */
  readonly name?: string;
  readonly client: number;
  readonly topic: string;
  /** Where it has several: a route each. */
  readonly topics?: readonly string[];
  /** Numbers of those that its producer may send to; absent: all. */
  readonly ownTopics?: readonly number[];
  readonly partitions: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Carries each message's index. */
  readonly markHeader?: MarkHeader;
  readonly recordTimestamp?: 'client' | 'intended';
  /** Its client is its own and has a transactional.id. */
  readonly transactions?: object;
}

export interface ProducerClient extends Client {
  /** None where the profile asks for debug lines of its own: they all go to whoever reads the log. */
  readonly retries: RetryErrors | undefined;
  /** No error since its last statistics, and nothing down in them. */
  allUp: boolean;
}

/** Everything a produce call needs: a lane and one of its topics. */
export interface Route {
  readonly client: ProducerClient;
  readonly name: string;
  readonly topic: Pointer;
  /** Only of lanes that send metadata. */
  readonly variadic: VariadicMessage | undefined;
  readonly sticky: StickyPartition;
}

interface OpenOptions {
  /** Properties of each client. */
  readonly clients: readonly Properties[];
  readonly lanes: readonly ProducerLane[];
  /** How long to wait for the metadata of the topics of a client. */
  readonly metadataTimeoutMs: number;
  /** Whether nobody waits for them any more. */
  readonly isStopped?: () => boolean;
}

/** @throws LoadError METADATA where a client does not connect, STOPPED. */
export function openClients(options: OpenOptions): {
  readonly clients: ProducerClient[];
  /** Of all lanes, one behind the other; undefined where a lane's producer sends nothing to a topic. */
  readonly routes: (Route | undefined)[];
} {
  const { clients: properties, lanes, metadataTimeoutMs, isStopped = () => false } = options;
  const clients: ProducerClient[] = [];
  const routes: (Route | undefined)[][] = lanes.map(() => []);
  const lanesOf: number[][] = properties.map(() => []);
  for (const [lane, { client }] of lanes.entries()) lanesOf[client]!.push(lane);
  while (clients.length < properties.length) {
    if (isStopped()) {
      const message = `stopped before the start: ${clients.length} of ${properties.length} clients of a worker had connected`;
      throw new LoadError('STOPPED', message, { exitCode: EXIT.sigint });
    }
    const first = clients.length;
    const few = properties.slice(first, first + AT_ONCE).map(openProducer);
    clients.push(...few);
    for (const [i, client] of few.entries()) {
      const stickyMs = Number(propertyOf(client, STICKY_LINGER));
      for (const lane of lanesOf[first + i]!) routes[lane] = openRoutes(client, lanes[lane]!, stickyMs);
    }
    const deadline = performance.now() + metadataTimeoutMs;
    const failures = few.flatMap((client, i) => {
      const leftMs = Math.max(METADATA_LEAST_MS, deadline - performance.now());
      const names = lanesOf[first + i]!.flatMap((lane) => routes[lane]!.flatMap((route) => route?.name ?? []));
      return askMetadata(client, [...new Set(names)], Math.min(metadataTimeoutMs, leftMs));
    });
    if (failures.length > 0) throw notConnected(failures, clients.length - failures.length, properties.length);
  }
  return { clients, routes: routes.flat() };
}

function openProducer(properties: Properties): ProducerClient {
  const client = openClient({ debug: RETRY_DEBUG, ...properties }, EVENTS);
  return { ...client, retries: 'debug' in properties ? undefined : new RetryErrors(client.handle), allUp: true };
}

function openRoutes(client: ProducerClient, lane: ProducerLane, stickyMs: number): (Route | undefined)[] {
  const { topic, topics = [topic], ownTopics, partitions, headers, markHeader } = lane;
  const own = ownTopics && new Set(ownTopics);
  return topics.map((name, number) => {
    if (own?.has(number) === false) return undefined;
    const opened: Pointer | null = librdkafka().topicNew(client.handle, name, null);
    if (opened === null) throw new LoadError('TOPIC_REFUSED', `librdkafka refuses topic ${name}`);
    const sticky = new StickyPartition(partitions, stickyMs);
    const variadic = sendsMetadata(lane) ? new VariadicMessage(opened, headers, markHeader) : undefined;
    return { client, name, topic: opened, variadic, sticky };
  });
}

/**
 * One request for all topics of a client; what the broker does not know yet is asked for again, as it may have been
 * created a moment ago. @returns what is wrong, none or one.
 */
function askMetadata({ handle }: ProducerClient, names: readonly string[], timeoutMs: number): string[] {
  if (names.length === 0) return [];
  const rd = librdkafka();
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const metadata: [Pointer | null] = [null];
    const leftMs = Math.max(1, Math.ceil(deadline - performance.now()));
    const code: number = rd.metadata(handle, 0, null, metadata, leftMs);
    const errors = metadata[0] === null ? undefined : readTopicErrors(metadata[0]);
    if (metadata[0] !== null) rd.metadataDestroy(metadata[0]);
    const missing = names.filter((name) => errors?.get(name) !== 0);
    if (missing.length === 0) return [];
    const error = code || (errors?.get(missing[0]!) ?? UNKNOWN_TOPIC);
    if (code !== 0 || !NOT_YET.has(error) || performance.now() + METADATA_PAUSE_MS > deadline) {
      return [`no metadata for ${topicList(missing)}: ${rd.errorText(error)}`];
    }
    blockingSleep(METADATA_PAUSE_MS);
  }
}

function notConnected(failures: readonly string[], connected: number, of: number): LoadError {
  const [why] = failures;
  if (of === 1) {
    const hint = 'is the broker up, and do its advertised listeners lead back to it?';
    return new LoadError('METADATA', why!, { hint });
  }
  const hint = 'is the broker up, and does it take so many connections (max.connections.per.ip)?';
  const message = `${connected} of ${of} clients of a worker connected, then ${failures.length} did not: ${why}`;
  return new LoadError('METADATA', message, { hint });
}
