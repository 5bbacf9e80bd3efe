/** A first profile for a workload: what it can say, with every parameter at its default and what it means. */
import { stringify } from 'yaml';
import type { WorkloadDefinition } from '../workload/definition.ts';
import { parametersOf } from '../workload/parameters.ts';
import type { KeySpec } from './profile.ts';
import { renderKey } from './render.ts';
import { EXECUTOR_MEANING, type ExecutorKind } from './schema/executor-schema.ts';

/** Keys of a scenario, as they stand in the file. */
export const EXECUTOR_EXAMPLES: Readonly<Record<ExecutorKind, readonly string[]>> = {
  'constant-arrival-rate': ['rate: 5 # a second; or 600/m, 1000/h', 'duration: 1m'],
  'ramping-arrival-rate': [
    'startRate: 0',
    'stages: # straight lines from one target to the next',
    '  - { target: 100, duration: 1m }',
    '  - { target: 100, duration: 10m }',
    '  - { target: 0, duration: 1m }',
  ],
  burst: ['size: 100 # messages back to back', 'every: 1s', 'duration: 1m'],
  sine: ['mean: 100', 'amplitude: 50', 'period: 10m', 'duration: 30m'],
  replay: [
    'rows: # or `file:`, a CSV of second,rate',
    '  - { second: 0, rate: 20 }',
    '  - { second: 30, rate: 80 }',
    '  - { second: 60, rate: 10 }',
  ],
  'max-throughput': ['duration: 30s # as fast as acknowledgements allow'],
};

/** @param file as the person will name it, for the commands in its head. */
export function starterProfile(workload: WorkloadDefinition, file: string): string {
  const { name, description, defaultTopic } = workload;
  return `${[
    `# ${sentence(description)}.`,
    '#',
    `#     load plan ${file}                 what it would send, and when; nothing is sent`,
    `#     load sample ${file} --explain     its records, and where each field comes from`,
    `#     load ${file}                      runs it`,
    '#',
    '# What stands behind a # is an example: take the # away. docs/profile.md has every key.',
    'version: 1',
    `name: ${name}`,
    'seed: 42 # the same seed gives the same records',
    '',
    'kafka: # properties of every client; with security.protocol, sasl.* and ssl.* a secured cluster',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the profile's own variable
    '  bootstrap.servers: "${KAFKA_BOOTSTRAP_SERVERS:-embedded}" # host:port, or the broker that comes along',
    '# producer: # any property of librdkafka, or of the Java client where it means the same',
    '#   acks: all',
    '#   linger.ms: 10',
    '#   compression.type: lz4',
    `# consumer: # of \`load consume -p ${file}\``,
    `#   group.id: ${name}-reader`,
    '#   auto.offset.reset: earliest',
    '',
    'topics:',
    `  ${defaultTopic}:`,
    '    partitions: 12 # when it is created; an existing topic stays as it is',
    '',
    'scenarios:',
    `  ${name}:`,
    `    workload: ${name}`,
    `    topic: ${defaultTopic}`,
    `    key: ${keyText(workload.defaultKey)} # or ${otherKeys(workload)}`,
    ...(workload.avroSchema === null ? [] : ['    format: avro # or json']),
    ...executorLines(workload),
    ...parameterLines(workload),
    ...weightLines(workload),
    '    # mess: { duplicates: { rate: 0.01 }, late: { rate: 0.02, by: 5m } } # wrong on purpose: docs/mess.md',
    '',
    '# thresholds: # exit code 99 when one does not hold',
    '#   response_ms: ["p(99)<250"]',
    '#   failed: ["rate<0.001"]',
    '#   achieved: ["rate>0.999"] # of the planned rate',
  ].join('\n')}\n`;
}

/** What a workload is begun with. */
export function firstExecutor({ firstExecutor: own }: WorkloadDefinition) {
  const kind: ExecutorKind = own?.kind ?? 'constant-arrival-rate';
  return { kind, keys: own?.keys ?? EXECUTOR_EXAMPLES[kind] };
}

function executorLines(workload: WorkloadDefinition): string[] {
  const first = firstExecutor(workload);
  const others = Object.entries(EXECUTOR_EXAMPLES).filter(([kind]) => kind !== first.kind);
  return [
    `    # ${EXECUTOR_MEANING[first.kind]}`,
    `    executor: ${first.kind}`,
    ...first.keys.map((line) => `    ${line}`),
    '    # In its place:',
    ...others.flatMap(([kind, lines]) => [
      `    # - ${EXECUTOR_MEANING[kind as ExecutorKind]}`,
      ...[`executor: ${kind}`, ...lines].map((line) => `    # ${line}`),
    ]),
  ];
}

function parameterLines(workload: WorkloadDefinition): string[] {
  const lines = parametersOf(workload).map(({ name, describe, fallback }) =>
    fallback === undefined
      ? `      # ${name}: # ${describe}`
      : `      ${name}: ${JSON.stringify(fallback)} # ${describe}`,
  );
  return lines.length === 0 ? [] : ['    params: # the defaults', ...lines];
}

function weightLines({ weightedFields }: WorkloadDefinition): string[] {
  const fields = Object.entries(weightedFields);
  if (fields.length === 0) return [];
  return [
    '    # fields: # the mix of single fields; values left out do not occur',
    ...fields.map(([field, weights]) => `    #   ${field}: { weighted: ${flow(weights)} }`),
  ];
}

function flow(weights: Readonly<Record<string, number>>): string {
  const pairs = Object.entries(weights).map(([value, weight]) => `${plain(value)}: ${weight}`);
  return `{ ${pairs.join(', ')} }`;
}

/** Quoted where YAML would read something else. */
function plain(text: string): string {
  return /^[A-Za-z_][\w-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

function otherKeys({ keyFields, defaultKey }: WorkloadDefinition): string {
  const fields = keyFields.filter((field) => defaultKey.kind !== 'field' || defaultKey.field !== field);
  const none = defaultKey.kind === 'none' ? [] : ['none'];
  return [...fields, ...none, '{ uniform: 1000 }', '{ zipf: { cardinality: 1000, exponent: 1 } }'].join(', ');
}

/** On one line. */
function keyText(key: KeySpec): string {
  return stringify(renderKey(key), { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
