/** Latencies recorded since the last look, as differences of the histograms in shared memory. */
import type { Plan } from '../plan/plan.ts';
import { add, createHistogram, type FlatHistogram, subtract } from '../recorder/histogram.ts';
import type { RunReader, Selection } from '../recorder/reader.ts';
import { LANE_ROWS_MAX, LATENCY } from '../recorder/run-memory.ts';

/** Views that the next look overwrites. */
export interface LatencyInterval {
  readonly response: FlatHistogram;
  /** Of each lane; empty where the lanes are read together. */
  readonly laneResponses: readonly FlatHistogram[];
  readonly scheduleLag: FlatHistogram;
}

export class LatencyIntervals {
  readonly #lanes: readonly Interval[];
  readonly #sum = createHistogram();
  readonly #scheduleLag: Interval;

  /** The lanes are read one by one, and added up, where each has rows of its own; else together, which is cheaper. */
  constructor(lanes: Plan['lanes'], reader: RunReader) {
    const parts = hasLaneRows(lanes) ? lanes.map((lane) => [lane]) : [lanes];
    this.#lanes = parts.map((part) => new Interval(reader, { lanes: part }, LATENCY.response));
    this.#scheduleLag = new Interval(reader, { lanes }, LATENCY.scheduleLag);
  }

  next(): LatencyInterval {
    return { ...this.nextResponse(), scheduleLag: this.#scheduleLag.next() };
  }

  nextResponse(): Omit<LatencyInterval, 'scheduleLag'> {
    const responses = this.#lanes.map((lane) => lane.next());
    if (responses.length === 1) return { response: responses[0]!, laneResponses: [] };
    this.#sum.fill(0);
    for (const response of responses) add(this.#sum, response);
    return { response: this.#sum, laneResponses: responses };
  }
}

/** A single lane's rows are those of the whole. */
export function hasLaneRows({ length }: Plan['lanes']): boolean {
  return length > 1 && length <= LANE_ROWS_MAX;
}

class Interval {
  readonly #reader: RunReader;
  readonly #selection: Selection;
  readonly #latency: number;
  #now = createHistogram();
  #before = createHistogram();

  constructor(reader: RunReader, selection: Selection, latency: number) {
    this.#reader = reader;
    this.#selection = selection;
    this.#latency = latency;
  }

  next(): FlatHistogram {
    this.#reader.histogram(this.#selection, this.#latency, this.#now);
    subtract(this.#now, this.#before, this.#before);
    [this.#now, this.#before] = [this.#before, this.#now];
    return this.#now;
  }
}
