/** What flags change in a profile, as written on the command line; the API takes the same. */
import type { Problem } from '../errors.ts';
import { suggest } from '../nearest.ts';

export interface Overrides {
  /** `-r`: a constant total rate in place of the profile's executors; without a unit it counts against their `timeUnit`. */
  readonly rate?: string | number;
  /** `-t`: the run is cut or extended to this; `endless`: until it is stopped. */
  readonly duration?: string | number;
  /** `-b`: alone as fast as acknowledgements allow, with a rate that many at the start of each second. */
  readonly burst?: boolean;
  /** `-n`: the run stops after this many messages. */
  readonly messages?: string | number;
  readonly topic?: string;
  /** Appended to the name of every topic, which keeps its settings; the profile's hash ignores it. */
  readonly topicSuffix?: string;
  readonly key?: string;
  /** `avro` or `json`: what every scenario's records are. */
  readonly recordFormat?: string;
  readonly workers?: string | number;
  readonly seed?: string | number;
  /** `--verify`: as `verify: true` in the profile. */
  readonly verify?: boolean;
  readonly bootstrapServers?: string;
  readonly schemaRegistryUrl?: string;
  /** `-X name=value` */
  readonly producerConfig?: readonly string[];
  /** `-X name=value` of `consume` */
  readonly consumerConfig?: readonly string[];
  /** `--set path.to.value=V` */
  readonly set?: readonly string[];
  /** The workload's own parameters by name. */
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Whether an override is a list: one by one, so that a new one is not forgotten. */
const IS_LIST = {
  rate: false,
  duration: false,
  burst: false,
  messages: false,
  topic: false,
  topicSuffix: false,
  key: false,
  workers: false,
  seed: false,
  verify: false,
  bootstrapServers: false,
  schemaRegistryUrl: false,
  recordFormat: false,
  producerConfig: true,
  consumerConfig: true,
  set: true,
  params: false,
} satisfies Record<keyof Overrides, boolean>;

export function isOverride(name: string): name is keyof Overrides {
  return Object.hasOwn(IS_LIST, name);
}

/**
 * What JavaScript lets pass: names that are none, text in place of a list, and overrides beside `overrides`.
 * @param options what `overrides` stands in.
 */
export function overridesProblems(overrides: Overrides, options: object): Problem[] {
  if (typeof overrides !== 'object' || overrides === null || Array.isArray(overrides)) {
    return [{ place: 'overrides', message: 'expected an object', hint: '{ overrides: { rate: 5 } }' }];
  }
  const names = Object.keys(IS_LIST);
  const unknown = Object.keys(overrides).flatMap((name): Problem[] => {
    if (!isOverride(name)) {
      const hint = suggest(name, names);
      return [{ place: 'overrides', message: `there is no override \`${name}\``, ...(hint !== undefined && { hint }) }];
    }
    const value: unknown = overrides[name];
    const isFlag = name === 'burst' || name === 'verify';
    const isWrong = IS_LIST[name] ? !Array.isArray(value) : isFlag && typeof value !== 'boolean';
    if (!isWrong || value === undefined) return [];
    const expected = IS_LIST[name] ? 'a list of texts' : 'true or false';
    return [{ place: `overrides.${name}`, message: `expected ${expected}` }];
  });
  const outside = Object.keys(options).filter(isOverride);
  const misplaced = outside.map((name) => ({
    message: `\`${name}\` is not an option`,
    hint: `it is an override: { overrides: { ${name}: … } }`,
  }));
  return [...unknown, ...misplaced];
}
