/**
 * The alerts a job must raise: messages that were sent and had no `delivered` within `alertAfter`. Based on what the
 * run actually sent: if it ended early, more messages are undelivered.
 */

import { NS_PER_MS, parseDuration } from '../../../units.ts';
import type { RecordIdentity } from '../../definition.ts';
import type { GroundTruth, SentScenario, TruthEntry } from '../../ground-truth.ts';
import type { RecordPlan } from '../../record-plan.ts';
import type { LifecycleParams } from './defaults.ts';
import { OUTCOMES, type Outcome, outcomesOf, timesOf } from './outcomes.ts';

/** The lane with the `delivered` records of this outcome. */
const DELIVERED_BY: Readonly<Record<Outcome, string | undefined>> = {
  delivered: 'delivered',
  delayed: 'delayed-delivered',
  never: undefined,
};

/** Values of a message's records but its status, by its number. */
export type MessageFacts = (number: number) => Readonly<Record<string, unknown>>;

export function lifecycleTruth(
  record: RecordPlan,
  identity: RecordIdentity,
  params: LifecycleParams,
  factsOf: MessageFacts,
): GroundTruth {
  const { normalNs, delayedNs } = timesOf(params);
  const alertAfterNs = parseDuration(params.alertAfter);
  const deliveredAfterNs: Readonly<Record<Outcome, number>> = {
    delivered: normalNs,
    delayed: delayedNs,
    never: Number.POSITIVE_INFINITY,
  };
  const isLate = (outcome: Outcome) => deliveredAfterNs[outcome] > alertAfterNs;

  function* entries(sent: SentScenario, following: Readonly<Record<string, SentScenario>>): Generator<TruthEntry> {
    const walk = outcomeWalk(params, { seed: identity.seed, scenario: record.trail?.scenario ?? identity.scenario });
    for (let number = 0; number < sent.end; number++) {
      const { outcome, place } = walk(number);
      const status = sent.statusOf(number);
      const sentMs = sent.dueMs(number);
      if (status === undefined || status === 'failed' || sentMs === undefined) continue;
      const lane = DELIVERED_BY[outcome];
      const delivered = lane === undefined ? undefined : following[lane]?.statusOf(place);
      const wasDelivered = delivered === 'acked' || delivered === 'unresolved';
      if (delivered === 'acked' && !isLate(outcome)) continue;
      const deliveredMs = wasDelivered ? sentMs + deliveredAfterNs[outcome] / NS_PER_MS : undefined;
      yield {
        kind: 'alert',
        index: number,
        ...factsOf(number),
        reason: outcome === 'never' ? 'never-delivered' : wasDelivered && isLate(outcome) ? 'late' : 'cut-off',
        sentAt: new Date(sentMs).toISOString(),
        alertAt: new Date(sentMs + alertAfterNs / NS_PER_MS).toISOString(),
        ...(deliveredMs !== undefined && { deliveredAt: new Date(deliveredMs).toISOString() }),
        // A record's delivery is unknown, so the job may or may not raise this alert.
        ...((status === 'unresolved' || delivered === 'unresolved') && { certain: false }),
      };
    }
  }
  return { entries };
}

/** Outcome of each message, and how many earlier ones have the same; call in order from 0. */
function outcomeWalk(params: LifecycleParams, identity: { readonly seed: number; readonly scenario: string }) {
  const { period, numbers } = outcomesOf(params, identity);
  const outcomeAt = new Uint8Array(period);
  for (const [i, outcome] of OUTCOMES.entries()) {
    for (const position of numbers[outcome]?.kept ?? []) outcomeAt[position] = i;
  }
  const places = new Float64Array(OUTCOMES.length);
  return (number: number) => {
    const i = outcomeAt[number % period]!;
    return { outcome: OUTCOMES[i]!, place: places[i]!++ };
  };
}
