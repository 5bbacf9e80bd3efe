/** The values that flags were given, out of what yargs read. What they mean is decided in profile/overrides.ts. */
import { InputError, type Problem } from '../errors.ts';
import { nearest, suggest } from '../nearest.ts';
import type { Overrides } from '../profile/overrides.ts';
import { parseDuration } from '../units.ts';
import type { Flags } from './flag-kinds.ts';
import { FORMATS, type Format, GENERAL_FLAGS, LOG_LEVELS, type LogLevel } from './flags.ts';

/** What yargs read: text, true, or a list where a flag stood several times. */
export type Values = Readonly<Record<string, unknown>>;

export function textValue(values: Values, name: string): string | undefined {
  const value = values[name];
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined ? undefined : String(last);
}

export function listValue(values: Values, name: string): readonly string[] {
  const value = values[name];
  return value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
}

export function isSet(values: Values, name: string): boolean {
  const value = values[name];
  return (Array.isArray(value) ? value.at(-1) : value) === true;
}

/** 0 where the flag is not given. @throws InputError with an example of what was expected. */
export function durationNsOf(values: Values, name: string): number {
  try {
    return parseDuration(textValue(values, name) ?? '0s');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map((problem) => ({ ...problem, place: `--${name}` })));
  }
}

/** What the flags change in the profile; absent ones change nothing. */
export function overridesOf(values: Values, params: Overrides['params'] = {}): Overrides {
  const given: Record<string, unknown> = {
    rate: textValue(values, 'rate'),
    duration: textValue(values, 'duration'),
    burst: isSet(values, 'burst') || undefined,
    messages: textValue(values, 'messages'),
    topic: textValue(values, 'topic'),
    topicSuffix: textValue(values, 'topic-suffix'),
    key: textValue(values, 'key'),
    recordFormat: textValue(values, 'record-format'),
    workers: textValue(values, 'workers'),
    seed: textValue(values, 'seed'),
    verify: isSet(values, 'verify') || undefined,
    bootstrapServers: textValue(values, 'bootstrap-servers'),
    schemaRegistryUrl: textValue(values, 'schema-registry-url'),
    producerConfig: listValue(values, 'producer-config'),
    set: listValue(values, 'set'),
    params,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/**
 * The flag, else LOG_LEVEL of the environment, else info.
 * @throws InputError with the nearest of what there is.
 */
export function logLevelOf(
  values: Values,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): LogLevel {
  const flag = textValue(values, 'log-level');
  const given = flag ?? (environment.LOG_LEVEL || 'info');
  const level = logLevelNamed(given);
  if (level !== undefined) return level;
  const hint = suggest(given.trim().toLowerCase(), LOG_LEVELS);
  const place = flag === undefined ? 'LOG_LEVEL' : '--log-level';
  throw new InputError([{ place, message: `\`${given}\` is not known`, ...(hint && { hint }) }]);
}

/** In any case, and as Python's logging and syslog have it: `WARNING`. */
export function logLevelNamed(text: string): LogLevel | undefined {
  const name = text.trim().toLowerCase();
  return LOG_LEVELS.find((level) => level === (name === 'warning' ? 'warn' : name));
}

/** @throws InputError with the nearest of what there is. */
export function formatOf(values: Values): Format {
  return oneOf(values, 'format', FORMATS);
}

/** @throws InputError with the nearest of what there is. */
export function oneOf<T extends string>(values: Values, name: string, choices: readonly T[]): T {
  const given = textValue(values, name) ?? '';
  const found = choices.find((choice) => choice === given);
  if (found !== undefined) return found;
  const hint = suggest(given, choices);
  throw new InputError([{ place: `--${name}`, message: `\`${given}\` is not known`, ...(hint && { hint }) }]);
}

/** What runs when no profile is named. */
export const DEFAULT_PROFILE = 'quickstart';

/** @throws InputError where -p and PROFILE say different things. */
export function profileOf(values: Values, withDefault = DEFAULT_PROFILE): string {
  const byFlag = textValue(values, 'profile');
  const byPlace = textValue(values, 'PROFILE') ?? textValue(values, 'EXPERIMENT');
  if (byFlag !== undefined && byPlace !== undefined && byFlag !== byPlace) {
    const hint = 'name the profile once';
    throw new InputError([{ place: '--profile', message: `\`${byFlag}\`, but also \`${byPlace}\``, hint }]);
  }
  return byFlag ?? byPlace ?? withDefault;
}

export function noSuchFlag(flag: string, near: string | undefined): Problem {
  const hint = near === undefined ? '--help lists the flags' : `did you mean \`--${near}\`?`;
  return { message: `there is no flag \`${flag}\``, hint };
}

/** Our flags by the names that other tools have for them, where these are not alike. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  broker: 'bootstrap-servers',
  brokers: 'bootstrap-servers',
  'broker-list': 'bootstrap-servers',
  servers: 'bootstrap-servers',
  count: 'messages',
  iterations: 'messages',
  'message-count': 'messages',
  'num-records': 'messages',
  throughput: 'rate',
  'message-size': 'size',
  'record-size': 'size',
  'producer-property': 'producer-config',
  'producer-props': 'producer-config',
  'consumer-property': 'consumer-config',
  registry: 'schema-registry-url',
  output: 'out',
};

/** Flags and words that no one asked for. `typed` is what yargs read with aliases stripped, `named` the words that have a name. */
export function unknownArguments(
  typed: Values,
  flags: Flags,
  named: readonly string[],
  positionals: readonly string[],
): Problem[] {
  const positional = ['_', '$0', ...named];
  const names = [...Object.keys(flags), ...GENERAL_FLAGS];
  const long = [...names, ...Object.values(flags).flatMap(({ alias }) => [alias ?? []].flat())];
  const unknown = Object.keys(typed).filter((name) => !names.includes(name) && !positional.includes(name));
  const problems = unknown.map((name): Problem => {
    const flag = name.length === 1 ? `-${name}` : `--${name}`;
    if (name.length === 1) return noSuchFlag(flag, undefined);
    const same = long.find((each) => each === ELSEWHERE[name]);
    const near = nearest(
      name,
      long.filter((each) => each.length > 1),
    );
    return noSuchFlag(flag, same ?? near);
  });
  return [
    ...problems,
    ...positionals.map((word) => ({ message: `unexpected argument \`${word}\``, hint: '--help lists the arguments' })),
  ];
}
