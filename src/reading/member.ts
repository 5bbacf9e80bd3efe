/**
 * The loop of one member of a consumer group: read what is there, count it, and again, until everything that the group
 * should read is read. Synchronous; it sleeps only in the reader's poll, which wakes as soon as records come.
 */
import type { Clock } from '../clock.ts';
import type { GroupPlan } from '../plan/reading-plan.ts';
import { CONTROL, type Control, controlOf, START, STATE, STOP } from '../recorder/control-memory.ts';
import {
  MEMBER,
  memberCells,
  PLACE,
  READ_COLUMN,
  READ_COLUMNS,
  type ReadingMemory,
  readRows,
} from '../recorder/reading-memory.ts';
import type { PartitionKeeper, RecordReader, TopicPartition } from '../transport/consumer.ts';
import type { LogSink } from '../transport/transport.ts';
import { NS_PER_MS, NS_PER_SEC } from '../units.ts';
import type { GroupPlaces } from './group-places.ts';
import { Pace } from './pace.ts';
import type { RecordTaker } from './record-taker.ts';

/** Longest sleep: how late a stop word can be seen. */
const SLEEP_MS_MAX = 50;
/** How late the start can be seen; records are due 10 ms after it. */
const START_POLL_MS = 5;
/** Whoever gets no further for so long will not: an open transaction, a partition without a leader. */
const NO_PROGRESS_NS = 30 * NS_PER_SEC;
const HOLDS_THE_END = 'an open transaction, or a partition without a leader, may hold the rest back';
/** librdkafka's default. */
const SESSION_MS_DEFAULT = 45_000;
/** From the end of a dead member's session until the others have its partitions, and their first records. */
const REBALANCE_NS = 15 * NS_PER_SEC;
const RECORDS_MAX = 4_096;
/** Between looks at what the whole group has read. */
const LOOK_EVERY_NS = 20 * NS_PER_MS;

export interface MemberOptions {
  readonly group: GroupPlan;
  readonly member: number;
  readonly memory: ReadingMemory;
  readonly places: GroupPlaces;
  readonly clock: Clock;
  readonly taker: RecordTaker;
  readonly onLog: LogSink;
  readonly open: (keeper: PartitionKeeper) => RecordReader;
}

/** Undefined where all was read. */
export type Ending = { readonly failure: string } | undefined;

export class Member {
  readonly reader: RecordReader;
  readonly #options: MemberOptions;
  readonly #control: Control;
  readonly #cells: Float64Array;
  readonly #rows: Float64Array;
  readonly #startNs: number;
  /** Absent where records come as fast as they do. */
  readonly #pace: Pace | undefined;
  #isStarted = false;
  /** Takes no records: before its start, and in its pause. */
  #isHeld = true;
  #heldSinceNs = 0;
  #lastSecond = -1;
  #lastProgress = -1;
  #progressNs = 0;
  #nextLookNs = 0;

  constructor(options: MemberOptions) {
    this.#options = options;
    const { memory, member, places, group } = options;
    this.#control = controlOf(memory);
    this.#cells = memberCells(memory, member);
    this.#rows = readRows(memory, member);
    this.#startNs = Math.max(0, group.startNs);
    this.#pace = group.ratePerSec === undefined ? undefined : new Pace(group.ratePerSec);
    this.reader = options.open({
      startAt: (topic, partition) => this.#startAt(topic, partition),
      onAssigned: (partitions) => this.#assigned(partitions),
      onRevoked: (partitions) => places.give(this.#known(partitions)),
      onEnd: (topic, partition, offset) => this.#ended(topic, partition, offset),
    });
  }

  join(): void {
    const { group, places } = this.#options;
    this.reader.hold();
    if (group.mode === 'group') {
      this.reader.subscribe(group.topics);
      return;
    }
    this.reader.assign(places.positionsOf(places.share));
  }

  /** Polls until the group is assigned, is ready, and polls until the start. False: go home. */
  awaitStart(): boolean {
    const { member, places } = this.#options;
    const { words } = this.#control;
    while (!places.isAssigned()) {
      if (Atomics.load(words, CONTROL.start) === START.cancelled) return false;
      this.reader.poll(SLEEP_MS_MAX, 0);
    }
    Atomics.store(words, CONTROL.states + member, STATE.ready);
    while (Atomics.load(words, CONTROL.start) === START.wait) this.reader.poll(START_POLL_MS, 0);
    this.#isStarted = true;
    return Atomics.load(words, CONTROL.start) === START.go;
  }

  run(): Ending {
    const { clock } = this.#options;
    this.#setState(STATE.load);
    this.#progressNs = clock();
    for (;;) {
      const turnNs = clock();
      this.#cells[MEMBER.turn] = turnNs;
      const word = Atomics.load(this.#control.words, CONTROL.stop);
      if (word === STOP.abandon) return { failure: 'given up before all was read' };
      if (word === STOP.drain) this.#setState(STATE.draining);
      if (turnNs >= this.#nextLookNs) {
        const ending = this.#look(turnNs, word);
        if (ending !== 'reading') return ending;
      }
      const holdEndNs = this.#holdUntil(turnNs, word);
      this.#hold(holdEndNs > turnNs, turnNs);
      if (this.#isHeld) this.#idle((holdEndNs - turnNs) / NS_PER_MS, turnNs);
      else this.#read(turnNs);
    }
  }

  /** Reads once; where nothing is there, or its pace forbids, it sleeps. */
  #read(turnNs: number): void {
    const { clock, taker } = this.#options;
    const room = Math.min(RECORDS_MAX, this.#room(turnNs));
    if (room < 1) {
      this.#idle(this.#pace!.untilRoomMs(), turnNs);
      return;
    }
    const pauseNs = this.#options.group.pause?.atNs ?? Number.POSITIVE_INFINITY;
    const untilPauseMs = pauseNs > turnNs ? (pauseNs - turnNs) / NS_PER_MS : SLEEP_MS_MAX;
    let busyFromNs = turnNs;
    let count = this.reader.poll(0, room);
    if (count === 0) {
      // Sleeps, and takes what woke it only then: the time of taking is not idle.
      const sleptNs = clock();
      this.reader.poll(sleepMs(untilPauseMs), 0);
      busyFromNs = clock();
      this.#cells[MEMBER.busy]! += sleptNs - turnNs;
      this.#cells[MEMBER.idle]! += busyFromNs - sleptNs;
      count = this.reader.poll(0, room);
    }
    if (count > 0) {
      const nowNs = clock();
      taker.take(this.reader.records, count, nowNs);
      this.#book(taker.consumed, taker.bytes, nowNs);
    }
    this.#cells[MEMBER.busy]! += clock() - busyFromNs;
  }

  #room(turnNs: number): number {
    const { places } = this.#options;
    if (this.#pace === undefined) return RECORDS_MAX;
    return this.#pace.room(turnNs, places.owned.size / places.all.length, places.consumed);
  }

  #idle(ms: number, turnNs: number): void {
    const { clock } = this.#options;
    this.reader.poll(sleepMs(ms), 0);
    this.#cells[MEMBER.idle]! += clock() - turnNs;
  }

  #book(consumed: number, bytes: number, nowNs: number): void {
    if (consumed === 0) return;
    const cells = this.#cells;
    cells[MEMBER.consumed]! += consumed;
    cells[MEMBER.bytes]! += bytes;
    if (cells[MEMBER.firstRecord] === 0) cells[MEMBER.firstRecord] = nowNs;
    cells[MEMBER.lastRecord] = nowNs;
    const row = this.#second(nowNs) * READ_COLUMNS;
    this.#rows[row + READ_COLUMN.consumed]! += consumed;
    this.#rows[row + READ_COLUMN.bytes]! += bytes;
  }

  #second(nowNs: number): number {
    return Math.max(0, Math.min(this.#options.memory.seconds - 1, Math.floor(nowNs / NS_PER_SEC)));
  }

  /** Until when it takes no records; in the past where it does. A pause is over when the producers are done. */
  #holdUntil(nowNs: number, word: number): number {
    const { pause, dates } = this.#options.group;
    if (nowNs < this.#startNs) return this.#startNs;
    // A run that only reads drains from its beginning: there a pause is part of its way to the end.
    if (word === STOP.drain && dates === 'marks') return 0;
    return pause !== undefined && nowNs >= pause.atNs ? pause.atNs + pause.forNs : 0;
  }

  #hold(isHeld: boolean, nowNs: number): void {
    if (nowNs >= this.#startNs && this.#isHeld)
      this.#cells[MEMBER.paused]! += nowNs - Math.max(this.#heldSinceNs, this.#startNs);
    this.#heldSinceNs = nowNs;
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) this.reader.hold();
    else this.reader.go();
  }

  /** Whether it is done, and once a second how far the partitions go. */
  #look(nowNs: number, word: number): Ending | 'reading' {
    const { places, group } = this.#options;
    const patienceNs = noProgressNs(group);
    this.#nextLookNs = nowNs + LOOK_EVERY_NS;
    this.#readWatermarks(nowNs);
    const progress = places.progress;
    if (progress !== this.#lastProgress || this.#isHeld || !places.isEndKnown) this.#progressNs = nowNs;
    this.#lastProgress = progress;
    if (places.isEndKnown) {
      // A member that leaves earlier than others makes their group deal out its partitions again.
      const unread = places.unread(group.mode === 'group' ? places.all : places.owned);
      if (unread < 0) return undefined;
      if (nowNs - this.#progressNs >= patienceNs && (word === STOP.drain || places.unread(places.owned) < 0)) {
        const why = `nothing more came for ${Math.round(patienceNs / NS_PER_SEC)} s`;
        return { failure: `${why}: ${places.describe(unread)}; ${HOLDS_THE_END}` };
      }
    }
    return 'reading';
  }

  #readWatermarks(nowNs: number): void {
    const second = this.#second(nowNs);
    if (second === this.#lastSecond) return;
    this.#lastSecond = second;
    const { places } = this.#options;
    for (const place of places.owned) {
      const [at] = places.partitionsOf([place]);
      places.cells[place]![PLACE.high] = this.reader.high(at!.topic, at!.partition);
    }
  }

  #startAt(topic: string, partition: number): number | undefined {
    const { places } = this.#options;
    const place = places.find(topic, partition);
    return place < 0 ? undefined : places.positionOf(place);
  }

  #assigned(partitions: readonly TopicPartition[]): void {
    const { places, onLog } = this.#options;
    places.take(this.#known(partitions));
    if (this.#isStarted) this.#cells[MEMBER.rebalances]! += 1;
    for (const { topic, partition } of partitions) {
      if (places.find(topic, partition) >= 0) continue;
      const message = `${topic} [${partition}] was not there when the run began: it is not read`;
      onLog({ level: 4, facility: 'PARTITION', message });
    }
  }

  #known(partitions: readonly TopicPartition[]): number[] {
    const { places } = this.#options;
    return partitions.map(({ topic, partition }) => places.find(topic, partition)).filter((place) => place >= 0);
  }

  #ended(topic: string, partition: number, offset: number): void {
    const { places } = this.#options;
    const place = places.find(topic, partition);
    if (place >= 0) places.reached(place, offset);
  }

  /** Leaves the group; who gave the run up does not wait for its coordinator. */
  leave(): void {
    if (Atomics.load(this.#control.words, CONTROL.stop) === STOP.abandon) this.reader.abandon();
    else this.reader.close();
  }

  #setState(state: number): void {
    Atomics.store(this.#control.words, CONTROL.states + this.#options.member, state);
  }
}

function sleepMs(ms: number): number {
  return Math.max(1, Math.min(SLEEP_MS_MAX, Math.floor(ms)));
}

/**
 * Longer than the partitions of a member that died stay with it: nobody reads them as long as its session lasts. Longer
 * as well than the group's own rate leaves between two records.
 */
export function noProgressNs(group: Pick<GroupPlan, 'mode' | 'properties' | 'ratePerSec'>): number {
  const { mode, properties, ratePerSec = Number.POSITIVE_INFINITY } = group;
  const patienceNs = Math.max(NO_PROGRESS_NS, (2 * NS_PER_SEC) / ratePerSec);
  if (mode === 'assign') return patienceNs;
  const sessionMs = Number(properties['session.timeout.ms'] ?? SESSION_MS_DEFAULT);
  return Math.max(patienceNs, sessionMs * NS_PER_MS + REBALANCE_NS);
}
