/** Properties of the original's Kafka driver, which are the Java client's, as ours. */
import { formatProblem } from '../errors.ts';
import { checkClientProperties, type PropertyRole } from '../profile/client-properties/client-properties.ts';
import { OWNED_BY_ENGINE } from '../profile/consumer-groups.ts';
import type { OmbDriver } from './omb-files.ts';

type Properties = Readonly<Record<string, string>>;

export interface DriverProperties {
  readonly kafka: Properties;
  readonly producer: Properties;
  readonly consumer: Properties;
  /** What is not carried over, a line each. */
  readonly notes: readonly string[];
}

type Block = Exclude<keyof DriverProperties, 'notes'>;

/** Where a property goes: the first choice whose blocks all or in part take it. */
const CHOICES: readonly (readonly [config: keyof OmbDriver, choices: readonly (readonly [Block, PropertyRole])[][]])[] =
  [
    [
      'commonConfig',
      [
        [['kafka', 'both']],
        [
          ['producer', 'producer'],
          ['consumer', 'consumer'],
        ],
      ],
    ],
    ['producerConfig', [[['producer', 'producer']]]],
    ['consumerConfig', [[['consumer', 'consumer']]]],
  ];

/** What the Java client (3.0 and later) does where librdkafka does otherwise. */
const JAVA_DEFAULTS: Properties = {
  'batch.size': '16384',
  'linger.ms': '0',
  'max.in.flight.requests.per.connection': '5',
  // Only the Java client places records by this hash, and it sticks to a partition where there is no key.
  partitioner: 'murmur2_random',
};

/** Means the same here, or has its place elsewhere in the profile. */
const COVERED: readonly string[] = ['auto.offset.reset', 'group.id', 'key.serializer', 'value.serializer'];

export function driverProperties(driver: OmbDriver): DriverProperties {
  const blocks = { kafka: {}, producer: {}, consumer: {} } as Record<Block, Record<string, string>>;
  const notes: string[] = [];
  for (const [config, choices] of CHOICES) {
    for (const [name, value] of Object.entries(driver[config] as Properties).flatMap(withoutJaas)) {
      if (COVERED.includes(name)) continue;
      const problem =
        name === 'enable.auto.commit' && value === 'false' ? COMMITS : place(blocks, choices, name, value);
      if (problem !== undefined) notes.push(`${config}: ${name}: ${problem}`);
      if (value.includes('{zone.id}')) notes.push(`${config}: ${name}: \`{zone.id}\` is not replaced`);
    }
  }
  return {
    ...blocks,
    producer: { ...javaDefaults({ ...blocks.kafka, ...blocks.producer }), ...blocks.producer },
    notes,
  };
}

const JAVA_CLASS = /^[a-z]\w*(\.\w+)+\.[A-Z]\w+$/;

/** The login, out of the text for Java's login module. */
function withoutJaas([name, value]: [string, string]): [string, string][] {
  const of = (key: string) => new RegExp(`\\b${key}=(['"])(.*?)\\1`).exec(value)?.[2];
  const [username, password] = [of('username'), of('password')];
  if (name !== 'sasl.jaas.config' || username === undefined || password === undefined) return [[name, value]];
  return [
    ['sasl.username', username],
    ['sasl.password', password],
  ];
}

const COMMITS = 'the original commits after every poll; here every `auto.commit.interval.ms`, 5 s by default';

/** @returns why no block takes it. */
function place(
  blocks: Record<Block, Record<string, string>>,
  choices: readonly (readonly (readonly [Block, PropertyRole])[])[],
  name: string,
  value: string,
): string | undefined {
  let refused: string | undefined;
  for (const choice of choices) {
    const taken = choice.map(([block, role]) => {
      const { properties, problems } = checkClientProperties({ [name]: value }, role);
      const owned = block === 'consumer' ? OWNED_BY_ENGINE[name] : undefined;
      const problem =
        owned !== undefined
          ? { message: `belongs to the engine: ${owned.reason}` }
          : (problems[0] ?? (JAVA_CLASS.test(value) ? { message: 'names a Java class' } : undefined));
      if (problem === undefined) Object.assign(blocks[block], properties);
      return problem && formatProblem(problem).replace(`\`${name}\` `, '');
    });
    if (taken.includes(undefined)) return undefined;
    refused = taken[0];
  }
  return refused;
}

function javaDefaults(given: Properties): Properties {
  const missing = Object.entries(JAVA_DEFAULTS).filter(([name]) => !(name in given));
  const isIdempotent = ['all', '-1', undefined].includes(given.acks) && !('enable.idempotence' in given);
  const inFlight = Number(given['max.in.flight.requests.per.connection'] ?? 5);
  return {
    ...Object.fromEntries(missing),
    ...(isIdempotent && inFlight <= 5 && { 'enable.idempotence': 'true' }),
  };
}
