import { constantRate } from '../schedule/segment.ts';
import { rate } from '../value-schema.ts';
import { type OpenExecutor, timeUnit } from './executor.ts';
import { formatSpan, resizeSpan, runSpan, type Span, withoutEnd } from './span.ts';

export interface ConstantArrivalRate extends Span {
  readonly kind: 'constant-arrival-rate';
  readonly ratePerSec: number;
}

const keys = {
  rate: rate({ positive: true }).describe('Messages per `timeUnit`, or with a unit: 25, 25/s, 600/m, 1000/h, 1/3s.'),
  timeUnit,
  duration: runSpan,
};

export const constantArrivalRate: OpenExecutor<ConstantArrivalRate, typeof keys> = {
  kind: 'constant-arrival-rate',
  description: 'A steady rate, whatever the broker does (open model).',
  model: 'open',
  hasRate: true,
  keys,
  example: ['rate: 5 # a second; or 600/m, 1000/h', 'duration: 1m'],
  decode: (input, { perSec }) => ({
    kind: 'constant-arrival-rate',
    ratePerSec: perSec(input.rate),
    ...input.duration,
  }),
  encode: (profile, { rate, timeUnit }) => ({
    rate: rate(profile.ratePerSec),
    ...timeUnit,
    duration: formatSpan(profile),
  }),
  shapes: ({ ratePerSec, durationNs }) => [constantRate(0, durationNs, ratePerSec)],
  resize: resizeSpan,
  withoutEnd,
  pace: ({ ratePerSec }, rate) => rate(ratePerSec),
};
