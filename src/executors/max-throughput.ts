import { formatDuration } from '../units.ts';
import { duration, integer } from '../value-schema.ts';
import type { ClosedExecutor, ClosedLoop } from './executor.ts';

export interface MaxThroughput extends ClosedLoop {
  readonly kind: 'max-throughput';
}

const keys = {
  duration: duration({ positive: true }).optional().describe('How long the scenario sends; this, `messages` or both.'),
  messages: integer(1).optional().describe('How many messages it sends.'),
  inFlight: integer(1).optional().describe('Messages in flight over all workers; the plan chooses when absent.'),
};

export const maxThroughput: ClosedExecutor<MaxThroughput, typeof keys> = {
  kind: 'max-throughput',
  description: 'As fast as acknowledgements allow (closed loop).',
  model: 'closed',
  keys,
  example: ['duration: 30s # as fast as acknowledgements allow'],
  decode({ duration: durationNs, messages, inFlight }, { report }) {
    if (durationNs === undefined && messages === undefined) {
      report({ at: [], message: 'max-throughput needs a `duration` or `messages`', hint: 'duration: 30s' });
    }
    return {
      kind: 'max-throughput',
      ...(durationNs !== undefined && { durationNs }),
      ...(messages !== undefined && { messages }),
      ...(inFlight !== undefined && { inFlight }),
    };
  },
  encode: ({ durationNs, messages, inFlight }) => ({
    ...(durationNs !== undefined && { duration: formatDuration(durationNs) }),
    ...(messages !== undefined && { messages }),
    ...(inFlight !== undefined && { inFlight }),
  }),
  resize: (profile, durationNs) => ({ ...profile, durationNs }),
  pace: () => 'as fast as acknowledgements allow',
};
