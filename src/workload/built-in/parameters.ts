/**
 * The parameters of the built-in workloads: profile keys, flags and docs. Apart from the workloads, so that a worker,
 * which gets them checked, does not load zod.
 */
import { z } from 'zod';
import { atmDefaults } from './atm/atm.ts';
import type { BuiltIn } from './built-in.ts';
import { bytesDefaults, SIZE_MAX } from './bytes.ts';
import { ecommerceDefaults } from './ecommerce/ecommerce.ts';
import { lifecycleParams } from './message-lifecycle/parameters.ts';
import { PHONE_NUMBERS } from './sms-alerts/record.ts';
import { smsAlertDefaults } from './sms-alerts/sms-alerts.ts';
import { webEventDefaults } from './web-events/web-events.ts';

const count = (max: number, fallback: number, describe: string, min = 1) =>
  z.int().min(min).max(max).default(fallback).describe(describe);

/** Strict and flat, every parameter with a default and a description. */
export const builtInParams: Readonly<Record<BuiltIn, z.ZodObject>> = {
  atm: z.strictObject({
    atms: count(100_000, atmDefaults.atms, 'cash machines, dealt over the six regions in turn'),
    users: count(1_000_000, atmDefaults.users, 'card holders; each has one card and one home region'),
  }),
  bytes: z
    .strictObject({
      size: count(SIZE_MAX, bytesDefaults.size, 'bytes of a record; the smallest when sizeMax is given'),
      sizeMax: count(SIZE_MAX, bytesDefaults.sizeMax, 'bytes of the largest record; 0: every record has size', 0),
      sizeDistribution: z
        .enum(['uniform', 'lognormal'])
        .default(bytesDefaults.sizeDistribution)
        .describe('sizes between size and sizeMax: even, or log-normal around their geometric mean'),
      entropy: z
        .number()
        .min(0)
        .max(1)
        .default(bytesDefaults.entropy)
        .describe('random share of a record; the rest compresses to nothing'),
    })
    .refine(({ size, sizeMax }) => sizeMax === 0 || sizeMax >= size, {
      path: ['sizeMax'],
      message: 'must be 0 or at least size',
    }),
  ecommerce: z.strictObject({
    users: count(
      999_999_999,
      ecommerceDefaults.users,
      'customers, dealt over the cities in turn; each lives in one place',
      100,
    ),
  }),
  'web-events': z.strictObject({
    users: count(1_000_000, webEventDefaults.users, 'visitors, numbered from 1'),
    products: count(9999, webEventDefaults.products, 'products on sale, dealt over the categories in turn'),
  }),
  'message-lifecycle': lifecycleParams,
  'sms-alerts': z.strictObject({
    recipients: count(PHONE_NUMBERS, smsAlertDefaults.recipients, 'phone numbers that alerts go to, all equally often'),
  }),
};
