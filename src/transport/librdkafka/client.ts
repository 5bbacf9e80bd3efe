/** Opening and closing one librdkafka instance: what producer, consumer, admin and embedded cluster have in common. */
import { EXIT, LoadError } from '../../errors.ts';
import type { ClientLog } from '../transport.ts';
import { callAsync, cText, librdkafka, nativeBuffer, type Pointer } from './library.ts';

const ERROR_TEXT_BYTES = 512;
const VALUE_BYTES = 512;
const TYPE = { producer: 0, consumer: 1 } as const;
export type ClientType = keyof typeof TYPE;
/** rd_kafka_destroy without waiting for a group to be left. */
const DESTROY_NO_CONSUMER_CLOSE = 0x8;

/** Where the profile has none. */
export const DEFAULT_CLIENT_ID = 'kafka-load-engine';
export const CLIENT_FAILED = 'librdkafka cannot create a client: ';
/** No property is to blame. */
const LACKS_RESOURCES = /thread|pipe|memory|open files|temporarily unavailable/i;

export const EVENT = {
  deliveryReport: 0x1,
  log: 0x4,
  error: 0x8,
  rebalance: 0x10,
  stats: 0x40,
} as const;

export interface Client {
  readonly handle: Pointer;
  /** Every event of this client: delivery reports, log lines, errors, statistics; of a consumer its log lines alone. */
  readonly queue: Pointer;
}

/** Where the properties do not say: a producer would make a topic again that somebody has deleted. */
const DEFAULTS = { 'allow.auto.create.topics': 'false' };

/**
 * Makes an instance in event mode. Properties are librdkafka's names; the ones the engine owns are set here.
 * Throws LoadError BAD_PROPERTY (a value librdkafka refuses) or CLIENT_FAILED.
 */
export function openClient(
  properties: Readonly<Record<string, string>>,
  events: number,
  type: ClientType = 'producer',
): Client {
  const rd = librdkafka();
  const errorText = nativeBuffer(ERROR_TEXT_BYTES);
  const conf = rd.confNew();
  const owned = { 'log.queue': 'true', 'client.id': properties['client.id'] ?? DEFAULT_CLIENT_ID };
  for (const [name, value] of Object.entries({ ...DEFAULTS, ...properties, ...owned })) {
    if (rd.confSet(conf, name, value, errorText.address, ERROR_TEXT_BYTES) !== 0) {
      rd.confDestroy(conf);
      throw new LoadError('BAD_PROPERTY', `librdkafka refuses ${name}: ${cText(errorText)}`, {
        exitCode: EXIT.badInput,
      });
    }
  }
  rd.confSetEvents(conf, events);
  const handle: Pointer | null = rd.create(TYPE[type], conf, errorText.address, ERROR_TEXT_BYTES);
  if (handle === null) {
    rd.confDestroy(conf);
    const why = cText(errorText);
    const exitCode = LACKS_RESOURCES.test(why) ? EXIT.failed : EXIT.badInput;
    throw new LoadError('CLIENT_FAILED', `${CLIENT_FAILED}${why}`, { exitCode });
  }
  // A consumer's main queue becomes part of the one its records come by.
  const queue: Pointer = type === 'consumer' ? rd.queueNew(handle) : rd.queueMain(handle);
  rd.setLogQueue(handle, queue);
  return { handle, queue };
}

/** A property of the client as librdkafka uses it: some defaults follow from other properties. */
export function propertyOf({ handle }: Client, name: string): string {
  const rd = librdkafka();
  const text = nativeBuffer(VALUE_BYTES);
  if (rd.confGet(rd.confOf(handle), name, text.address, [VALUE_BYTES]) !== 0) {
    throw new Error(`librdkafka has no property ${name}`);
  }
  return cText(text);
}

export function closeClient(client: Client): void {
  const rd = librdkafka();
  rd.queueDestroy(client.queue);
  rd.destroy(client.handle, DESTROY_NO_CONSUMER_CLOSE);
}

/** Frees it on a thread of koffi's, which may take as long as the wall clock is set back meanwhile. */
export async function closeClientAsync(client: Client): Promise<void> {
  const rd = librdkafka();
  rd.queueDestroy(client.queue);
  await callAsync<void>(rd.destroy, client.handle, DESTROY_NO_CONSUMER_CLOSE);
}

/** The log line that an event carries; undefined when it is another event. */
export function logLineOf(event: Pointer): ClientLog | undefined {
  const facility: [string | null] = [null];
  const text: [string | null] = [null];
  const level: [number] = [0];
  if (librdkafka().eventLog(event, facility, text, level) !== 0) return undefined;
  return { level: level[0], facility: facility[0] ?? '', message: text[0] ?? '' };
}
