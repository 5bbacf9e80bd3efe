/** How many processes of this machine `load run` is split over. Loaded at every start. */
import { InputError } from '../errors.ts';
import { textValue, type Values } from './values.ts';

const SHARDS_MAX = 1_000;
/** Flags of a process that is one of several. */
const OF_A_SHARD = ['run', 'bus', 'bus-servers', 'shard-wait'];

/** 1 also in a process that is a shard itself. @throws InputError where it is not a number from 1 to 1,000. */
export function localShardsOf(values: Values): number {
  const text = textValue(values, 'shards');
  if (text === undefined || textValue(values, 'shard') !== undefined) return 1;
  const shards = Number(text);
  if (/^\d+$/.test(text) && shards >= 1 && shards <= SHARDS_MAX) return shards;
  const message = `\`${text}\` is not a number of processes`;
  throw new InputError([{ place: '--shards', message, hint: '1 to 1000' }]);
}

/** A process that is none of several would send the whole load. @throws InputError with all flags of one that is. */
export function checkAlone(values: Values): void {
  const given = OF_A_SHARD.filter((flag) => textValue(values, flag) !== undefined);
  const hint = '`--shard i/N`: N processes with the same --run, i from 0 to N - 1';
  if (given.length > 0) {
    throw new InputError(
      given.map((flag) => ({ place: `--${flag}`, message: 'has no meaning without `--shard`', hint })),
    );
  }
}
