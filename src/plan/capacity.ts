/**
 * How many things may be under way at a time: a batch is cut to the room there is when it is due. The plan walks
 * through the batches once, before the run; how many are still under way follows from the counts of what was started
 * by when, so that nothing is kept but the batches themselves.
 */
import type { Problem } from '../errors.ts';
import { createSchedule, cutSchedule, dueCountBefore, type Schedule, ScheduleReader } from '../schedule/schedule.ts';
import type { BurstSegment, SegmentShape } from '../schedule/segment.ts';
import { formatCount, formatDuration, NS_PER_SEC } from '../units.ts';
import { keptBelow } from '../workload/thinning.ts';
import type { Capacity } from '../workload/trail.ts';
import { isEndless } from './endless.ts';
import type { OpenLoad } from './plan.ts';
import { openLoad } from './scenario-load.ts';

/** A hundred days of a batch every 30 seconds: planned in a few seconds. */
const BATCHES_MAX = 300_000;

/** @param pace simulated seconds in a real one, by which the stays are shortened. */
export function admitted(
  scenario: string,
  load: OpenLoad,
  capacity: Capacity | undefined,
  pace: number,
  { problems, warnings }: { readonly problems: Problem[]; readonly warnings: string[] },
): OpenLoad {
  if (capacity === undefined) return load;
  const { parameter, max } = capacity;
  const { segments } = load.schedule;
  if (segments.some(({ kind, messages }) => kind !== 'burst' && messages > 0)) {
    const message = `${scenario}: ${parameter} ${formatCount(max)} holds for batches (executor burst), not for a rate`;
    warnings.push(`${message}: set it to \`none\``);
    return load;
  }
  const bursts = segments.filter((segment) => segment.kind === 'burst');
  const batches = batchCount(bursts);
  if (batches > BATCHES_MAX) {
    const message = `with ${parameter} each batch is laid out before the run`;
    if (!isEndless(load)) {
      const hint = `give a shorter duration, or ${parameter}: none`;
      const tooMany = `${message}, and ${formatCount(batches)} are too many`;
      problems.push({ path: `scenarios.${scenario}`, message: tooMany, hint });
      return load;
    }
    const first = firstBatches(load, bursts);
    const span = formatDuration(first.endNs - first.startNs, NS_PER_SEC);
    warnings.push(`${scenario}: ${message}, ${formatCount(BATCHES_MAX)} of them: it ends after ${span}`);
    return admitted(scenario, first, capacity, pace, { problems, warnings });
  }
  const { schedule, cut } = admit(load.schedule, bursts, batches, capacity, pace);
  if (cut === 0) return load;
  warnings.push(
    `${scenario}: ${parameter} ${formatCount(max)} leaves no room for ${formatCount(cut)} of ${formatCount(load.count)} new ones: batches are cut`,
  );
  const isWarmedUp = load.warmupEndNs > load.startNs;
  return openLoad(schedule, load.warmupEndNs, isWarmedUp ? dueCountBefore(schedule, load.warmupEndNs) : 0);
}

/** As many batches of an endless load as can be laid out. */
function firstBatches(load: OpenLoad, bursts: readonly BurstSegment[]): OpenLoad {
  let left = BATCHES_MAX;
  const segments: BurstSegment[] = [];
  for (const segment of bursts) {
    if (left === 0) break;
    const count = Math.min(left, burstCount(segment));
    left -= count;
    segments.push({ ...segment, durationNs: Math.min(segment.durationNs, count * segment.everyNs) });
  }
  const { startNs, durationNs } = segments.at(-1)!;
  const endNs = startNs + durationNs;
  const schedule = { ...cutSchedule(load.schedule, dueCountBefore(load.schedule, endNs)), segments, endNs };
  return openLoad(schedule, load.warmupEndNs, load.warmupCount);
}

function batchCount(bursts: readonly BurstSegment[]): number {
  return bursts.reduce((sum, segment) => sum + burstCount(segment), 0);
}

function burstCount({ durationNs, everyNs }: BurstSegment): number {
  return Math.ceil(durationNs / everyNs - 1e-9);
}

function admit(
  schedule: Schedule,
  segments: readonly BurstSegment[],
  batches: number,
  { max, stays }: Capacity,
  pace: number,
): { schedule: Schedule; cut: number } {
  const reader = new ScheduleReader(schedule);
  /** By batch: when it is due, and how many have been started up to and with it. */
  const dueNs = new Float64Array(batches);
  const started = new Float64Array(batches);
  // For each kind of stay the first batch whose things are still there.
  const staying = stays.map(() => 0);
  const shapes: Shape[] = [];
  let batch = 0;
  let wanted = 0;
  let total = 0;
  for (const segment of segments) {
    const { startNs, durationNs, everyNs } = segment;
    const count = burstCount(segment);
    for (let i = 0; i < count; i++, batch++) {
      const atNs = startNs + i * everyNs;
      let gone = 0;
      for (let s = 0; s < stays.length; s++) {
        const { thinning, forNs } = stays[s]!;
        while (staying[s]! < batch && dueNs[staying[s]!]! + forNs / pace <= atNs) staying[s]! += 1;
        gone += keptBelow(thinning, started[staying[s]! - 1] ?? 0);
      }
      const due = reader.dueCount(atNs);
      const size = Math.max(0, Math.min(due - wanted, max - (total - gone)));
      wanted = due;
      total += size;
      dueNs[batch] = atNs;
      started[batch] = total;
      append(shapes, size, atNs, Math.min(everyNs, durationNs - i * everyNs), everyNs);
    }
  }
  return { schedule: createSchedule(shapes, schedule.startNs), cut: wanted - total };
}

/** As it grows. */
type Shape = SegmentShape & { durationNs: number };

/** Equal batches that follow each other are one segment. */
function append(shapes: Shape[], size: number, startNs: number, durationNs: number, everyNs: number): void {
  const last = shapes.at(-1);
  if (last !== undefined && last.kind === 'burst' && last.size === size && last.everyNs === everyNs) {
    last.durationNs = startNs + durationNs - last.startNs;
  } else if (size > 0) {
    shapes.push({ kind: 'burst', startNs, durationNs, everyNs, size });
  } else {
    shapes.push({ kind: 'linear', startNs, durationNs, fromPerSec: 0, toPerSec: 0 });
  }
}
