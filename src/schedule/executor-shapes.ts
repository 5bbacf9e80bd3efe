/** The pieces an executor's rate is made of, and the same cut and scaled by the windows of the day. */
import type { Executor } from '../profile/profile.ts';
import type { FactorPiece } from './multipliers.ts';
import { type SegmentShape, scaledPart } from './segment.ts';

export type OpenExecutor = Exclude<Executor, { readonly kind: 'max-throughput' }>;

/** Times are ns, from `startNs` on. */
export function segmentShapes(executor: OpenExecutor, startNs: number): SegmentShape[] {
  switch (executor.kind) {
    case 'constant-arrival-rate': {
      const { ratePerSec, durationNs } = executor;
      return [{ kind: 'linear', startNs, durationNs, fromPerSec: ratePerSec, toPerSec: ratePerSec }];
    }
    case 'ramping-arrival-rate':
      return rampShapes(executor, startNs);
    case 'replay':
      return replayShapes(executor.rows, startNs);
    case 'burst': {
      const { size, everyNs, durationNs } = executor;
      return [{ kind: 'burst', startNs, durationNs, size, everyNs }];
    }
    case 'sine': {
      const { meanPerSec, amplitudePerSec, periodNs, durationNs } = executor;
      return [{ kind: 'sine', startNs, durationNs, meanPerSec, amplitudePerSec, periodNs, phaseNs: 0 }];
    }
  }
}

/** A stage of no duration is a jump of the rate. */
function rampShapes(
  executor: Extract<OpenExecutor, { kind: 'ramping-arrival-rate' }>,
  startNs: number,
): SegmentShape[] {
  const shapes: SegmentShape[] = [];
  let fromPerSec = executor.startRatePerSec;
  let at = startNs;
  for (const { targetPerSec, durationNs } of executor.stages) {
    shapes.push({ kind: 'linear', startNs: at, durationNs, fromPerSec, toPerSec: targetPerSec });
    fromPerSec = targetPerSec;
    at += durationNs;
  }
  return shapes;
}

/** Constant pieces from each row to the next; nothing before the first row, the last lasts a second. */
function replayShapes(rows: Extract<OpenExecutor, { kind: 'replay' }>['rows'], startNs: number): SegmentShape[] {
  const held = rows[0] === undefined || rows[0].second > 0 ? [{ second: 0, ratePerSec: 0 }, ...rows] : rows;
  return held.map(({ second, ratePerSec }, i) => {
    const until = held[i + 1]?.second ?? second + 1;
    const from = startNs + second * 1e9;
    const durationNs = (until - second) * 1e9;
    return { kind: 'linear', startNs: from, durationNs, fromPerSec: ratePerSec, toPerSec: ratePerSec };
  });
}

/** Cuts the shapes where the factor changes, and scales them; a shape is analytic in every part. */
export function scaleShapes(shapes: readonly SegmentShape[], factors: readonly FactorPiece[]): SegmentShape[] {
  const parts: SegmentShape[] = [];
  let piece = 0;
  for (const shape of shapes) {
    for (let from = 0; from < shape.durationNs; ) {
      while (piece + 1 < factors.length && factors[piece + 1]!.startNs <= shape.startNs + from) piece++;
      const untilNs = factors[piece + 1]?.startNs ?? Infinity;
      const to = Math.min(shape.durationNs, untilNs - shape.startNs);
      parts.push(scaledPart(shape, from, to, factors[piece]!.factor));
      from = to;
    }
  }
  return parts;
}
