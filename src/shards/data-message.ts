/**
 * What a shard sends of its measurement on the data channel, as bytes. Each message is one of a sequence of its
 * instance, so that one that is heard twice counts once; what is in them are differences, which add up in any order, and
 * a few readings, of which the one with the highest sequence number stands.
 *
 *     head       version, kind, shard, shards, instance (8 bytes), sequence
 *     second     when it joined, its state, the process; rows; counts of seconds; counters; loops; histograms
 *     final      which part of how many, then a part of the deflated text of `FinalReport`
 *     end        crc32 of all before it
 */
import { crc32 } from 'node:zlib';
import { PHASES } from '../recorder/reader.ts';
import { LATENCY, type Phase } from '../recorder/run-memory.ts';
import { ByteReader, ByteWriter } from './byte-stream.ts';
import { readSparse, type SparseHistogram, writeSparse } from './sparse-histogram.ts';

const VERSION = 1;
const KIND = { second: 1, final: 2 } as const;
const INSTANCE_BYTES = 8;
const CRC_BYTES = 4;
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

export interface SecondMessage extends MessageHead {
  readonly kind: 'second';
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
  /** Differences, to be read once and in order: each overwrites the one before. */
  readonly histograms: Iterable<PlacedHistogram>;
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
  /** In the order of COUNT_CELLS. */
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

export function encodeSecond(message: Omit<SecondMessage, 'kind'>): Uint8Array {
  const { rows, counts, cells, loops } = message;
  const to = writeHead(message, KIND.second);
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
  for (const histogram of message.histograms) {
    to.varint(histogram.place + 1);
    writeSparse(to, histogram);
  }
  to.varint(NONE);
  return sealed(to);
}

export function encodeFinalPart(part: Omit<FinalPart, 'kind'>): Uint8Array {
  const to = writeHead(part, KIND.final);
  to.varint(part.parts);
  to.bytes(part.bytes);
  return sealed(to);
}

/** @throws RangeError where it is damaged, or of another version. */
export function decodeMessage(bytes: Uint8Array): DataMessage {
  const end = bytes.length - CRC_BYTES;
  const body = bytes.subarray(0, Math.max(0, end));
  if (end < 2 || new ByteReader(bytes, end).uint32() !== crc32(body)) {
    throw new RangeError(`a message of a shard is damaged: ${bytes.length} bytes with another check sum`);
  }
  const from = new ByteReader(body);
  const version = from.varint();
  if (version !== VERSION) throw new RangeError(`a message of a shard is of version ${version}, not ${VERSION}`);
  const kind = from.varint();
  const [shard, shards] = [from.varint(), from.varint()];
  const instance = Buffer.from(from.bytes(INSTANCE_BYTES)).toString('hex');
  const head = { shard, shards, instance, sequence: from.varint() };
  if (kind === KIND.final) return { kind: 'final', ...head, parts: from.varint(), bytes: from.rest() };
  if (kind !== KIND.second) throw new RangeError(`a message of a shard is of kind ${kind}`);
  return readSecond(head, from);
}

function readSecond(head: MessageHead, from: ByteReader): SecondMessage {
  const [joinedNs, state, cpuMs, rssBytes] = [from.varint(), from.varint(), from.varint(), from.varint()];
  const latencySecond = from.varint();
  const rows = times(from.varint(), () => {
    const [second, inFlight, cpu] = [from.varint(), from.varint(), from.varint()];
    return { second, inFlight, cpu, scheduleLagP99: maybe(from), ...readShares(from) };
  });
  const counts = times(from.varint(), () => {
    const [second, lane] = [from.varint(), from.varint()];
    return { second, lane, sent: from.varint(), acked: from.varint(), failed: from.varint() };
  });
  const cells = times(from.varint(), () => {
    const [thread, lane] = [from.varint(), from.varint()];
    const counts = times(from.varint(), () => from.varint());
    return { thread, lane, counts, firstSentNs: from.varint(), lastSentNs: from.varint(), lastAckNs: from.varint() };
  });
  const loops = times(from.varint(), () => {
    const [busyNs, idleNs, blockedNs, beganNs] = [from.varint(), from.varint(), from.varint(), from.varint()];
    const [loadStartNs, loadEndNs, drainEndNs] = [from.varint(), from.varint(), from.varint()];
    return { busyNs, idleNs, blockedNs, beganNs, loadStartNs, loadEndNs, drainEndNs };
  });
  const facts = { joinedNs, state, cpuMs, rssBytes, rows, latencySecond, counts, cells, loops };
  return { kind: 'second', ...head, ...facts, histograms: readHistograms(from) };
}

function readShares(from: ByteReader): Pick<RowFacts, 'loopCpu' | 'clientCpu' | 'mainCpu'> {
  return { loopCpu: maybe(from), clientCpu: maybe(from), mainCpu: maybe(from) };
}

function* readHistograms(from: ByteReader): Generator<PlacedHistogram> {
  for (let place = from.varint(); place !== NONE; place = from.varint()) {
    yield Object.assign(readSparse(from), { place: place - 1 });
  }
}

function writeHead({ shard, shards, instance, sequence }: MessageHead, kind: number): ByteWriter {
  const to = new ByteWriter();
  for (const number of [VERSION, kind, shard, shards]) to.varint(number);
  to.bytes(Buffer.from(instance, 'hex'));
  to.varint(sequence);
  return to;
}

function sealed(to: ByteWriter): Uint8Array {
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

function times<T>(count: number, next: () => T): T[] {
  const all: T[] = [];
  for (let i = 0; i < count; i++) all.push(next());
  return all;
}
