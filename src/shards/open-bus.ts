/** Where the processes of a run meet. */
import { EXIT, InputError, LoadError } from '../errors.ts';
import { suggest } from '../nearest.ts';
import type { Bus, BusMember } from './bus.ts';
import { busNamesIn, DirectoryBus } from './directory-bus.ts';

export type BusPlace =
  | { readonly kind: 'directory'; readonly path: string }
  /** librdkafka's names. */
  | { readonly kind: 'kafka'; readonly properties: Readonly<Record<string, string>> };

const NAME = 'load-bus-';
/** What both a topic and a file may be called, with what is put around it. */
const ID = /^[\w.-]{1,200}$/;

/** @throws InputError of the ID; LoadError where the bus cannot be used: BUS_DIRECTORY; of a cluster what `Admin` throws. */
export async function openBus(where: BusPlace, run: BusMember): Promise<Bus> {
  if (!ID.test(run.id)) {
    const message = `\`${run.id}\` cannot be part of the names of topics and files`;
    const hint = '1 to 200 letters (a to z), digits, `.`, `_` and `-`';
    throw new InputError([{ place: 'run ID', message, hint }]);
  }
  const name = `${NAME}${run.id}`;
  if (where.kind === 'directory') return DirectoryBus.open(where.path, name, run);
  const { KafkaBus } = await import('./kafka-bus.ts');
  return KafkaBus.open(where.properties, name, run);
}

/**
 * As `openBus`, of a run that was started there: makes nothing.
 * @throws LoadError NO_RUN with the nearest ID; as `openBus`.
 */
export async function openBusOf(where: BusPlace, run: BusMember): Promise<Bus> {
  const names = await namesOf(where);
  const ids = names.flatMap((name) => (name.startsWith(NAME) ? name.slice(NAME.length) : []));
  if (ids.includes(run.id)) return openBus(where, run);
  const place = where.kind === 'directory' ? `directory ${where.path}` : where.properties['bootstrap.servers'];
  throw new LoadError('NO_RUN', `there is no run \`${run.id}\` on ${place}`, {
    exitCode: EXIT.badInput,
    hint:
      suggest(run.id, ids) ??
      'the ID and the bus are those that the shards were given: --run, and --bus or --bus-servers',
  });
}

async function namesOf(where: BusPlace): Promise<string[]> {
  if (where.kind === 'directory') return busNamesIn(where.path);
  const { KafkaBus } = await import('./kafka-bus.ts');
  return KafkaBus.names(where.properties);
}
