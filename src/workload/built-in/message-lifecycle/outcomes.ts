/**
 * The outcome of a message as a function of its number. In each period, outcomes occur exactly at their rates, in an
 * order drawn from the seed, so that the number of messages with an outcome below any number is a closed form.
 *
 *     sent ──┬── normal time ───▶ delivered
 *            ├── normal time ───▶ delayed ──┬── delayed time after `sent` ──▶ delivered
 *            └── delayed time ──▶ failed, or silence
 */
import { parseDuration } from '../../../units.ts';
import { CounterRng } from '../../random.ts';
import type { Thinning } from '../../thinning.ts';
import type { Trail, Trails } from '../../trail.ts';
import { Deal, Weights } from '../../weights.ts';
import type { LifecycleParams } from './defaults.ts';

export const OUTCOMES = ['delivered', 'delayed', 'never'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Names of the lanes beside the scenario's own, which is `sent`. */
export type TrailName = 'delivered' | 'delayed' | 'delayed-delivered' | 'failed';

/** The status that the records of a lane have. */
export const STATUS_OF: Readonly<Record<'sent' | TrailName, string>> = {
  sent: 'sent',
  delivered: 'delivered',
  delayed: 'delayed',
  'delayed-delivered': 'delivered',
  failed: 'failed',
};

/** The status that its messages had before. */
export const STATUS_BEFORE: Readonly<Partial<Record<'sent' | TrailName, string>>> = {
  delivered: 'sent',
  delayed: 'sent',
  'delayed-delivered': 'delayed',
  failed: 'sent',
};

/** Long enough to hide the repetition, short enough for a 40 kB table. */
const PERIOD_LEAST = 10_000;

export interface Outcomes {
  /** Messages over which the rates are exact. */
  readonly period: number;
  /** Message numbers by outcome; absent if there are none. */
  readonly numbers: Readonly<Partial<Record<Outcome, Thinning>>>;
}

export interface OutcomeIdentity {
  readonly seed: number;
  readonly scenario: string;
}

export function outcomesOf(params: LifecycleParams, { seed, scenario }: OutcomeIdentity): Outcomes {
  const { deliveredRate: delivered, delayedRate: delayed, neverDeliveredRate: never } = params;
  const weights = new Weights({ delivered, delayed, never });
  const period = weights.denominator * Math.ceil(PERIOD_LEAST / weights.denominator);
  const deal = new Deal(new CounterRng(seed, scenario, 'outcome'), period);
  const positions: Record<string, number[]> = {};
  for (let i = 0; i < period; i++) {
    const outcome = weights.values[weights.pick(deal.uniform(i))]!;
    positions[outcome] ??= [];
    positions[outcome].push(i);
  }
  const numbers = Object.entries(positions).map(([outcome, kept]) => [
    outcome,
    { period, kept: Int32Array.from(kept) },
  ]);
  return { period, numbers: Object.fromEntries(numbers) };
}

export interface LifecycleTimes {
  readonly normalNs: number;
  readonly delayedNs: number;
  readonly expiryNs: number;
}

export function timesOf(params: LifecycleParams): LifecycleTimes {
  return {
    normalNs: parseDuration(params.normalDeliveryTime),
    delayedNs: parseDuration(params.delayedDeliveryTime),
    expiryNs: parseDuration(params.expiry),
  };
}

/** The later states of a scenario's messages. */
export function lifecycleTrails(params: LifecycleParams, identity: OutcomeIdentity): Trails {
  const { normalNs, delayedNs, expiryNs } = timesOf(params);
  const { delivered, delayed, never } = outcomesOf(params, identity).numbers;
  const fails = params.neverDelivered === 'failed';
  const trail = (name: TrailName, thinning: Thinning | undefined, delayNs: number, gapNs = delayNs): Trail[] =>
    thinning === undefined ? [] : [{ name, thinning, delayNs, gapNs }];
  const stay = (thinning: Thinning | undefined, forNs: number) => (thinning === undefined ? [] : [{ thinning, forNs }]);
  return {
    trails: [
      ...trail('delivered', delivered, normalNs),
      ...trail('delayed', delayed, normalNs),
      ...trail('delayed-delivered', delayed, delayedNs, delayedNs - normalNs),
      ...(fails ? trail('failed', never, delayedNs) : []),
    ],
    atEnd: params.atEnd,
    ...(params.database !== 'none' && { database: params.database }),
    ...(params.maxActiveMessages !== 'none' && {
      capacity: {
        parameter: 'maxActiveMessages',
        max: params.maxActiveMessages,
        stays: [
          ...stay(delivered, normalNs),
          ...stay(delayed, delayedNs),
          ...stay(never, fails ? delayedNs : expiryNs),
        ],
      },
    }),
  };
}
