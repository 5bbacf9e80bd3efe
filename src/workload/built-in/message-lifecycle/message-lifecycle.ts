/** Text messages on their way: each is reported sent, and later delivered, delayed or failed. */

import type { AvroRecordSchema, RecordIdentity, WorkloadDefinition } from '../../definition.ts';
import { parseUuidMarkAt } from '../../encoding/uuid-mark.ts';
import type { RecordPlan } from '../../record-plan.ts';
import { lifecycleParamsOf } from './defaults.ts';
import { lifecycleTrails } from './outcomes.ts';
import { PhoneBook } from './phone-book.ts';
import { idAt, LifecycleRecords } from './record.ts';
import { lifecycleTruth } from './truth.ts';

export const messageStatusSchema: AvroRecordSchema = {
  type: 'record',
  name: 'MessageStatus',
  namespace: 'load.messages',
  doc: 'What is known of a text message at a time.',
  fields: [
    { name: 'messageId', doc: 'The same in all states of a message.', type: { type: 'string', logicalType: 'uuid' } },
    { name: 'phoneNumber', doc: 'Recipient: country code 1, area code 555, seven digits.', type: 'long' },
    { name: 'carrier', doc: 'The recipient’s carrier: verizon, att or tmobile.', type: 'string' },
    { name: 'status', doc: 'sent, delivered, delayed or failed.', type: 'string' },
    { name: 'timestamp', doc: 'Since when.', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
};

/** About how the American market is split. */
const CARRIER_WEIGHTS = { verizon: 40, att: 30, tmobile: 30 } as const;

export const messageLifecycle: WorkloadDefinition = {
  name: 'message-lifecycle',
  description: 'text messages that are sent, and later delivered, delayed or never delivered',
  executorFlags: {
    batchInterval: {
      key: 'every',
      describe: 'from one batch of new messages to the next: `every` of the burst executor',
    },
    messagesPerBatch: { key: 'size', describe: 'new messages in a batch: `size` of the burst executor' },
  },
  fieldNames: messageStatusSchema.fields.map(({ name }) => name),
  keyFields: ['messageId', 'phoneNumber', 'carrier'],
  weightedFields: { carrier: CARRIER_WEIGHTS },
  explain: {
    messageId:
      'run tag, scenario and number of the message; with `mark: none` seed and scenario take the place of the run',
    phoneNumber: 'one of `totalPhoneNumbers`, all equally likely',
    carrier: 'the number’s own; the numbers are shared out by weights',
    status: 'that of this lane; which messages come to it follows from the rates',
    timestamp: 'when the record is due: start of the run + its place in the schedule',
  },
  avroSchema: messageStatusSchema,
  defaultKey: { kind: 'field', field: 'messageId' },
  defaultTopic: 'message_status',
  readMark: (payload, format) => parseUuidMarkAt(payload, idAt(format)),
  trails: (record, identity) => lifecycleTrails(lifecycleParamsOf(record), identity),
  groundTruth: (record, identity) => {
    const records = open(record, identity);
    const bodyOf = (number: number) => (record.mode === 'pooled' ? number % record.poolSize : number);
    return lifecycleTruth(record, identity, lifecycleParamsOf(record), (number) => {
      const { messageId, phoneNumber, carrier } = records.generate(bodyOf(number), number, 0);
      return { messageId, phoneNumber, carrier };
    });
  },
  open,
};

/** The numbers that the records of a scenario go to. */
export function phoneBookOf(record: RecordPlan): PhoneBook {
  const carrierWeights = record.fields.carrier?.weighted ?? CARRIER_WEIGHTS;
  return new PhoneBook(lifecycleParamsOf(record).totalPhoneNumbers, carrierWeights);
}

function open(record: RecordPlan, identity: RecordIdentity): LifecycleRecords {
  return new LifecycleRecords(record, identity, lifecycleParamsOf(record), phoneBookOf(record));
}
