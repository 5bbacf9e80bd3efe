/** Which flags of `load run` are about one run, and which about several. Loaded at every start. */
import { InputError, type Problem } from '../errors.ts';
import type { Values } from './values.ts';

/** Of a single run: what they do once, or for as long as it runs. */
const NOT_REPEATED = [
  'queue',
  'ground-truth',
  'log-events',
  'wait-for-broker',
  'metrics-port',
  'metrics-host',
  'metrics-linger',
  'dry-run',
  'histogram',
  'allow-invalid',
];
/** Of a process that is started by itself, to be one of a run. */
const OF_ONE_SHARD = ['shard', 'run', 'bus', 'bus-servers', 'shard-wait'];
const NEEDS_REPEAT = ['max-repeat', 'settle', 'resume', 'baseline', 'gate'];

/** Whether the runs are repeated. @throws InputError where a flag has no meaning beside the others. */
export function isRepeated(values: Values): boolean {
  const isGiven = (name: string) => values[name] !== undefined && values[name] !== false;
  const repeated = isGiven('repeat');
  const without = repeated ? [] : NEEDS_REPEAT.filter(isGiven);
  const beside = repeated ? NOT_REPEATED.filter(isGiven) : [];
  const ofOne = repeated ? OF_ONE_SHARD.filter(isGiven) : [];
  const problems: Problem[] = [
    ...without.map((name) => ({ place: `--${name}`, message: 'is about repeated runs', hint: 'add --repeat 5' })),
    ...beside.map((name) => ({ place: `--${name}`, message: 'has no meaning with --repeat' })),
    ...ofOne.map((name) => ({
      place: `--${name}`,
      message: 'is of one process of one run, and repeated runs are started here',
      hint: '`--shards N` splits each of them over N processes of this machine',
    })),
  ];
  if (problems.length > 0) throw new InputError(problems);
  return repeated;
}
