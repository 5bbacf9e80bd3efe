/** Where the processes of a run meet. */
import { InputError } from '../errors.ts';
import type { Bus, BusMember } from './bus.ts';
import { DirectoryBus } from './directory-bus.ts';

export type BusPlace =
  | { readonly kind: 'directory'; readonly path: string }
  /** librdkafka's names. */
  | { readonly kind: 'kafka'; readonly properties: Readonly<Record<string, string>> };

/** What both a topic and a file may be called, with what is put around it. */
const ID = /^[\w.-]{1,200}$/;

/** @throws InputError of the ID; LoadError where the bus cannot be used: BUS_DIRECTORY; of a cluster what `Admin` throws. */
export async function openBus(where: BusPlace, run: BusMember): Promise<Bus> {
  if (!ID.test(run.id)) {
    const message = `\`${run.id}\` cannot be part of the names of topics and files`;
    const hint = '1 to 200 letters (a to z), digits, `.`, `_` and `-`';
    throw new InputError([{ place: 'run ID', message, hint }]);
  }
  const name = `load-bus-${run.id}`;
  if (where.kind === 'directory') return DirectoryBus.open(where.path, name, run);
  const { KafkaBus } = await import('./kafka-bus.ts');
  return KafkaBus.open(where.properties, name, run);
}
