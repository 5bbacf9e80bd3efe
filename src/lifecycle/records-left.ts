/** Which records of a run are left: by its database, and by what stands in its topic. */

import { IndexSet } from '../index-set.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import type { ResumePoint } from '../plan/resume.ts';
import { NS_PER_MS } from '../units.ts';
import { STATUS_OF, type TrailName } from '../workload/built-in/message-lifecycle/outcomes.ts';
import { type MessageState, messageStateReader } from '../workload/built-in/message-lifecycle/state.ts';
import { scenarioTag } from '../workload/encoding/mark.ts';
import { EVERY, keptBelow, type Remainder, type Thinning } from '../workload/thinning.ts';
import type { SavedRun } from './message-database.ts';

/** By the database alone: what it knows to be settled is done. */
export function leftByDatabase({ elapsedMs, settled }: SavedRun): ResumePoint {
  const left = Object.entries(settled).map(([lane, from]) => [lane, { missing: new Float64Array(0), from }] as const);
  return { elapsedNs: elapsedMs * NS_PER_MS, left: Object.fromEntries(left) };
}

/**
 * The same, and what was sent after the database was written last: it is in the topic.
 * @param whole the plan of the run as it began.
 * @param onState takes each such record.
 */
export async function leftByTopic(
  saved: SavedRun,
  whole: Plan,
  properties: Readonly<Record<string, string>>,
  onState: (state: MessageState) => void,
): Promise<ResumePoint> {
  const { scenario } = whole.database!;
  const own = whole.lanes.filter(({ name, record }) => (record.trail?.scenario ?? name) === scenario);
  const lanes = own.map((lane) => new LaneRecords(lane, saved.settled[lane.name] ?? 0));
  const [{ topic, record }] = own as [LanePlan];
  const read = messageStateReader(record.format);
  const tag = scenarioTag(scenario);
  const { readTopic } = await import('./topic-reader.ts');
  await readTopic(properties, topic, (value) => {
    const found = read(value);
    if (found === undefined || found.mark.runTag !== saved.runTag || found.mark.scenarioTag !== tag) return;
    if (lanes.some((lane) => lane.add(found.state.status, found.mark.index))) onState(found.state);
  });
  const left = lanes.map((lane) => [lane.name, lane.left()] as const);
  return { elapsedNs: saved.elapsedMs * NS_PER_MS, left: Object.fromEntries(left) };
}

/** Records of a lane that were found, from the first one on that is not known to be settled. */
class LaneRecords {
  readonly name: string;
  readonly #status: string;
  readonly #thinning: Thinning;
  readonly #settled: number;
  readonly #found = new IndexSet();

  constructor({ name, record }: LanePlan, settled: number) {
    this.name = name;
    this.#status = STATUS_OF[(record.trail?.name ?? 'sent') as 'sent' | TrailName];
    this.#thinning = record.trail?.thinning ?? EVERY;
    this.#settled = settled;
  }

  /** True when it is one of this lane's that the database does not know. */
  add(status: string, message: number): boolean {
    if (status !== this.#status) return false;
    const place = keptBelow(this.#thinning, message);
    // Of another lane with the same status.
    if (keptBelow(this.#thinning, message + 1) === place) return false;
    if (place >= this.#settled) this.#found.add(place);
    return place >= this.#settled;
  }

  left(): Remainder {
    const from = Math.max(this.#settled, this.#found.end);
    const missing: number[] = [];
    for (let place = this.#settled; place < from; place++) if (!this.#found.has(place)) missing.push(place);
    return { missing: Float64Array.from(missing), from };
  }
}
