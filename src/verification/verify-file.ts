/**
 * verify.json in a result directory: what of a run its log can be compared with at any time, beside the ledger in
 * result.json. Client properties and headers, which may be secret, are not in it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { WorkerMeasurement } from '../recorder/measurement.ts';
import { writeWhole } from '../whole-file.ts';
import { type LedgerFacts, scheduledOf } from './ledger-facts.ts';

export const VERIFY_FILE = 'verify.json';
const VERSION = 1;

export interface VerifyFile {
  readonly version: typeof VERSION;
  /** As it was run: schema ids, partition counts, workers, pools. */
  readonly plan: Plan;
  readonly scheduled: LedgerFacts['scheduled'];
}

export async function writeVerifyFile(
  directory: string,
  { reading: _, database: __, ...plan }: Plan,
  workers: readonly WorkerMeasurement[],
): Promise<string> {
  const file: VerifyFile = {
    version: VERSION,
    plan: {
      ...plan,
      clients: plan.clients.map(() => ({ properties: {} })),
      lanes: plan.lanes.map((lane) => ({ ...lane, headers: {} })),
    },
    scheduled: scheduledOf(plan, workers),
  };
  return writeWhole(join(directory, VERIFY_FILE), `${encode(file)}\n`);
}

/** @throws InputError where it is not there, or of another version. */
export function readVerifyFile(directory: string): VerifyFile {
  const place = join(directory, VERIFY_FILE);
  let file: VerifyFile;
  try {
    file = decode(readFileSync(place, 'utf8')) as VerifyFile;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const message = isMissing ? 'there is no such file' : `it is damaged: ${(error as Error).message}`;
    const hint = 'a run writes it when it has ended; one that was killed, or of an earlier version, cannot be verified';
    throw new InputError([{ place, message, hint }]);
  }
  if (file.version === VERSION && Array.isArray(file.plan?.lanes) && Array.isArray(file.scheduled)) {
    // Until scenarios could have several, a lane named its topic alone.
    const lanes = file.plan.lanes.map((lane) => ({ ...ONE_TOPIC, ...lane, topics: lane.topics ?? [lane.topic] }));
    return { ...file, plan: { ...file.plan, lanes } };
  }
  if (file.version === VERSION) throw new InputError([{ place, message: 'it is damaged: it has no plan' }]);
  const message = `version ${file.version} is not known, only ${VERSION}`;
  throw new InputError([{ place, message, hint: 'another version of the engine wrote it' }]);
}

const ONE_TOPIC = { spread: { kind: 'round-robin' } } as const;

/** What JSON has no way to write. */
const TYPED = { Float64Array, Int32Array, Uint32Array, Uint8Array } as const;
type Typed = { readonly $typed: keyof typeof TYPED; readonly values: readonly number[] };

/** JSON, with typed arrays and infinite numbers as objects of one key that begins with `$`. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_, each) => {
    if (each === Number.POSITIVE_INFINITY) return { $number: 'Infinity' };
    if (each === Number.NEGATIVE_INFINITY) return { $number: '-Infinity' };
    if (!ArrayBuffer.isView(each)) return each;
    const { name } = each.constructor;
    if (!Object.hasOwn(TYPED, name)) throw new Error(`a plan with a ${name}`);
    return { $typed: name, values: Array.from(each as Float64Array) };
  });
}

export function decode(text: string): unknown {
  return JSON.parse(text, (_, each) => {
    if (typeof each !== 'object' || each === null) return each;
    if ('$number' in each) return Number(each.$number);
    if (!('$typed' in each)) return each;
    const { $typed, values } = each as Typed;
    return TYPED[$typed].from(values);
  });
}
