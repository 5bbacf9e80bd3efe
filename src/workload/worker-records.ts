/** Loads only the code that a worker's records need: loading all workloads takes longer than a short run. */

import type { BuiltIn } from './built-in/built-in.ts';
import { overridesOf, type WorkloadDefinition } from './definition.ts';
import type { RecordPlan } from './record-plan.ts';
import type { WorkloadReference } from './reference.ts';
import type { OpenRecords } from './source/open-source.ts';

const BUILT_IN: Readonly<Record<BuiltIn, () => Promise<WorkloadDefinition>>> = {
  atm: async () => (await import('./built-in/atm/atm.ts')).atm,
  bytes: async () => (await import('./built-in/bytes.ts')).bytes,
  ecommerce: async () => (await import('./built-in/ecommerce/ecommerce.ts')).ecommerce,
  'web-events': async () => (await import('./built-in/web-events/web-events.ts')).webEvents,
  'message-lifecycle': async () => (await import('./built-in/message-lifecycle/message-lifecycle.ts')).messageLifecycle,
  'sms-alerts': async () => (await import('./built-in/sms-alerts/sms-alerts.ts')).smsAlerts,
};

/**
 * @param records every record plan the worker will open, including those of foreign keys.
 * @throws InputError if a file changed since the run was planned.
 */
export async function loadRecords(records: readonly RecordPlan[]): Promise<OpenRecords> {
  const definitions = new Map<string, WorkloadDefinition>();
  const keyOf = ({ workload }: RecordPlan) => JSON.stringify(workload);
  for (const record of records) {
    const key = keyOf(record);
    if (!definitions.has(key)) definitions.set(key, await load(record.workload));
  }
  const definitionOf = (record: RecordPlan) => definitions.get(keyOf(record))!;
  if (records.every((record) => overridesOf(definitionOf(record), record.fields).length === 0)) {
    return (record, identity, keysOf) => definitionOf(record).open(record, identity, keysOf);
  }
  const { openOverridden } = await import('./schema/overrides/overridden-records.ts');
  return (record, identity, keysOf) => openOverridden(definitionOf(record), record, identity, keysOf);
}

async function load(reference: WorkloadReference): Promise<WorkloadDefinition> {
  if (typeof reference === 'string') return BUILT_IN[reference as BuiltIn]();
  if ('module' in reference) return (await import('./module/module-workload.ts')).moduleOf(reference);
  if ('file' in reference) return (await import('./file/file-workload.ts')).fileOf(reference);
  return (await import('./schema/schema-workload.ts')).schemaOf(reference);
}
