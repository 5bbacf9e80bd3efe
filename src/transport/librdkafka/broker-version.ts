/** Which version a broker is of, as far as Kafka's protocol says: librdkafka finds out but does not tell. */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { type AdvertisedBroker, socketTo } from './reachability.ts';

/** A broker that does not answer must not hold up a run. */
const TIMEOUT_MS = 2_000;
/** Far above a real answer of 0.7 kB: more is another protocol. */
const ANSWER_BYTES_MAX = 65_536;
const UNSUPPORTED_VERSION = 35;
/** Tags of the answer (KIP-584). */
const SUPPORTED_FEATURES = 0;
const FINALIZED_FEATURES = 2;
const METADATA_VERSION = 'metadata.version';

/** ApiVersions (key 18) needs no login. Version 3, correlation id 1, no client id; the client's name and version `0`. */
const ASK_VERSION_3 = Buffer.from(
  `000000200012000300000001ffff0012${Buffer.from('kafka-load-engine').toString('hex')}023000`,
  'hex',
);
const ASK_VERSION_0 = Buffer.from('0000000a0012000000000001ffff', 'hex');

/**
 * Asks the broker with the lowest id. KRaft: `metadata.version 27 (max 30)`, the feature level that the cluster uses, and
 * the highest that this broker could, which new binaries raise. Where there are no levels (ZooKeeper, other
 * implementations): `ApiVersions` and 8 hex digits, a hash of every supported API with its versions.
 * @returns undefined after a failure of any kind
 */
export async function askBrokerVersion(
  brokers: readonly AdvertisedBroker[],
  properties: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  let socket: Socket | undefined;
  const timer = setTimeout(() => socket?.destroy(), TIMEOUT_MS);
  try {
    socket = socketTo(brokers.toSorted((a, b) => a.id - b.id)[0]!, properties);
    // One that comes after the answer has nobody else to take it.
    socket.on('error', () => {});
    socket.write(ASK_VERSION_3);
    let isVersion3 = true;
    for await (const answer of answersOf(socket)) {
      if (answer.int(4) !== 1) return undefined;
      const error = answer.int(2);
      if (error === 0) return isVersion3 ? readVersion3(answer) : fingerprint(readApis(answer, answer.int(4), false));
      // Before Kafka 2.4. This answer is of version 0 and may lack all APIs but this one (KIP-511).
      if (error !== UNSUPPORTED_VERSION || !isVersion3) return undefined;
      isVersion3 = false;
      socket.write(ASK_VERSION_0);
    }
    return undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    socket?.destroy();
  }
}

/** Each without its length. */
async function* answersOf(socket: Socket): AsyncGenerator<Cursor> {
  let received = Buffer.alloc(0);
  for await (const bytes of socket) {
    received = Buffer.concat([received, bytes]);
    if (received.length < 4) continue;
    const end = 4 + received.readUInt32BE(0);
    if (end > ANSWER_BYTES_MAX) return;
    if (received.length < end) continue;
    const answer = new Cursor(received.subarray(4, end));
    received = received.subarray(end);
    yield answer;
  }
}

function readVersion3(answer: Cursor): string | undefined {
  const apis = readApis(answer, answer.uvarint() - 1, true);
  answer.int(4); // throttle time
  const tags = answer.tags();
  const [level] = metadataVersions(tags.get(FINALIZED_FEATURES)); // highest first, unlike the supported ones
  if (level === undefined) return fingerprint(apis);
  const [, max] = metadataVersions(tags.get(SUPPORTED_FEATURES));
  return `${METADATA_VERSION} ${level}${max === undefined ? '' : ` (max ${max})`}`;
}

function metadataVersions(features: Cursor | undefined): number[] {
  let left = features === undefined ? 0 : features.uvarint() - 1;
  for (; features !== undefined && left > 0; left--) {
    const name = features.take(features.uvarint() - 1).toString();
    const levels = [features.int(2), features.int(2)];
    features.tags();
    if (name === METADATA_VERSION) return levels;
  }
  return [];
}

function readApis(answer: Cursor, count: number, hasTags: boolean): string[] {
  return Array.from({ length: count }, () => {
    const api = `${answer.int(2)} ${answer.int(2)} ${answer.int(2)}`;
    if (hasTags) answer.tags();
    return api;
  });
}

function fingerprint(apis: readonly string[]): string | undefined {
  if (apis.length === 0) return undefined;
  return `ApiVersions ${createHash('sha256').update(apis.toSorted().join()).digest('hex').slice(0, 8)}`;
}

/** The types of Kafka's protocol, one after the other. @throws RangeError past the end. */
class Cursor {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(count: number): Buffer {
    this.#at += count;
    if (count < 0 || this.#at > this.#bytes.length) throw new RangeError('the answer is too short');
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  int(byteCount: number): number {
    return this.take(byteCount).readIntBE(0, byteCount);
  }

  uvarint(): number {
    const byte = this.take(1)[0]!;
    return byte < 128 ? byte : byte - 128 + 128 * this.uvarint();
  }

  tags(): Map<number, Cursor> {
    return new Map(
      Array.from({ length: this.uvarint() }, () => [this.uvarint(), new Cursor(this.take(this.uvarint()))] as const),
    );
  }
}
