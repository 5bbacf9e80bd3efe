/** ATM transactions: the record, its schema, its parameters and its weights. The writer is record.ts. */
import type { AvroRecordSchema, WorkloadDefinition } from '../../definition.ts';
import { parseTextMarkAt } from '../../encoding/mark.ts';
import { type AtmParams, AtmRecords } from './record.ts';
import { idAt } from './text.ts';

export const atmDefaults: AtmParams = { atms: 100, users: 100_000 };

const string = (name: string, doc: string) => ({ name, doc, type: 'string' });

export const atmSchema: AvroRecordSchema = {
  type: 'record',
  name: 'AtmTransaction',
  namespace: 'load.atm',
  doc: 'One transaction at a cash machine.',
  fields: [
    string('transaction_id', 'Unique: <run tag>-<scenario>-<index>, 16 hex, 4 hex and 12 decimal digits.'),
    string('atm_id', 'ATM-<number>.'),
    string('region_id', 'Region of the machine.'),
    { name: 'amount', doc: 'In the unit of `currency`; 0 for a balance inquiry.', type: 'double' },
    string('status_code', 'SUCCESS, DECLINED, FAILED or TIMEOUT.'),
    string('user_id', 'Masked: the last six digits show.'),
    string('card_number', 'Masked: the last four digits show.'),
    string('transaction_type', 'WITHDRAWAL, BALANCE_INQUIRY, DEPOSIT or TRANSFER.'),
    string('location', 'Site, city and country code of the machine.'),
    string('currency', 'ISO 4217 code of the machine’s country.'),
    { name: 'timestamp', doc: 'When it happened.', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
};

const weightedFields = {
  status_code: { SUCCESS: 93, DECLINED: 4, FAILED: 2, TIMEOUT: 1 },
  transaction_type: { WITHDRAWAL: 55, BALANCE_INQUIRY: 25, DEPOSIT: 15, TRANSFER: 5 },
} as const;

const explain = {
  transaction_id:
    'the mark: run tag, scenario tag and index; with `mark: none` seed and scenario take the place of the run',
  atm_id: 'one machine of `atms`, all equally likely',
  region_id: 'fixed by the machine: the six regions are dealt out in turn',
  amount: 'drawn by transaction type and currency, small amounts more often; withdrawals in whole notes, inquiries 0',
  status_code: 'drawn by its weights',
  user_id: 'one card holder of `users`: one at home in the machine’s region, or a traveller, as one in fifty is',
  card_number: 'fixed by the card holder',
  transaction_type: 'drawn by its weights',
  location: 'fixed by the machine',
  currency: 'fixed by the machine: that of its country',
  timestamp: 'when the record is due: start of the run + its place in the schedule',
};

export const atm: WorkloadDefinition = {
  name: 'atm',
  description: 'ATM transactions from a fleet of cash machines over six regions',
  fieldNames: atmSchema.fields.map((field) => field.name),
  keyFields: ['atm_id', 'region_id', 'user_id', 'card_number'],
  weightedFields,
  explain,
  avroSchema: atmSchema,
  defaultKey: { kind: 'field', field: 'atm_id' },
  defaultTopic: 'atm-transactions',
  readMark: (payload, format) => parseTextMarkAt(payload, idAt(format)),
  open: (record, identity) =>
    new AtmRecords(
      record,
      identity,
      { ...atmDefaults, ...record.params },
      {
        status_code: record.fields.status_code?.weighted ?? weightedFields.status_code,
        transaction_type: record.fields.transaction_type?.weighted ?? weightedFields.transaction_type,
      },
    ),
};
