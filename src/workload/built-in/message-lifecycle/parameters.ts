/** Schema of a message-lifecycle scenario's `params`. */
import { z } from 'zod';
import { InputError } from '../../../errors.ts';
import { parseDuration } from '../../../units.ts';
import { lifecycleDefaults } from './defaults.ts';
import { PHONE_NUMBERS_MAX } from './phone-book.ts';

const rate = (fallback: number, describe: string) => z.number().min(0).max(1).default(fallback).describe(describe);

/** Not parsed here: the result reports parameters as written. */
const duration = (fallback: string | number, describe: string) =>
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

/** Rates are rounded to six decimals, like weights. */
const RATE_SLACK = 1e-6;

export const lifecycleParams = z
  .strictObject({
    totalPhoneNumbers: z
      .int()
      .min(3)
      .max(PHONE_NUMBERS_MAX)
      .default(lifecycleDefaults.totalPhoneNumbers)
      .describe('phone numbers that messages go to, all equally often; each has one carrier'),
    maxActiveMessages: z
      .union([z.int().min(1), z.literal('none')], { error: 'expected a whole number of at least 1, or none' })
      .default(lifecycleDefaults.maxActiveMessages)
      .describe('a batch is cut to the room there is below this many messages under way; none: no limit'),
    deliveredRate: rate(lifecycleDefaults.deliveredRate, 'share of messages delivered after the normal time'),
    delayedRate: rate(
      lifecycleDefaults.delayedRate,
      'share reported delayed after the normal time, and delivered after the delayed one',
    ),
    neverDeliveredRate: rate(lifecycleDefaults.neverDeliveredRate, 'share that is never delivered; the three make 1'),
    normalDeliveryTime: duration(lifecycleDefaults.normalDeliveryTime, 'from sent to delivered, and to delayed'),
    delayedDeliveryTime: duration(
      lifecycleDefaults.delayedDeliveryTime,
      'from sent to delivered of a delayed message, and to failed',
    ),
    neverDelivered: z
      .enum(['failed', 'silent'])
      .default(lifecycleDefaults.neverDelivered)
      .describe('whether a message that is never delivered is reported failed, or never heard of again'),
    expiry: duration(lifecycleDefaults.expiry, 'after this a message never heard of again counts as active no more'),
    alertAfter: duration(
      lifecycleDefaults.alertAfter,
      'a message not delivered by then is one that the job under test must find',
    ),
    database: z
      .string()
      .min(1)
      .default(lifecycleDefaults.database)
      .describe(
        'SQLite file with each message and its state, to look at and to go on from after a crash; auto: messages.db in the result directory, up to 100 new messages a second; or none',
      ),
    atEnd: z
      .enum(['finish', 'cut'])
      .default(lifecycleDefaults.atEnd)
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
    // Invalid durations are reported elsewhere.
    if (times.some((time) => problemsOf(time).length > 0)) return;
    if (parseDuration(given.delayedDeliveryTime) <= parseDuration(given.normalDeliveryTime)) {
      const message = `must be longer than normalDeliveryTime, ${given.normalDeliveryTime}`;
      context.addIssue({ code: 'custom', path: ['delayedDeliveryTime'], message, params: {} });
    }
  });
