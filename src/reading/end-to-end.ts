/** End-to-end latency of the records that one member reads: consumed − intended, on the run's clock. */
import type { LanePlan, Plan } from '../plan/plan.ts';
import { controlOf } from '../recorder/control-memory.ts';
import { type FlatHistogram, record } from '../recorder/histogram.ts';
import { endToEndHistogram, MEMBER, memberCells, type ReadingMemory } from '../recorder/reading-memory.ts';
import { LOAD, type Phase, WARMUP } from '../recorder/run-memory.ts';
import { ScheduleReader } from '../schedule/schedule.ts';
import type { ConsumedRecords } from '../transport/consumer.ts';
import { NS_PER_MS, NS_PER_US } from '../units.ts';

/** One lane's way from an index to its intended time. */
interface LaneTime {
  /** Absent where a record's own timestamp dates it: a closed loop plans no times. */
  readonly schedule: ScheduleReader | undefined;
  /** Indexes from here on are not of this run, whatever their mark says. */
  readonly count: number;
  readonly warmupCount: number;
  readonly warmupEndNs: number;
  /** By phase. */
  readonly histograms: readonly FlatHistogram[];
}

export class EndToEnd {
  readonly #cells: Float64Array;
  readonly #lanes: readonly (LaneTime | undefined)[];
  /** Absent in a run that sends: there only a mark says when a record was intended. */
  readonly #timestamps: FlatHistogram | undefined;
  readonly #epoch: Float64Array;

  constructor(plan: Plan, memory: ReadingMemory, member: number) {
    this.#cells = memberCells(memory, member);
    this.#epoch = controlOf(memory).epoch;
    const histogram = (lane: number, phase: Phase) => endToEndHistogram(memory, member, lane, phase);
    this.#lanes = plan.lanes.map((lane, l) =>
      laneTime(
        lane,
        [WARMUP, LOAD].map((phase) => histogram(l, phase as Phase)),
      ),
    );
    this.#timestamps = plan.lanes.length === 0 ? histogram(0, LOAD) : undefined;
  }

  /** A record with a mark: message `index` of a lane. */
  marked(lane: number, index: number, records: ConsumedRecords, i: number, nowNs: number): void {
    const time = this.#lanes[lane];
    if (time === undefined || index >= time.count) return;
    if (time.schedule !== undefined) {
      const phase = index < time.warmupCount ? WARMUP : LOAD;
      this.#record(time.histograms[phase]!, nowNs - time.schedule.dueNs(index));
      return;
    }
    const sentNs = this.#timestampNs(records, i);
    if (Number.isNaN(sentNs)) return;
    this.#record(time.histograms[sentNs < time.warmupEndNs ? WARMUP : LOAD]!, nowNs - sentNs);
  }

  /** A record of whoever wrote it: in a run that only reads its timestamp dates it. */
  dated(records: ConsumedRecords, i: number, nowNs: number): void {
    if (this.#timestamps === undefined) return;
    const sentNs = this.#timestampNs(records, i);
    if (!Number.isNaN(sentNs)) this.#record(this.#timestamps, nowNs - sentNs);
  }

  /** On the run's clock, by the wall-clock time of its zero; NaN where the record has none. */
  #timestampNs(records: ConsumedRecords, i: number): number {
    const timestampMs = records.timestampMs(i);
    return timestampMs > 0 ? (timestampMs - this.#epoch[1]!) * NS_PER_MS : Number.NaN;
  }

  #record(histogram: FlatHistogram, latencyNs: number): void {
    if (latencyNs < 0) {
      this.#cells[MEMBER.negative]! += 1;
      if (latencyNs < this.#cells[MEMBER.negativeMinNs]!) this.#cells[MEMBER.negativeMinNs] = latencyNs;
      record(histogram, 0, 1);
    } else record(histogram, latencyNs / NS_PER_US, 1);
  }
}

/** Undefined where no record can be dated: a closed loop whose records carry simulated times. */
function laneTime(
  { load, recordTimestamp }: Pick<LanePlan, 'load' | 'recordTimestamp'>,
  histograms: readonly FlatHistogram[],
): LaneTime | undefined {
  const { count, warmupEndNs } = load;
  if (load.kind === 'open') {
    const schedule = new ScheduleReader(load.schedule);
    return { schedule, count, warmupCount: load.warmupCount, warmupEndNs, histograms };
  }
  if (recordTimestamp === 'intended') return undefined;
  return { schedule: undefined, count, warmupCount: 0, warmupEndNs, histograms };
}
