/** The `params` of a message-lifecycle scenario and their defaults; parameters.ts checks them. */
import type { RecordPlan } from '../../record-plan.ts';

export interface LifecycleParams {
  readonly totalPhoneNumbers: number;
  readonly maxActiveMessages: number | 'none';
  readonly deliveredRate: number;
  readonly delayedRate: number;
  readonly neverDeliveredRate: number;
  readonly normalDeliveryTime: string | number;
  readonly delayedDeliveryTime: string | number;
  readonly neverDelivered: 'failed' | 'silent';
  readonly expiry: string | number;
  readonly alertAfter: string | number;
  readonly database: string;
  readonly atEnd: 'finish' | 'cut';
}

export const lifecycleDefaults: LifecycleParams = {
  totalPhoneNumbers: 1000,
  maxActiveMessages: 100,
  deliveredRate: 0.85,
  delayedRate: 0.1,
  neverDeliveredRate: 0.05,
  normalDeliveryTime: '30s',
  delayedDeliveryTime: '180s',
  neverDelivered: 'failed',
  expiry: '10m',
  alertAfter: '60s',
  database: 'auto',
  atEnd: 'finish',
};

export function lifecycleParamsOf({ params }: RecordPlan): LifecycleParams {
  return { ...lifecycleDefaults, ...params };
}
