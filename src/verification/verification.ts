/**
 * What is in the log, against what the books say: joins the pages of all members of each verifying group, and gives a
 * result for each scenario, or the reason why there is none.
 */
import type { LanePlan, Plan } from '../plan/plan.ts';
import type { GroupPlan } from '../plan/reading-plan.ts';
import { producersOf } from '../plan/shard.ts';
import { controlOf } from '../recorder/control-memory.ts';
import {
  type CheckExample,
  firstUnread,
  type IndexPage,
  type LaneCheck,
  type MemberMeasurement,
} from '../recorder/reading-measurement.ts';
import { PLACE, placeCells, type ReadingMemory } from '../recorder/reading-memory.ts';
import type { GroupVerification, VerificationResult } from '../result/reading-result.ts';
import { formatCount } from '../units.ts';
import { type OpenRecords, openGenerator } from '../workload/source/open-source.ts';
import { AlikeRecords } from './alike.ts';
import { lostOfCompacted } from './compaction.ts';
import { EXAMPLES_MAX, firstOfEach, type GroupResult, joinGroups } from './group-results.ts';
import { type ComparedLane, type LaneComparison, LaneLog, settleAlike } from './lane-log.ts';
import type { LedgerFacts } from './ledger-facts.ts';
import { LedgerPages } from './ledger-pages.ts';
import { factsOf, lanesByTopics } from './topics.ts';

export interface VerificationOptions {
  /** With `reading`. */
  readonly plan: Plan;
  readonly memory: ReadingMemory;
  readonly openRecords: OpenRecords;
  /** Groups whose properties say `read_uncommitted` are meant to see aborted messages. */
  readonly allowsUncommitted?: boolean;
  /** Keys of a compacted topic that are held at most; by default a million, some hundred MB. */
  readonly compactedKeysMax?: number;
}

/** Copies of a message are looked for among so many that follow it. */
const WITHIN_MAX = 1_000_000;
const UNPLACED = {
  lost: 'acknowledged, and not in the log',
  aborted: 'its transaction was aborted, and it was read',
} as const;

export class Verification {
  readonly #options: VerificationOptions;
  /** By group and lane. */
  readonly #logs = new Map<string, LaneLog>();
  readonly #alike = new Map<number, AlikeRecords>();
  #unmarked: readonly LanePlan[] | undefined;

  constructor(options: VerificationOptions) {
    this.#options = options;
  }

  /** A page of one member's; its bits are not kept. */
  add(page: IndexPage): void {
    this.#logOf(page.group, page.lane).add(page);
  }

  /** By scenario, of those that a verifying group has read. Call it once. */
  result(measurements: readonly MemberMeasurement[], facts: LedgerFacts): Record<string, VerificationResult> {
    const { plan } = this.#options;
    const groups = (plan.reading?.groups ?? []).filter(({ verify }) => verify);
    const found = new Map<string, GroupResult[]>();
    for (const group of groups) {
      const members = measurements.filter((each) => each.group === group.group);
      for (const lanes of lanesByTopics(plan.lanes, group.topics)) {
        for (const [name, result] of this.#ofLanes(lanes, group, members, facts)) {
          found.set(name, [...(found.get(name) ?? []), { group: group.name, result }]);
        }
      }
    }
    return Object.fromEntries([...found].map(([name, results]) => [name, joinGroups(results)]));
  }

  #ofLanes(
    lanes: readonly LanePlan[],
    group: GroupPlan,
    members: readonly MemberMeasurement[],
    facts: LedgerFacts,
  ): (readonly [name: string, result: GroupVerification])[] {
    const refusals = new Map(lanes.map((lane) => [lane, this.#refusal(lane, group, members, facts)]));
    const compared = new Map<LanePlan, ComparedLane>();
    for (const lane of lanes) {
      if (refusals.get(lane) !== undefined) continue;
      const log = this.#logOf(group.group, lane.lane);
      const comparison = log.compare(booksOf(lane, facts), factsOf(lane, facts).isCompacted);
      const alike = hasAlike(lane) ? this.#alikeOf(lane.lane) : undefined;
      compared.set(lane, { comparison, alike });
    }
    settleAlike([...compared.values()]);
    return lanes.map((lane) => {
      const own = compared.get(lane);
      const checks = members.flatMap((each) => (each.checks ?? []).filter((check) => check.lane === lane.lane));
      const result =
        own === undefined ? refusal(refusals.get(lane)!) : this.#ofLane(lane, group, own.comparison, checks, facts);
      return [lane.name, result] as const;
    });
  }

  #ofLane(
    lane: LanePlan,
    group: GroupPlan,
    comparison: LaneComparison,
    checks: readonly LaneCheck[],
    facts: LedgerFacts,
  ): GroupVerification {
    const notes = [...this.#notes(lane, checks)];
    const log = this.#logOf(group.group, lane.lane);
    const unexplained = this.#lostOf(lane, log, comparison, facts, notes);
    if (unexplained === undefined) {
      return refusal(
        `topic ${lane.topic} is compacted: ${formatCount(comparison.lost)} acknowledged messages are not in the log, and these are too many keys or messages to tell which ones a later record replaced`,
      );
    }
    const { lost, lostIndexes } = unexplained;
    const { removal, showsAborted } = factsOf(lane, facts);
    if (lost > 0 && removal !== undefined) {
      const missing = `${formatCount(lost)} acknowledged messages are not in the log, and that may be why`;
      return refusal(`${removal}: ${missing}`);
    }
    // What the reader was promised it would not see, and a cluster that does not keep the promise.
    const isUncommitted = group.properties['isolation.level'] === 'read_uncommitted';
    const isShown = showsAborted === true && !isUncommitted;
    const isAllowed = this.#options.allowsUncommitted === true && isUncommitted && comparison.abortedInLog > 0;
    if (isShown && comparison.abortedInLog > 0) {
      notes.push(
        `${formatCount(comparison.abortedInLog)} messages of aborted transactions were read: the embedded cluster gives them to read_committed readers as well`,
      );
    }
    const sum = (count: (check: LaneCheck) => number) => checks.reduce((total, check) => total + count(check), 0);
    const counts = {
      expected: comparison.expected,
      consumed: sum((check) => check.consumed),
      lost,
      duplicated: comparison.duplicated + sum((check) => check.duplicated),
      outOfOrder: sum((check) => check.outOfOrder),
      corrupted: sum((check) => check.corrupted),
      foreign: this.#hasUnmarkedBeside(lane) ? 0 : sum((check) => check.foreign) + comparison.unplanned,
      notAckedInLog: comparison.notAckedInLog,
      abortedInLog: isShown ? 0 : comparison.abortedInLog,
      ...(isAllowed && { abortedAllowed: true as const }),
    };
    const aborted = isAllowed ? [] : comparison.abortedIndexes.slice(0, EXAMPLES_MAX);
    const found = [
      ...lostIndexes.slice(0, EXAMPLES_MAX).map((index) => this.#unplaced(lane, 'lost', index)),
      ...aborted.map((index) => this.#unplaced(lane, 'aborted', index)),
      ...checks.flatMap(({ examples }) => examples),
      ...comparison.duplicatedAt.map((place) => ({
        ...{ kind: 'duplicated' as const, text: 'several records of this message', ...place },
      })),
    ];
    return { ...counts, notes, examples: firstOfEach(found, counts) };
  }

  /** Of a compacted topic only what no later record of the key explains; undefined where that cannot be known. */
  #lostOf(lane: LanePlan, log: LaneLog, { lost, lostIndexes }: LaneComparison, facts: LedgerFacts, notes: string[]) {
    if (lost === 0 || !factsOf(lane, facts).isCompacted || lane.record.key.kind === 'none') {
      return { lost, lostIndexes };
    }
    const scheduled = facts.scheduled[lane.lane]!;
    const workers = scheduled.length;
    const end = Math.max(...scheduled.map((count, w) => (count === 0 ? 0 : w + (count - 1) * workers + 1)));
    const { expected } = this.#alikeOf(lane.lane);
    const producers = producersOf(this.#options.plan, lane);
    const isListed = lostIndexes.length === lost;
    const isInLog = (index: number) => log.seen.has(index);
    const { compactedKeysMax } = this.#options;
    const left = isListed
      ? lostOfCompacted(expected, lostIndexes, isInLog, { end, producers, keysMax: compactedKeysMax })
      : undefined;
    if (left === undefined) return undefined;
    if (left.length < lost) {
      notes.push(
        `${formatCount(lost - left.length)} acknowledged messages are not in the log and may have been compacted: later records have their keys, or they are tombstones`,
      );
    }
    return { lost: left.length, lostIndexes: left };
  }

  *#notes(lane: LanePlan, checks: readonly LaneCheck[]): Generator<string> {
    const untimed = checks.reduce((sum, check) => sum + check.untimed, 0);
    if (untimed > 0) {
      yield `of ${formatCount(untimed)} records the bytes that depend on their time were not compared: a closed loop plans no times`;
    }
    if (this.#hasUnmarkedBeside(lane)) {
      yield `foreign records are not counted: records of another scenario in topic ${lane.topic} have no mark`;
    }
  }

  #refusal(
    lane: LanePlan,
    group: GroupPlan,
    members: readonly MemberMeasurement[],
    facts: LedgerFacts,
  ): string | undefined {
    const { record, name } = lane;
    if (record.mark === 'none') return 'its records have no mark (mark: none)';
    if (!this.#isMarked(lane)) return 'its records have no mark: no field of theirs is an id';
    if (hasAlike(lane) && record.anomalies!.duplicates.within > WITHIN_MAX) {
      return `anomalies.duplicates.within is above ${formatCount(WITHIN_MAX)}: too many messages may have copies`;
    }
    const books = facts.incomplete[name];
    if (books !== undefined) return books;
    const short = firstUnread(members) ?? members.find(({ checks }) => checks === undefined);
    if (short !== undefined || members.length < group.members.length) {
      const { member = '?', failure = 'what it read is not known' } = short ?? {};
      const isLost = short?.isLost === true || short?.failure === undefined;
      return `member ${member} of group ${group.name} ${isLost ? 'was lost' : 'did not read to the end'}: ${failure}`;
    }
    const topics = new Set(lane.topics);
    const read = new Set(group.topics);
    const unread = lane.topics.filter((topic) => !read.has(topic)).length;
    if (unread > 0) return `group ${group.name} does not read ${unread} of its ${lane.topics.length} topics`;
    const { plan, memory } = this.#options;
    for (const [place, each] of plan.reading!.places.entries()) {
      if (!topics.has(each.topic)) continue;
      const cells = placeCells(memory, group.group, place);
      const [position, end] = [cells[PLACE.position]!, cells[PLACE.end]!];
      if (end >= 0 && position >= end) continue;
      const where = `partition ${each.partition} of ${each.topic} was read to offset ${position}`;
      return end < 0 ? `${where}, and its end is not known` : `${where} of ${end} only`;
    }
    return undefined;
  }

  #isMarked({ name, record, markHeader }: LanePlan): boolean {
    if (markHeader) return true;
    const { plan, openRecords } = this.#options;
    return openGenerator(record, { seed: plan.seed, scenario: name, runTag: plan.runTag }, openRecords).marked;
  }

  #hasUnmarkedBeside({ topics, lane }: LanePlan): boolean {
    this.#unmarked ??= this.#options.plan.lanes.filter((other) => !this.#isMarked(other));
    const own = new Set(topics);
    return this.#unmarked.some((other) => other.lane !== lane && other.topics.some((topic) => own.has(topic)));
  }

  /** A message whose record has no known place: its partition, as far as its key gives it. */
  #unplaced(lane: LanePlan, kind: keyof typeof UNPLACED, index: number): CheckExample {
    const { expected } = this.#alikeOf(lane.lane);
    const example = { kind, text: UNPLACED[kind], index, topic: expected.topicOf(index) };
    if (lane.record.key.kind === 'none' || !expected.isTimed) return example;
    const partition = expected.write(index).partition[0]!;
    return { ...example, ...(partition >= 0 && { partition }) };
  }

  #logOf(group: number, lane: number): LaneLog {
    const key = `${group} ${lane}`;
    let log = this.#logs.get(key);
    if (log === undefined) {
      log = new LaneLog(hasAlike(this.#options.plan.lanes[lane]!) ? () => this.#alikeOf(lane) : undefined);
      this.#logs.set(key, log);
    }
    return log;
  }

  #alikeOf(lane: number): AlikeRecords {
    let alike = this.#alike.get(lane);
    if (alike === undefined) {
      const { plan, openRecords, memory } = this.#options;
      alike = new AlikeRecords(plan, plan.lanes[lane]!, openRecords, () => controlOf(memory).epoch[1]!);
      this.#alike.set(lane, alike);
    }
    return alike;
  }
}

/** A mark in a header tells records apart that are alike, byte for byte. */
function hasAlike({ record, markHeader }: LanePlan): boolean {
  return record.anomalies !== undefined && !markHeader;
}

function booksOf({ name, lane }: LanePlan, { scheduled, notAcked, notCommitted }: LedgerFacts): LedgerPages {
  const isOwn = ({ scenario }: { readonly scenario: string }) => scenario === name;
  const uncommitted = notCommitted.filter(isOwn);
  const aborted = uncommitted.filter(({ status }) => status === 'aborted');
  return new LedgerPages(scheduled[lane]!, [...notAcked.filter(isOwn), ...uncommitted], aborted);
}

function refusal(refused: string): GroupVerification {
  return {
    refused,
    ...{ expected: 0, consumed: 0, lost: 0, duplicated: 0, outOfOrder: 0, corrupted: 0, foreign: 0 },
    ...{ notAckedInLog: 0, abortedInLog: 0, notes: [], examples: [] },
  };
}
