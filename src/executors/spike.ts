import type { SegmentShape } from '../schedule/segment.ts';
import { formatDuration, formatRate } from '../units.ts';
import { duration, rate } from '../value-schema.ts';
import { type ExecutorProblem, type OpenExecutor, timeUnit } from './executor.ts';
import { formatSpan, resizeSpan, runSpan, type Span, withoutEnd } from './span.ts';

/**
 *     peakPerSec │          ╱‾‾‾‾‾‾╲
 *                │         ╱        ╲
 *     basePerSec │────────╱          ╲──────────────
 *                └────────┬─┬──────┬──┬─────────────▶ t
 *                        at rise hold fall
 */
export interface Spike extends Span {
  readonly kind: 'spike';
  readonly basePerSec: number;
  readonly peakPerSec: number;
  readonly atNs: number;
  readonly riseNs: number;
  readonly holdNs: number;
  readonly fallNs: number;
}

const keys = {
  rate: rate().describe('Rate before and after the spike.'),
  peak: rate({ positive: true }).describe('Rate at its top, greater than `rate`.'),
  timeUnit,
  at: duration().describe('From the start of the scenario to the start of the rise.'),
  rise: duration().prefault('0s').describe('From `rate` to `peak` in a straight line; 0s is a jump.'),
  hold: duration().prefault('0s').describe('How long it stays at `peak`.'),
  fall: duration().prefault('0s').describe('From `peak` back to `rate` in a straight line; 0s is a jump.'),
  duration: runSpan,
};

export const spike: OpenExecutor<Spike, typeof keys> = {
  kind: 'spike',
  description: 'A steady rate with one peak, as in a flash sale (open model).',
  model: 'open',
  hasRate: true,
  keys,
  note: 'A spike that reaches beyond the end is cut there, by `-t` as well; when `-t` extends the run, `rate` goes on.',
  example: [
    'rate: 100',
    'peak: 1000',
    'at: 5m # it rises from here on',
    'rise: 10s',
    'hold: 2m',
    'fall: 1m',
    'duration: 15m',
  ],
  decode: ({ rate, peak, at, rise, hold, fall, duration }, { perSec }) => ({
    kind: 'spike',
    basePerSec: perSec(rate),
    peakPerSec: perSec(peak),
    atNs: at,
    riseNs: rise,
    holdNs: hold,
    fallNs: fall,
    ...duration,
  }),
  check({ basePerSec, peakPerSec, atNs, riseNs, holdNs, fallNs, durationNs, endless }) {
    const problems: ExecutorProblem[] = [];
    if (peakPerSec <= basePerSec) {
      const hint = `more than ${formatRate(basePerSec)}`;
      problems.push({ at: ['peak'], message: 'peak must be greater than rate', hint });
    }
    if (riseNs + holdNs + fallNs === 0) {
      const message = 'the spike takes no time: rise, hold and fall are 0s';
      problems.push({ at: ['hold'], message, hint: 'hold: 30s' });
    }
    if (atNs > durationNs) {
      const message = `the spike starts after the end of the scenario, at ${formatDuration(durationNs)}`;
      problems.push({ at: ['at'], message, hint: 'make `at` shorter or `duration` longer' });
    }
    if (endless && basePerSec === 0) {
      const message = 'the rate after the spike is 0: an endless run would send nothing more';
      problems.push({ at: ['rate'], message, hint: 'give a rate greater than 0, or a duration' });
    }
    return problems;
  },
  encode: (profile, { rate, timeUnit }) => ({
    rate: rate(profile.basePerSec),
    peak: rate(profile.peakPerSec),
    ...timeUnit,
    at: formatDuration(profile.atNs),
    rise: formatDuration(profile.riseNs),
    hold: formatDuration(profile.holdNs),
    fall: formatDuration(profile.fallNs),
    duration: formatSpan(profile),
  }),
  shapes({ basePerSec, peakPerSec, atNs, riseNs, holdNs, fallNs, durationNs }) {
    const shapes: SegmentShape[] = [];
    let startNs = 0;
    const line = (lengthNs: number, fromPerSec: number, targetPerSec: number) => {
      const cutNs = Math.min(lengthNs, durationNs - startNs);
      if (cutNs <= 0) return;
      const toPerSec = fromPerSec + (targetPerSec - fromPerSec) * (cutNs / lengthNs);
      shapes.push({ kind: 'linear', startNs, durationNs: cutNs, fromPerSec, toPerSec });
      startNs += cutNs;
    };
    line(atNs, basePerSec, basePerSec);
    line(riseNs, basePerSec, peakPerSec);
    line(holdNs, peakPerSec, peakPerSec);
    line(fallNs, peakPerSec, basePerSec);
    line(durationNs, basePerSec, basePerSec);
    return shapes;
  },
  resize(profile, durationNs) {
    const { atNs, riseNs, holdNs, fallNs, basePerSec } = profile;
    if (basePerSec === 0 && durationNs > Math.max(profile.durationNs, atNs + riseNs + holdNs + fallNs))
      return undefined;
    return { ...resizeSpan(profile, durationNs), atNs: Math.min(atNs, durationNs) };
  },
  withoutEnd: (profile) => (profile.basePerSec === 0 ? undefined : withoutEnd(profile)),
  pace: ({ basePerSec, peakPerSec }, rate) => `${rate(basePerSec)} with a spike of ${rate(peakPerSec)}`,
};
