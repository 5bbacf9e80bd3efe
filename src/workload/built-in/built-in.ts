/** The built-in workloads, by the names that profiles call them. */
import type { WorkloadDefinition } from '../definition.ts';
import { atm } from './atm/atm.ts';
import { bytes } from './bytes.ts';
import { ecommerce } from './ecommerce/ecommerce.ts';
import { messageLifecycle } from './message-lifecycle/message-lifecycle.ts';
import { smsAlerts } from './sms-alerts/sms-alerts.ts';
import { webEvents } from './web-events/web-events.ts';

const builtIn = {
  atm,
  bytes,
  ecommerce,
  'web-events': webEvents,
  'message-lifecycle': messageLifecycle,
  'sms-alerts': smsAlerts,
};

export type BuiltIn = keyof typeof builtIn;

export const workloads: Readonly<Record<string, WorkloadDefinition>> = builtIn;
