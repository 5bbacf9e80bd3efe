import { formatCount, formatDuration } from '../units.ts';
import { duration, integer } from '../value-schema.ts';
import type { OpenExecutor } from './executor.ts';
import { formatSpan, resizeSpan, type Span, span, withoutEnd } from './span.ts';

export interface Burst extends Span {
  readonly kind: 'burst';
  readonly size: number;
  readonly everyNs: number;
}

const keys = {
  size: integer(1).describe('Messages of one burst, due at the same moment.'),
  every: duration({ positive: true }).prefault('1s').describe('From the start of one burst to the next.'),
  duration: span().optional().describe('How long there are bursts, or `endless`; this or `bursts`.'),
  bursts: integer(1).optional().describe('How many bursts there are; this or `duration`.'),
};

export const burst: OpenExecutor<Burst, typeof keys> = {
  kind: 'burst',
  description: 'Many messages at the same moment, again and again (open model).',
  model: 'open',
  hasRate: false,
  keys,
  example: ['size: 100 # messages back to back', 'every: 1s', 'duration: 1m'],
  decode({ size, every: everyNs, duration, bursts }, { report }) {
    if ((duration === undefined) === (bursts === undefined)) {
      report({ at: [], message: 'burst takes either `duration` or `bursts`', hint: 'duration: 10s' });
    }
    return { kind: 'burst', size, everyNs, ...(duration ?? { durationNs: (bursts ?? 1) * everyNs }) };
  },
  encode: (profile) => ({
    size: profile.size,
    every: formatDuration(profile.everyNs),
    duration: formatSpan(profile),
  }),
  shapes: ({ size, everyNs, durationNs }) => [{ kind: 'burst', startNs: 0, durationNs, size, everyNs }],
  resize: resizeSpan,
  withoutEnd,
  pace: ({ size, everyNs }) => `bursts of ${formatCount(size)} every ${formatDuration(everyNs)}`,
};
