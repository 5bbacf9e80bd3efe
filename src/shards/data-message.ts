/**
 * What a shard sends of its measurement on the data channel, as bytes. Each message is one of a sequence of its
 * instance, so that one that is heard twice counts once; what is in them are differences, which add up in any order, and
 * a few readings, of which the one with the highest sequence number stands.
 *
 *     head       version, kind, shard, shards, instance (8 bytes), sequence
 *     deflated   what `second` has, where that is large
 *     second     when it joined, its state, the process; rows; counts of seconds; counters; loops; histograms
 *     final      which part of how many, then a part of the deflated text of `FinalReport`
 *     end        crc32 of all before it
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { PHASES } from '../recorder/reader.ts';
import { LATENCY, type Phase } from '../recorder/run-memory.ts';
import { ByteReader, ByteWriter } from './byte-stream.ts';
import { type SparseHistogram, writeSparse } from './sparse-histogram.ts';

const VERSION = 3;
const KIND = { second: 1, final: 2, deflated: 3 } as const;
/** To inflate costs a collector about as much as to read the rest: the many small messages are sent as they are. */
const DEFLATED_ABOVE = 16_384;
const INSTANCE_BYTES = 8;
const CRC_BYTES = 4;
/** Of any bytes that end with their own check sum. */
const CRC_OF_SEALED = 0x2144_df1c;
const LATENCIES = Object.keys(LATENCY).length;
/** A cell that has no number. */
const NONE = 0;

export interface MessageHead {
  readonly shard: number;
  readonly shards: number;
  /** 16 hex digits. */
  readonly instance: string;
  /** 0, 1, 2 … within kind and instance. */
  readonly sequence: number;
}

export interface SecondFacts extends MessageHead {
  /** When this instance took its part up, ns from run start; 0 where it was there from the start. */
  readonly joinedNs: number;
  /** Lowest STATE of its threads. */
  readonly state: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** Of the seconds that were closed since the message before, in order; none where only their counts changed. */
  readonly rows: readonly RowFacts[];
  /** The second that the latencies belong to. */
  readonly latencySecond: number;
  readonly counts: readonly CountDifference[];
  readonly cells: readonly CellDifference[];
  /** By thread. */
  readonly loops: readonly LoopReading[];
}

export interface SecondMessage extends SecondFacts {
  readonly kind: 'second';
  /** Differences, to be read once: `nextPlace`, then `LatencyIntake.add`, until there is none. */
  readonly histograms: ByteReader;
}

/** What is of one process and not of its messages. */
export interface RowFacts {
  readonly second: number;
  readonly inFlight: number;
  /** Whole µs; null where nothing was sent. */
  readonly scheduleLagP99: number | null;
  /** In hundredths of a percent of one core. */
  readonly cpu: number;
  readonly loopCpu: number | null;
  readonly clientCpu: number | null;
  readonly mainCpu: number | null;
}

/** What was counted in a second since it was last told. */
export interface CountDifference {
  readonly second: number;
  /** 0 where all lanes are counted together. */
  readonly lane: number;
  readonly sent: number;
  readonly acked: number;
  readonly failed: number;
}

/** Of one thread's lane; only of those that changed. */
export interface CellDifference {
  readonly thread: number;
  readonly lane: number;
  /** Of each count that changed: its place in COUNT_CELLS, then the difference. */
  readonly counts: readonly number[];
  /** ns from run start, 0 = never. */
  readonly firstSentNs: number;
  readonly lastSentNs: number;
  readonly lastAckNs: number;
}

/** ns, moments from run start, 0 = not yet. */
export interface LoopReading {
  readonly busyNs: number;
  readonly idleNs: number;
  readonly blockedNs: number;
  readonly beganNs: number;
  readonly loadStartNs: number;
  readonly loadEndNs: number;
  readonly drainEndNs: number;
}

export type PlacedHistogram = SparseHistogram & { readonly place: number };

/** Of a lane's histogram among all of them. */
export function placeOf(lane: number, phase: Phase, latency: number): number {
  return (lane * PHASES.length + phase) * LATENCIES + latency;
}

export function placeParts(place: number): { readonly lane: number; readonly phase: Phase; readonly latency: number } {
  const phase = (Math.floor(place / LATENCIES) % PHASES.length) as Phase;
  return { lane: Math.floor(place / (PHASES.length * LATENCIES)), phase, latency: place % LATENCIES };
}

export interface FinalPart extends MessageHead {
  readonly kind: 'final';
  readonly parts: number;
  readonly bytes: Uint8Array;
}

export type DataMessage = SecondMessage | FinalPart;

/** @param histograms differences, of which each may overwrite the one before. */
export function encodeSecond(message: SecondFacts, histograms: Iterable<PlacedHistogram>): Uint8Array {
  const { rows, counts, cells, loops } = message;
  const to = new ByteWriter();
  for (const number of [message.joinedNs, message.state, message.cpuMs, message.rssBytes]) to.varint(whole(number));
  to.varint(message.latencySecond);
  to.varint(rows.length);
  for (const row of rows) {
    to.varint(row.second);
    to.varint(row.inFlight);
    to.varint(row.cpu);
    for (const maybe of [row.scheduleLagP99, row.loopCpu, row.clientCpu, row.mainCpu]) {
      to.varint(maybe === null ? NONE : maybe + 1);
    }
  }
  to.varint(counts.length);
  for (const { second, lane, sent, acked, failed } of counts) {
    for (const number of [second, lane, sent, acked, failed]) to.varint(number);
  }
  to.varint(cells.length);
  for (const { thread, lane, counts, firstSentNs, lastSentNs, lastAckNs } of cells) {
    to.varint(thread);
    to.varint(lane);
    to.varint(counts.length);
    for (const count of counts) to.varint(count);
    for (const moment of [firstSentNs, lastSentNs, lastAckNs]) to.varint(whole(moment));
  }
  to.varint(loops.length);
  for (const loop of loops) {
    for (const ns of [loop.busyNs, loop.idleNs, loop.blockedNs, loop.beganNs]) to.varint(whole(ns));
    for (const ns of [loop.loadStartNs, loop.loadEndNs, loop.drainEndNs]) to.varint(whole(ns));
  }
  for (const histogram of histograms) {
    to.varint(histogram.place + 1);
    writeSparse(to, histogram);
  }
  to.varint(NONE);
  const body = to.take();
  return body.length > DEFLATED_ABOVE
    ? sealed(message, KIND.deflated, deflateRawSync(body))
    : sealed(message, KIND.second, body);
}

export function encodeFinalPart(part: Omit<FinalPart, 'kind'>): Uint8Array {
  const to = new ByteWriter();
  to.varint(part.parts);
  to.bytes(part.bytes);
  return sealed(part, KIND.final, to.take());
}

/** One for all messages: code for it is compiled anew when a garbage collection finds none. */
const from = new ByteReader();

/** By shard, the instance of its last message: hundreds of thousands come from the same few. */
const instances = new Map<number, { readonly bytes: Uint8Array; readonly text: string }>();

/** What it returns reads from the bytes until the next call. @throws RangeError where it is damaged, or of another version. */
export function decodeMessage(bytes: Uint8Array): DataMessage {
  if (bytes.length < CRC_BYTES + 2 || crc32(bytes) !== CRC_OF_SEALED) {
    throw new RangeError(`a message of a shard is damaged: ${bytes.length} bytes with another check sum`);
  }
  from.open(bytes, bytes.length - CRC_BYTES);
  const version = from.varint();
  if (version !== VERSION) throw new RangeError(`a message of a shard is of version ${version}, not ${VERSION}`);
  const kind = from.varint();
  const shard = from.varint();
  const head = { shard, shards: from.varint(), instance: readInstance(shard), sequence: from.varint() };
  if (kind === KIND.final) return { kind: 'final', ...head, parts: from.varint(), bytes: from.rest() };
  if (kind === KIND.deflated) from.open(inflateRawSync(from.rest()));
  else if (kind !== KIND.second) throw new RangeError(`a message of a shard is of kind ${kind}`);
  return readSecond(head);
}

function readInstance(shard: number): string {
  const { source, at } = from;
  const known = instances.get(shard);
  if (known?.bytes.every((byte, i) => source[at + i] === byte)) {
    from.at += INSTANCE_BYTES;
    return known.text;
  }
  const bytes = from.bytes(INSTANCE_BYTES).slice();
  const text = Buffer.from(bytes).toString('hex');
  instances.set(shard, { bytes, text });
  return text;
}

/** One loop a list: closures and destructured lists took a fifth to a third of a collector's time. */
function readSecond({ shard, shards, instance, sequence }: MessageHead): SecondMessage {
  const joinedNs = from.varint();
  const state = from.varint();
  const cpuMs = from.varint();
  const rssBytes = from.varint();
  const latencySecond = from.varint();
  const rows: RowFacts[] = [];
  for (let left = from.varint(); left > 0; left--) {
    const second = from.varint();
    const inFlight = from.varint();
    const cpu = from.varint();
    const scheduleLagP99 = maybe(from);
    const loopCpu = maybe(from);
    const clientCpu = maybe(from);
    rows.push({ second, inFlight, cpu, scheduleLagP99, loopCpu, clientCpu, mainCpu: maybe(from) });
  }
  const counts: CountDifference[] = [];
  for (let left = from.varint(); left > 0; left--) {
    const second = from.varint();
    const lane = from.varint();
    counts.push({ second, lane, sent: from.varint(), acked: from.varint(), failed: from.varint() });
  }
  const cells: CellDifference[] = [];
  for (let left = from.varint(); left > 0; left--) {
    const thread = from.varint();
    const lane = from.varint();
    const counts: number[] = [];
    for (let more = from.varint(); more > 0; more--) counts.push(from.varint());
    const firstSentNs = from.varint();
    cells.push({ thread, lane, counts, firstSentNs, lastSentNs: from.varint(), lastAckNs: from.varint() });
  }
  const loops: LoopReading[] = [];
  for (let left = from.varint(); left > 0; left--) {
    const busyNs = from.varint();
    const idleNs = from.varint();
    const blockedNs = from.varint();
    const beganNs = from.varint();
    const loadStartNs = from.varint();
    const loadEndNs = from.varint();
    loops.push({ busyNs, idleNs, blockedNs, beganNs, loadStartNs, loadEndNs, drainEndNs: from.varint() });
  }
  // biome-ignore format: one literal, as spread ones would each be an object of their own
  return {
    kind: 'second', shard, shards, instance, sequence, joinedNs, state, cpuMs, rssBytes,
    rows, latencySecond, counts, cells, loops, histograms: from,
  };
}

/** Of the histogram that comes next; undefined after the last. */
export function nextPlace(histograms: ByteReader): number | undefined {
  return maybe(histograms) ?? undefined;
}

function sealed({ shard, shards, instance, sequence }: MessageHead, kind: number, body: Uint8Array): Uint8Array {
  const to = new ByteWriter();
  for (const number of [VERSION, kind, shard, shards]) to.varint(number);
  to.bytes(Buffer.from(instance, 'hex'));
  to.varint(sequence);
  to.bytes(body);
  to.uint32(crc32(to.take()));
  return to.take();
}

function maybe(from: ByteReader): number | null {
  const value = from.varint();
  return value === NONE ? null : value - 1;
}

function whole(number: number): number {
  return Math.max(0, Math.round(number));
}
