import { z } from 'zod';
import { messagesOf, type SegmentShape } from '../schedule/segment.ts';
import { formatDuration } from '../units.ts';
import { duration, rate } from '../value-schema.ts';
import { type OpenExecutor, timeUnit } from './executor.ts';

export interface RampingArrivalRate {
  readonly kind: 'ramping-arrival-rate';
  readonly startRatePerSec: number;
  readonly stages: readonly Stage[];
}

interface Stage {
  readonly targetPerSec: number;
  readonly durationNs: number;
}

const stage = z
  .strictObject({
    target: rate().describe('Rate at the end of the stage; it is reached in a straight line.'),
    duration: duration().describe('Length of the stage; 0s is a jump.'),
  })
  .describe('One straight piece of the rate.');

const keys = {
  startRate: rate().prefault(0).describe('Rate before the first stage.'),
  timeUnit,
  stages: z.array(stage).min(1, 'stages must not be empty').describe('The pieces, one after the other.'),
};

export const rampingArrivalRate: OpenExecutor<RampingArrivalRate, typeof keys> = {
  kind: 'ramping-arrival-rate',
  description: 'A rate along straight lines, stage by stage (open model).',
  model: 'open',
  hasRate: true,
  keys,
  note: 'When `-t` extends it, the longest level stage takes the difference; without one, the last rate goes on.',
  example: [
    'startRate: 0',
    'stages: # straight lines from one target to the next',
    '  - { target: 100, duration: 1m }',
    '  - { target: 100, duration: 10m }',
    '  - { target: 0, duration: 1m }',
  ],
  decode({ startRate, stages }, { perSec, report }) {
    const profile: RampingArrivalRate = {
      kind: 'ramping-arrival-rate',
      startRatePerSec: perSec(startRate),
      stages: stages.map(({ target, duration }) => ({ targetPerSec: perSec(target), durationNs: duration })),
    };
    if (shapesOf(profile).every((shape) => messagesOf(shape) === 0))
      report({ at: ['stages'], message: 'the stages plan no message at all' });
    return profile;
  },
  encode: ({ startRatePerSec, stages }, { rate, timeUnit }) => ({
    startRate: rate(startRatePerSec),
    ...timeUnit,
    stages: stages.map(({ targetPerSec, durationNs }) => ({
      target: rate(targetPerSec),
      duration: formatDuration(durationNs),
    })),
  }),
  shapes: shapesOf,
  resize: (profile, durationNs) => {
    const missingNs = durationNs - profile.stages.reduce((sum, stage) => sum + stage.durationNs, 0);
    return missingNs > 0 ? extend(profile, missingNs) : cut(profile, durationNs);
  },
  pace: ({ startRatePerSec, stages }, rate) =>
    `up to ${rate(Math.max(startRatePerSec, ...stages.map(({ targetPerSec }) => targetPerSec)))}`,
};

/** A stage of no duration is a jump of the rate. */
function shapesOf({ startRatePerSec, stages }: RampingArrivalRate): SegmentShape[] {
  let fromPerSec = startRatePerSec;
  let startNs = 0;
  return stages.map(({ targetPerSec, durationNs }) => {
    const shape: SegmentShape = { kind: 'linear', startNs, durationNs, fromPerSec, toPerSec: targetPerSec };
    fromPerSec = targetPerSec;
    startNs += durationNs;
    return shape;
  });
}

function extend(profile: RampingArrivalRate, missingNs: number): RampingArrivalRate | undefined {
  const { startRatePerSec, stages } = profile;
  const level = stages.filter(({ targetPerSec }, i) => {
    return targetPerSec > 0 && targetPerSec === (stages[i - 1]?.targetPerSec ?? startRatePerSec);
  });
  const [longest] = level.toSorted((a, b) => b.durationNs - a.durationNs);
  if (longest !== undefined) {
    const extended = { ...longest, durationNs: longest.durationNs + missingNs };
    return { ...profile, stages: stages.map((stage) => (stage === longest ? extended : stage)) };
  }
  const { targetPerSec } = stages.at(-1)!;
  return targetPerSec === 0 ? undefined : { ...profile, stages: [...stages, { targetPerSec, durationNs: missingNs }] };
}

function cut(profile: RampingArrivalRate, durationNs: number): RampingArrivalRate {
  const stages: Stage[] = [];
  let from = profile.startRatePerSec;
  let leftNs = durationNs;
  for (const stage of profile.stages) {
    if (leftNs <= 0) break;
    const part = Math.min(1, leftNs / stage.durationNs);
    // A stage of no duration is a jump, and kept whole.
    const targetPerSec = part < 1 ? from + (stage.targetPerSec - from) * part : stage.targetPerSec;
    stages.push({ targetPerSec, durationNs: Math.min(stage.durationNs, leftNs) });
    from = stage.targetPerSec;
    leftNs -= stage.durationNs;
  }
  return { ...profile, stages };
}
