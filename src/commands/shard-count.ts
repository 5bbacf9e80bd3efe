/** How many processes of this machine `load run` is split over. Loaded at every start. */
import { InputError, type Problem } from '../errors.ts';
import type { Invocation } from './invocation.ts';
import { isSet, textValue, type Values } from './values.ts';

const SHARDS_MAX = 1_000;
/** Flags of a process that is one of several. */
const OF_A_SHARD = ['run', 'bus', 'bus-servers', 'shard-wait'];
/** What a process that is one shard is given, and `--shards` makes itself. */
const OF_ONE_SHARD = ['run', 'bus', 'bus-servers'];
const NOT_SPLIT = ['log-events', 'ground-truth', 'dry-run', 'queue'];

/** 1 also in a process that is a shard itself. @throws InputError where it is not a number, and of flags without effect. */
export function localShardsOf({ values, args }: Pick<Invocation, 'values' | 'args'>): number {
  const text = textValue(values, 'shards');
  if (textValue(values, 'shard') !== undefined) {
    // Not where a file of settings has it: shards of `--shards` read the same one.
    if (args.some((arg) => /^--shards(=|$)/.test(arg))) throw new InputError([bothGiven]);
    return 1;
  }
  if (text === undefined) return 1;
  const shards = Number(text);
  const problems = OF_ONE_SHARD.filter((name) => shards > 1 && isGiven(values, name)).map(ofOneShard);
  if (problems.length > 0) throw new InputError(problems);
  if (/^\d+$/.test(text) && shards >= 1 && shards <= SHARDS_MAX) return shards;
  const message = `\`${text}\` is not a number of processes`;
  throw new InputError([{ place: '--shards', message, hint: `1 to ${SHARDS_MAX}` }]);
}

/** @throws InputError with the flags of what one process does. */
export function checkSplitFlags(values: Values): void {
  const problems = NOT_SPLIT.filter((name) => isGiven(values, name)).map((name): Problem => {
    const message = 'does not work in a run of several processes';
    return { place: `--${name}`, message, hint: 'run it in one process' };
  });
  if (problems.length > 0) throw new InputError(problems);
}

function isGiven(values: Values, name: string): boolean {
  return textValue(values, name) !== undefined || isSet(values, name);
}

const bothGiven: Problem = {
  place: '--shards',
  message: 'starts all shards of a run, `--shard` is one of them',
  hint: 'leave one of them out',
};

function ofOneShard(name: string): Problem {
  const message = 'is for shards that are started one by one, with `--shard i/N`';
  return { place: `--${name}`, message, hint: 'leave it out: `--shards` makes an ID and a directory' };
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
