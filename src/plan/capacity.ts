/**
 * How many things may be under way at a time: a batch is cut to the room there is when it is due. The plan walks
 * through the batches once, before the run; how many are still under way follows from the counts of what was started
 * by when, so that nothing is kept but the batches themselves.
 */
import type { Problem } from '../errors.ts';
import { formatCount } from '../units.ts';
import { keptBelow } from '../workload/thinning.ts';
import type { Capacity } from '../workload/trail.ts';
import type { OpenLoad } from './plan.ts';
import { openLoad } from './scenario-load.ts';
import { dueCountBefore, type Schedule, ScheduleReader, scheduleOfShapes } from './schedule/schedule.ts';
import type { BurstSegment, SegmentShape } from './schedule/segment.ts';

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
  const { parameter, most } = capacity;
  const batches = load.schedule.segments.reduce((sum, each) => sum + (each.kind === 'burst' ? burstCount(each) : 0), 0);
  if (batches > BATCHES_MAX) {
    const message = `with ${parameter} each batch is laid out before the run, and ${formatCount(batches)} are too many`;
    const hint = `give a shorter duration, or ${parameter}: none`;
    problems.push({ path: `scenarios.${scenario}`, message, hint });
    return load;
  }
  const bursts = burstsOf(load.schedule);
  if (bursts === undefined) {
    const message = `${scenario}: ${parameter} ${formatCount(most)} holds for batches (executor burst), not for a rate`;
    warnings.push(`${message}: \`none\` says so`);
    return load;
  }
  const { schedule, cut } = admit(load.schedule, bursts, capacity, pace);
  if (cut === 0) return load;
  warnings.push(
    `${scenario}: ${parameter} ${formatCount(most)} leaves no room for ${formatCount(cut)} of ${formatCount(load.count)} new ones: batches are cut`,
  );
  const isWarmedUp = load.warmupEndNs > load.startNs;
  return openLoad(schedule, load.warmupEndNs, isWarmedUp ? dueCountBefore(schedule, load.warmupEndNs) : 0);
}

interface Burst {
  readonly atNs: number;
  /** Until the next one, or the end. */
  readonly spanNs: number;
  readonly everyNs: number;
}

/** Every moment at which something is due; undefined where there is a rate between them. */
function burstsOf({ segments }: Schedule): Burst[] | undefined {
  if (segments.some(({ kind, messages }) => kind !== 'burst' && messages > 0)) return undefined;
  return segments.flatMap((segment) => (segment.kind === 'burst' ? burstsIn(segment) : []));
}

function burstCount({ durationNs, everyNs }: BurstSegment): number {
  return Math.ceil(durationNs / everyNs - 1e-9);
}

function burstsIn(segment: BurstSegment): Burst[] {
  const { startNs, durationNs, everyNs } = segment;
  return Array.from({ length: burstCount(segment) }, (_, i) => ({
    atNs: startNs + i * everyNs,
    spanNs: Math.min(everyNs, durationNs - i * everyNs),
    everyNs,
  }));
}

function admit(
  schedule: Schedule,
  bursts: readonly Burst[],
  { most, stays }: Capacity,
  pace: number,
): { schedule: Schedule; cut: number } {
  const reader = new ScheduleReader(schedule);
  /** By burst: how many have been started up to and with it. */
  const started: number[] = [];
  // For each kind of stay the first burst whose things are still there.
  const staying = stays.map(() => 0);
  const shapes: SegmentShape[] = [];
  let wanted = 0;
  let total = 0;
  for (const { atNs, spanNs, everyNs } of bursts) {
    let gone = 0;
    for (const [s, { thinning, forNs }] of stays.entries()) {
      while (staying[s]! < started.length && bursts[staying[s]!]!.atNs + forNs / pace <= atNs) staying[s]! += 1;
      gone += keptBelow(thinning, started[staying[s]! - 1] ?? 0);
    }
    const due = reader.dueCount(atNs);
    const size = Math.max(0, Math.min(due - wanted, most - (total - gone)));
    wanted = due;
    total += size;
    started.push(total);
    append(shapes, size, { startNs: atNs, durationNs: spanNs, everyNs });
  }
  return { schedule: scheduleOfShapes(shapes, schedule.startNs), cut: wanted - total };
}

/** Equal batches that follow each other are one segment. */
function append(
  shapes: SegmentShape[],
  size: number,
  span: Pick<BurstSegment, 'startNs' | 'durationNs' | 'everyNs'>,
): void {
  const last = shapes.at(-1);
  if (last !== undefined && last.kind === 'burst' && last.size === size && last.everyNs === span.everyNs) {
    shapes[shapes.length - 1] = { ...last, durationNs: span.startNs + span.durationNs - last.startNs };
  } else if (size > 0) {
    shapes.push({ kind: 'burst', ...span, size });
  } else {
    const { startNs, durationNs } = span;
    shapes.push({ kind: 'linear', startNs, durationNs, fromPerSec: 0, toPerSec: 0 });
  }
}
