/** Stops a run whose thresholds with `abortOnFail` are breached. */
import { liveInputs } from '../coordinator/live-inputs.ts';
import type { ThresholdSpec } from '../profile/profile.ts';
import { breachedThresholds, describeOutcome } from '../result/thresholds.ts';
import type { Observer } from './observer.ts';

export function abortOnFail(thresholds: readonly ThresholdSpec[]): Observer {
  return {
    second({ plan, reader, elapsedNs }) {
      const inputsOf = (scenario: string | undefined) => liveInputs(plan, reader, elapsedNs, scenario);
      const [breach] = breachedThresholds(thresholds, inputsOf, elapsedNs);
      return breach && { stop: { by: 'threshold', reason: describeOutcome(breach) } };
    },
  };
}
