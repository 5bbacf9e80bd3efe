/** Text messages on their way: each is reported sent, and later delivered, delayed or failed. */
import { z } from 'zod';
import { InputError } from '../../../errors.ts';
import type { RecordPlan } from '../../../plan/plan.ts';
import { parseDuration } from '../../../units.ts';
import type { AvroRecordSchema, RecordIdentity, WorkloadDefinition } from '../../definition.ts';
import { parseUuidMarkAt } from '../../encoding/uuid-mark.ts';
import { lifecycleTrails } from './outcomes.ts';
import { PHONE_NUMBERS_MAX, PhoneBook } from './phone-book.ts';
import { idAt, LifecycleRecords } from './record.ts';
import { lifecycleTruth } from './truth.ts';

const rate = (fallback: number, describe: string) => z.number().min(0).max(1).default(fallback).describe(describe);

/** Stays as it is written: parameters go out with the result as they came. */
const duration = (fallback: string, describe: string) =>
  z
    .union([z.string(), z.number()], { error: 'expected a duration such as 30s or 3m' })
    .meta({ title: 'duration' })
    .superRefine((input, context) => {
      for (const { message, hint } of problemsOf(input)) {
        context.addIssue({ code: 'custom', message, params: { hint } });
      }
    })
    .default(fallback)
    .describe(describe);

function problemsOf(input: string | number): InputError['problems'] {
  try {
    return parseDuration(input) > 0 ? [] : [{ message: 'must be greater than 0', hint: 'write 30s' }];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems;
  }
}

/** Rates are read to six decimals, as weights are. */
const RATE_SLACK = 1e-6;

const params = z
  .strictObject({
    totalPhoneNumbers: z
      .int()
      .min(3)
      .max(PHONE_NUMBERS_MAX)
      .default(1000)
      .describe('phone numbers that messages go to, all equally often; each has one carrier'),
    maxActiveMessages: z
      .union([z.int().min(1), z.literal('none')], { error: 'expected a whole number of at least 1, or none' })
      .default(100)
      .describe('a batch is cut to the room there is below this many messages under way; none: no limit'),
    deliveredRate: rate(0.85, 'share of messages delivered after the normal time'),
    delayedRate: rate(0.1, 'share reported delayed after the normal time, and delivered after the delayed one'),
    neverDeliveredRate: rate(0.05, 'share that is never delivered; the three make 1'),
    normalDeliveryTime: duration('30s', 'from sent to delivered, and to delayed'),
    delayedDeliveryTime: duration('180s', 'from sent to delivered of a delayed message, and to failed'),
    neverDelivered: z
      .enum(['failed', 'silent'])
      .default('failed')
      .describe('whether a message that is never delivered is reported failed, or never heard of again'),
    expiry: duration('10m', 'after this a message never heard of again counts as active no more'),
    alertAfter: duration('60s', 'a message not delivered by then is one that the job under test must find'),
    database: z
      .string()
      .min(1)
      .default('none')
      .describe('SQLite file with each message and its state, to look at and to go on from after a crash; or none'),
    atEnd: z
      .enum(['finish', 'cut'])
      .default('finish')
      .describe('whether states that are due after the end of the run are still sent (it lasts longer) or left out'),
  })
  .superRefine((given, context) => {
    const { deliveredRate, delayedRate, neverDeliveredRate } = given;
    const sum = deliveredRate + delayedRate + neverDeliveredRate;
    if (Math.abs(sum - 1) > RATE_SLACK) {
      const message = `the rates make ${Number(sum.toFixed(6))}, not 1: delivered ${deliveredRate}, delayed ${delayedRate}, never delivered ${neverDeliveredRate}`;
      const hint = `deliveredRate ${Number((1 - delayedRate - neverDeliveredRate).toFixed(6))} would do`;
      context.addIssue({ code: 'custom', message, params: sum - deliveredRate <= 1 ? { hint } : {} });
    }
    const times = [given.normalDeliveryTime, given.delayedDeliveryTime];
    // What is no duration has its own message.
    if (times.some((time) => problemsOf(time).length > 0)) return;
    if (parseDuration(given.delayedDeliveryTime) <= parseDuration(given.normalDeliveryTime)) {
      const message = `must be longer than normalDeliveryTime, ${given.normalDeliveryTime}`;
      context.addIssue({ code: 'custom', path: ['delayedDeliveryTime'], message, params: {} });
    }
  });

export type LifecycleParams = z.output<typeof params>;

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
  params,
  executorFlags: {
    batchInterval: {
      key: 'every',
      describe: 'from one batch of new messages to the next: `every` of the burst executor',
    },
    messagesPerBatch: { key: 'size', describe: 'new messages in a batch: `size` of the burst executor' },
  },
  // What may be under way at a time holds for batches.
  firstExecutor: {
    kind: 'burst',
    keys: ['size: 50 # new messages of one batch', 'every: 60s', 'duration: 10m # new messages for so long'],
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
  trails: (record, identity) => lifecycleTrails(params.parse(record.params), identity),
  groundTruth: (record, identity) => {
    const records = open(record, identity);
    const bodyOf = (number: number) => (record.mode === 'pooled' ? number % record.poolSize : number);
    return lifecycleTruth(record, identity, params.parse(record.params), (number) => {
      const { messageId, phoneNumber, carrier } = records.generate(bodyOf(number), number, 0);
      return { messageId, phoneNumber, carrier };
    });
  },
  open,
};

/** The numbers that the records of a scenario go to. */
export function phoneBookOf(record: RecordPlan): PhoneBook {
  const carrierWeights = record.fields.carrier?.weighted ?? CARRIER_WEIGHTS;
  return new PhoneBook(params.parse(record.params).totalPhoneNumbers, carrierWeights);
}

function open(record: RecordPlan, identity: RecordIdentity): LifecycleRecords {
  return new LifecycleRecords(record, identity, params.parse(record.params), phoneBookOf(record));
}
