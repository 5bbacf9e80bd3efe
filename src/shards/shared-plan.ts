/** The plan of a sharded run as its processes share it. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Plan } from '../plan/plan.ts';
import { decode, encode } from '../verification/verify-file.ts';
import { CONNECTION } from './connection.ts';

const RUN_TAG_DIGITS = 16;
/** What results tell of a client. */
const TOLD_PROPERTIES = ['acks', 'bootstrap.servers'];

/** All processes of a run have the same: it is in every record's mark. */
export function runTagOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, RUN_TAG_DIGITS);
}

/** Of what all shards must have alike: which records, when, how they are split, and how they are sent. */
export function planHash({ lanes, seed, clock, runTag, workers, clients }: Plan): string {
  // Files of certificates, names and addresses may be another machine's own.
  const sending = clients.map(({ properties }) =>
    Object.entries(properties)
      .filter(([name]) => !CONNECTION.test(name))
      .sort(),
  );
  return createHash('sha256').update(encode({ lanes, seed, clock, runTag, workers, sending })).digest('hex');
}

/** The plan as one process would have it. */
export function wholePlan({ shard: _, ...plan }: Plan): Plan {
  return plan;
}

/** For the bus: without what may be secret, gzipped, base64. */
export function packPlan(plan: Plan): string {
  const { reading: _, database: __, ...whole } = wholePlan(plan);
  const clients = plan.clients.map(({ properties }) => ({
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => TOLD_PROPERTIES.includes(name))),
  }));
  const lanes = plan.lanes.map((lane) => ({ ...lane, headers: {} }));
  return gzipSync(encode({ ...whole, clients, lanes })).toString('base64');
}

export function unpackPlan(packed: string): Plan {
  return decode(gunzipSync(Buffer.from(packed, 'base64')).toString()) as Plan;
}
