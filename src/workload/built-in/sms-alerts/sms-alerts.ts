/** Emergency alerts to be sent as text messages: the record, its schema and its parameters. */
import type { AvroRecordSchema, WorkloadDefinition } from '../../definition.ts';
import { parseTextMarkAt } from '../../encoding/mark.ts';
import { ALERT_WEIGHTS } from './alerts.ts';
import { idAt, SmsAlertRecords } from './record.ts';

export const smsAlertDefaults = { recipients: 1_000_000 };

const string = (name: string, doc: string) => ({ name, doc, type: 'string' });

export const smsAlertSchema: AvroRecordSchema = {
  type: 'record',
  name: 'SmsAlert',
  namespace: 'load.sms',
  doc: 'An alert for one phone number, waiting to be sent.',
  fields: [
    string('id', 'Unique: <run tag>-<scenario>-<index>, 16 hex, 4 hex and 12 decimal digits.'),
    string('phone_number', 'Recipient, E.164: +1555 and seven digits.'),
    string('alert_type', `One of ${Object.keys(ALERT_WEIGHTS).join(', ')}.`),
    string('text', 'What is sent, ASCII.'),
    { name: 'created_at', doc: 'When it was issued.', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
};

export const smsAlerts: WorkloadDefinition = {
  name: 'sms-alerts',
  description: 'emergency alerts to random phone numbers, for senders to take from a queue',
  fieldNames: smsAlertSchema.fields.map((field) => field.name),
  keyFields: ['phone_number', 'alert_type'],
  weightedFields: { alert_type: ALERT_WEIGHTS },
  explain: {
    id: 'the mark: run tag, scenario tag and index; with `mark: none` seed and scenario take the place of the run',
    phone_number: 'one of `recipients` numbers, all equally likely',
    alert_type: 'drawn by its weights',
    text: 'one of the texts of its type, all equally likely',
    created_at: 'when the record is due: start of the run + its place in the schedule',
  },
  avroSchema: smsAlertSchema,
  defaultKey: { kind: 'field', field: 'phone_number' },
  defaultTopic: 'sms-alerts',
  readMark: (payload, format) => parseTextMarkAt(payload, idAt(format)),
  open: (record, identity) =>
    new SmsAlertRecords(
      record,
      identity,
      { ...smsAlertDefaults, ...record.params }.recipients,
      record.fields.alert_type?.weighted ?? ALERT_WEIGHTS,
    ),
};
