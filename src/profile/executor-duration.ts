/** Executors over another time than the profile's: cut, extended, or without an end. */
import { NS_PER_SEC } from '../units.ts';
import type { Executor } from './profile.ts';
import { executorDurationNs } from './schema/executor-schema.ts';
import { ENDLESS } from './schema/leaf.ts';

/** Undefined when the time is longer and there is no rate to go on with. */
export function withDuration(executor: Executor, durationNs: number): Executor | undefined {
  switch (executor.kind) {
    case 'ramping-arrival-rate':
      return rampFor(executor, durationNs);
    case 'replay':
      return { ...executor, rows: replayFor(executor.rows, durationNs) };
    case 'max-throughput':
      return { ...executor, durationNs };
    default: {
      const { endless: _, ...kept } = executor;
      return { ...kept, durationNs };
    }
  }
}

/** Undefined where its shape or its closed loop has to have an end. */
export function withoutEnd(executor: Executor): Executor | undefined {
  switch (executor.kind) {
    case 'ramping-arrival-rate':
    case 'replay':
    case 'max-throughput':
      return undefined;
    default:
      return { ...executor, ...ENDLESS };
  }
}

type Ramp = Extract<Executor, { readonly kind: 'ramping-arrival-rate' }>;

/** Longer: the longest level stage takes the difference, else the last rate goes on. Shorter: cut where it is. */
function rampFor(executor: Ramp, durationNs: number): Ramp | undefined {
  const { stages } = executor;
  const missingNs = durationNs - executorDurationNs(executor)!;
  const fromPerSec = (i: number) => stages[i - 1]?.targetPerSec ?? executor.startRatePerSec;
  if (missingNs > 0) {
    const level = stages.filter((stage, i) => stage.targetPerSec > 0 && stage.targetPerSec === fromPerSec(i));
    const longest = level.reduce((best, stage) => (stage.durationNs > best.durationNs ? stage : best), level[0]!);
    if (longest !== undefined) {
      const extended = { ...longest, durationNs: longest.durationNs + missingNs };
      return { ...executor, stages: stages.map((stage) => (stage === longest ? extended : stage)) };
    }
    const { targetPerSec } = stages.at(-1)!;
    return targetPerSec === 0
      ? undefined
      : { ...executor, stages: [...stages, { targetPerSec, durationNs: missingNs }] };
  }
  const kept: Ramp['stages'][number][] = [];
  let leftNs = durationNs;
  for (const [i, stage] of stages.entries()) {
    if (leftNs <= 0) break;
    const part = Math.min(1, leftNs / stage.durationNs);
    const from = fromPerSec(i);
    // A stage of no duration is a jump, and kept whole.
    const targetPerSec = part < 1 ? from + (stage.targetPerSec - from) * part : stage.targetPerSec;
    kept.push({ targetPerSec, durationNs: Math.min(stage.durationNs, leftNs) });
    leftNs -= stage.durationNs;
  }
  return { ...executor, stages: kept };
}

type ReplayRows = Extract<Executor, { readonly kind: 'replay' }>['rows'];

/** Shorter: the rows before the end. Longer: the recording starts over. The last row counts for a second, as ever. */
function replayFor(rows: ReplayRows, durationNs: number): ReplayRows {
  const seconds = durationNs / NS_PER_SEC;
  const lengthSec = rows.at(-1)!.second + 1;
  const cycle = rows[0]!.second > 0 ? [{ second: 0, ratePerSec: 0 }, ...rows] : rows;
  const repeated: { second: number; ratePerSec: number }[] = [];
  for (let start = 0; start < seconds; start += lengthSec) {
    for (const row of cycle) {
      if (start + row.second < seconds) repeated.push({ second: start + row.second, ratePerSec: row.ratePerSec });
    }
  }
  const last = repeated.at(-1)!;
  if (last.second + 1 < seconds) repeated.push({ second: seconds - 1, ratePerSec: last.ratePerSec });
  // A row that would reach over the end gives way to silence from there on.
  else if (last.second + 1 > seconds) repeated.push({ second: seconds, ratePerSec: 0 });
  return repeated;
}
