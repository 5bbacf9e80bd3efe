/**
 * `--log-events`: each message that was handed to the client, written out. Nothing is asked of the engine for it: a
 * record is a function of its index, and how many indexes each worker has sent stands in shared memory.
 */

import type { Finding, Observer, ReadyRun } from '../coordinator/observer.ts';
import { InputError, type Problem } from '../errors.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import { recordMs, recordNs, recordTimeOf } from '../plan/record-time.ts';
import { peakRate } from '../plan/scenario-load.ts';
import { indexesBetween, type RunReader } from '../recorder/reader.ts';
import { describeAnomaly } from '../report/anomaly.ts';
import { keyText } from '../report/record-line.ts';
import { dueAtNs } from '../schedule/schedule.ts';
import { formatRate } from '../units.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import { partitionOf } from '../workload/partitioner.ts';
import { type GeneratedRecord, openRecords } from '../workload/workload.ts';

/** More than anyone reads, and about what a terminal takes. */
const EVENTS_PER_SEC_MAX = 1_000;

/** @throws InputError where events come too fast to print, or if the ones that went out are not known. */
export function checkEvents({ lanes }: Plan): void {
  const problem = (message: string, hint: string): Problem => ({ place: '--log-events', message, hint });
  const problems = lanes.flatMap(({ name, load, overload }): Problem[] => {
    if (load.kind === 'closed') return [problem(`scenario ${name} is as fast as possible`, 'give a --rate')];
    if (overload.kind === 'wait') return [];
    return [problem(`scenario ${name} may drop messages, and which ones is known at the end`, 'use overload: wait')];
  });
  const peakPerSec = lanes.reduce((sum, { load }) => sum + (load.kind === 'open' ? peakRate(load) : 0), 0);
  if (peakPerSec > EVENTS_PER_SEC_MAX) {
    const hint = `up to ${formatRate(EVENTS_PER_SEC_MAX)}: give a lower --rate`;
    problems.push(problem(`the planned peak of ${formatRate(peakPerSec)} is too fast to print`, hint));
  }
  if (problems.length > 0) throw new InputError(problems);
}

interface Event {
  readonly dueNs: number;
  readonly line: string;
}

/** Prints a line for each message that was sent since the last one, in the order they were due. */
export class EventLog implements Observer {
  readonly #print: (line: string) => void;
  #lanes: readonly LaneEvents[] = [];
  #run: ReadyRun | undefined;
  #isFinished = false;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  ready(run: ReadyRun): undefined {
    this.#run = run;
    this.#lanes = run.plan.lanes.map((lane) => new LaneEvents(run.plan, lane, run.reader));
  }

  progress(): void {
    const events = this.#lanes.flatMap((lane) => lane.poll());
    for (const { line } of events.sort((a, b) => a.dueNs - b.dueNs)) this.#print(line);
  }

  finish(): Finding {
    this.#isFinished = true;
    return {};
  }

  close(): void {
    if (!this.#isFinished || this.#run === undefined) return;
    const { acked, sent } = this.#run.reader.counts({ lanes: this.#run.plan.lanes });
    const lost = sent - acked;
    this.#print(`Total events sent: ${acked}${lost === 0 ? '' : `; ${lost} more were not acknowledged`}`);
  }
}

class LaneEvents {
  readonly #scenario: LanePlan;
  readonly #reader: RunReader;
  /** Messages of each producer that are printed. */
  #printed: readonly number[] = [];
  readonly #plan: Plan;
  readonly #read: ReturnType<typeof openRecords>;
  readonly #dueMs: (index: number) => number;

  constructor(plan: Plan, scenario: LanePlan, reader: RunReader) {
    const { seed, runTag, clock } = plan;
    this.#plan = plan;
    this.#scenario = scenario;
    this.#reader = reader;
    this.#dueMs = (index) => recordMs(recordTimeOf(clock, reader.startedAtMs), recordNs(scenario.load, index));
    this.#read = openRecords(scenario.record, { seed, scenario: scenario.name, runTag }, this.#dueMs);
  }

  poll(): Event[] {
    const sent = this.#reader.sentByProducer(this.#scenario);
    const indexes = indexesBetween(this.#plan, this.#scenario, this.#printed, sent);
    this.#printed = sent;
    return indexes.map((index) => this.#event(index));
  }

  #event(index: number): Event {
    const { load } = this.#scenario;
    const dueNs = load.kind === 'open' ? dueAtNs(load.schedule, index) : 0;
    return { dueNs, line: sentLine(this.#scenario, index, this.#read(index, this.#dueMs(index))) };
  }
}

/** As the workload formats it, if it does and the record is clean. */
function sentLine(scenario: LanePlan, index: number, record: GeneratedRecord): string {
  const { eventText } = definitionOf(scenario.record.workload);
  if (eventText === undefined || record.anomaly !== undefined) return eventLine(scenario, index, record);
  const partition = partitionFor(scenario, record.key);
  return `${eventText(record.value)}, Partition: ${partition < 0 ? 'any' : partition}`;
}

/** The record's time, scenario, index, topic and partition, key, what is wrong with it on purpose, and what it says. */
export function eventLine(scenario: LanePlan, index: number, record: GeneratedRecord): string {
  const { name, topic } = scenario;
  const { key, json, timestampMs, anomaly } = record;
  const place = `${topic}${partitionText(scenario, key)}`;
  const wrong = anomaly && describeAnomaly(record);
  const said = anomaly?.kind === 'tombstone' ? undefined : json;
  const words = [new Date(timestampMs).toISOString(), name, `#${index}`, place, keyText(key), wrong, said];
  return words.filter((word) => word !== undefined).join(' ');
}

const NO_BYTES = new Uint8Array(0);

/** `[7]`; nothing where the key does not decide. */
function partitionText(scenario: LanePlan, key: Uint8Array | null): string {
  const partition = partitionFor(scenario, key);
  return partition < 0 ? '' : `[${partition}]`;
}

/** Below 0 where the key does not decide. */
function partitionFor({ partitioner, partitions }: LanePlan, key: Uint8Array | null): number {
  if (partitions === 1) return 0;
  return partitionOf(partitioner, key ?? NO_BYTES, 0, key?.length ?? -1, partitions);
}
