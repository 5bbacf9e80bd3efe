/**
 * Opens the clients of one worker, each with the metadata of its topics, so that the first messages do not pay for it. A few
 * at a time: each takes connections and threads, and hundreds at once would be a test of how brokers accept them.
 */
import { EXIT, LoadError } from '../../errors.ts';
import { type Client, EVENT, openClient } from './client.ts';
import { librdkafka, type Pointer } from './library.ts';
import { RETRY_DEBUG, RetryErrors } from './retry-errors.ts';
import { StickyPartition } from './sticky-partition.ts';
import { type MarkHeader, VariadicMessage } from './variadic-message.ts';

const AT_ONCE = 8;
/** Of each, where one opened beside it has used up the time. */
const METADATA_LEAST_MS = 500;
const EVENTS = EVENT.deliveryReport | EVENT.log | EVENT.error | EVENT.stats;
const STICKY_LINGER = 'sticky.partitioning.linger.ms';
const STICKY_LINGER_MS_DEFAULT = 10;

type Properties = Readonly<Record<string, string>>;

export interface ProducerLane {
  /** For errors; the topic by default. */
  readonly name?: string;
  readonly client: number;
  readonly topic: string;
  /** Where it has several: a route each. */
  readonly topics?: readonly string[];
  readonly partitions: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Carries each message's index. */
  readonly markHeader?: MarkHeader;
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
  readonly variadic: VariadicMessage;
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
  /** Of all lanes, one behind the other. */
  readonly routes: Route[];
} {
  const { clients: properties, lanes, metadataTimeoutMs, isStopped = () => false } = options;
  const clients: ProducerClient[] = [];
  const routes: Route[][] = lanes.map(() => []);
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
      const stickyMs = Number(properties[first + i]![STICKY_LINGER] ?? STICKY_LINGER_MS_DEFAULT);
      for (const lane of lanesOf[first + i]!) routes[lane] = openRoutes(client, lanes[lane]!, stickyMs);
    }
    const deadline = performance.now() + metadataTimeoutMs;
    const failures = few.flatMap((client, i) => {
      const leftMs = Math.max(METADATA_LEAST_MS, deadline - performance.now());
      const own = lanesOf[first + i]!.flatMap((lane) => routes[lane]!);
      const code = askMetadata(client, own, Math.ceil(Math.min(metadataTimeoutMs, leftMs)));
      return code === 0 ? [] : [`no metadata for topic ${own[0]!.name}: ${librdkafka().errorText(code)}`];
    });
    if (failures.length > 0) throw notConnected(failures, clients.length - failures.length, properties.length);
  }
  return { clients, routes: routes.flat() };
}

function openProducer(properties: Properties): ProducerClient {
  const client = openClient({ debug: RETRY_DEBUG, ...properties }, EVENTS);
  return { ...client, retries: 'debug' in properties ? undefined : new RetryErrors(client.handle), allUp: true };
}

function openRoutes(client: ProducerClient, lane: ProducerLane, stickyMs: number): Route[] {
  const { topic, topics = [topic], partitions, headers, markHeader } = lane;
  return topics.map((name) => {
    const opened: Pointer | null = librdkafka().topicNew(client.handle, name, null);
    if (opened === null) throw new LoadError('TOPIC_REFUSED', `librdkafka refuses topic ${name}`);
    const sticky = new StickyPartition(partitions, stickyMs);
    return { client, name, topic: opened, variadic: new VariadicMessage(opened, headers, markHeader), sticky };
  });
}

/** One request for all topics of a client. @returns librdkafka's error code. */
function askMetadata({ handle }: ProducerClient, routes: readonly Route[], timeoutMs: number): number {
  if (routes.length === 0) return 0;
  const rd = librdkafka();
  const metadata: [Pointer | null] = [null];
  const code: number = rd.metadata(handle, 0, routes.length === 1 ? routes[0]!.topic : null, metadata, timeoutMs);
  if (metadata[0] !== null) rd.metadataDestroy(metadata[0]);
  return code;
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
