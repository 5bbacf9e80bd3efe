import { formatDuration, formatRate } from '../units.ts';
import { duration, rate } from '../value-schema.ts';
import { type OpenExecutor, timeUnit } from './executor.ts';
import { formatSpan, resizeSpan, runSpan, type Span, withoutEnd } from './span.ts';

export interface Sine extends Span {
  readonly kind: 'sine';
  readonly meanPerSec: number;
  readonly amplitudePerSec: number;
  readonly periodNs: number;
}

const keys = {
  mean: rate({ positive: true }).describe('Mean rate.'),
  amplitude: rate().describe('Amplitude, max `mean`.'),
  timeUnit,
  period: duration({ positive: true }).describe('Length of one cycle; it starts at the mean, going up.'),
  duration: runSpan,
};

export const sine: OpenExecutor<Sine, typeof keys> = {
  kind: 'sine',
  description: 'A rate along a sine wave, e.g. a daily cycle (open model).',
  model: 'open',
  hasRate: true,
  keys,
  example: ['mean: 100', 'amplitude: 50', 'period: 10m', 'duration: 30m'],
  decode: ({ mean, amplitude, period, duration }, { perSec }) => ({
    kind: 'sine',
    meanPerSec: perSec(mean),
    amplitudePerSec: perSec(amplitude),
    periodNs: period,
    ...duration,
  }),
  check({ meanPerSec, amplitudePerSec }) {
    if (amplitudePerSec <= meanPerSec) return [];
    const message = 'amplitude must not be greater than mean: a rate cannot be negative';
    return [{ at: ['amplitude'], message, hint: `max ${formatRate(meanPerSec)}` }];
  },
  encode: (profile, { rate, timeUnit }) => ({
    mean: rate(profile.meanPerSec),
    amplitude: rate(profile.amplitudePerSec),
    ...timeUnit,
    period: formatDuration(profile.periodNs),
    duration: formatSpan(profile),
  }),
  shapes: ({ kind, meanPerSec, amplitudePerSec, periodNs, durationNs }) => [
    { kind, startNs: 0, durationNs, meanPerSec, amplitudePerSec, periodNs, phaseNs: 0 },
  ],
  resize: resizeSpan,
  withoutEnd,
  pace: ({ meanPerSec, amplitudePerSec }, rate) => `${rate(meanPerSec)} ± ${rate(amplitudePerSec)}`,
};
