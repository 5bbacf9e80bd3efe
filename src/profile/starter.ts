/** `load init`: a bundled profile with every option of its workload as a comment. */

import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { EXECUTORS } from '../executors/table.ts';
import type { WorkloadDefinition } from '../workload/definition.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import { parametersOf } from '../workload/parameters.ts';
import type { KeySpec } from '../workload/record-plan.ts';
import { bundledFile } from './bundled.ts';
import { encodeKey } from './schema/key-schema.ts';

/**
 * A bundled profile to change: its own text, and beside it as comments what else could stand there.
 * @param file as the person will name it, for the commands in its head.
 */
export function starterProfile(name: string, file: string): string {
  const text = readFileSync(bundledFile(name), 'utf8').replace(/^# yaml-language-server:.*\n#\n/, '');
  const { scenarios, ...others } = parse(text) as Readonly<Record<string, Record<string, ScenarioInput>>>;
  const [scenario] = Object.values(scenarios!);
  const workload = definitionOf(scenario!.workload);
  const lines = text.split('\n').map((line) => withFile(line, name, file));
  const start = lines.indexOf('scenarios:');
  const next = lines.findIndex((line, i) => i > start && /^\w/.test(line));
  const own = lines.slice(0, next < 0 ? undefined : next);
  while (own.at(-1) === '') own.pop();
  const rest = next < 0 ? [] : ['', ...lines.slice(next)];
  while (rest.at(-1) === '') rest.pop();
  return `${[
    ...own,
    ...weightLines(workload, scenario!.fields ?? {}),
    ...parameterLines(workload),
    '    # In place of its executor:',
    ...[...EXECUTORS.values()]
      .filter(({ kind }) => kind !== scenario!.executor)
      .flatMap(({ kind, description, example }) => [
        `    # - ${description}`,
        ...[`executor: ${kind}`, ...example].map((line) => `    # ${line}`),
      ]),
    `    # key: ${keyText(workload.defaultKey)} # or ${otherKeys(workload)}`,
    ...(workload.avroSchema === null ? [] : ['    # format: avro # or json']),
    '    # anomalies: { duplicates: { rate: 0.01 }, late: { rate: 0.02, by: 5m } } # wrong on purpose: docs/anomalies.md',
    ...rest,
    ...Object.entries(blocksOf(workload.name)).flatMap(([block, lines]) => (block in others ? [] : ['', ...lines])),
  ].join('\n')}\n`;
}

interface ScenarioInput {
  readonly workload: string;
  readonly executor: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** In the commands of comments: `load plan atm` → `load plan mine.yaml`. */
function withFile(line: string, name: string, file: string): string {
  if (!line.includes('#')) return line;
  return line.replaceAll(new RegExp(`(\\bload (?:\\w+ )?(?:-p )?)${name}(?=[\\s\`]|$)`, 'g'), `$1${file}`);
}

/** Parts of a profile by their keys, as comments. What stands behind a # is an example: take the # away. */
function blocksOf(name: string): Readonly<Record<string, readonly string[]>> {
  return {
    kafka: [
      '# kafka: # properties of every client; with security.protocol, sasl.* and ssl.* a secured cluster',
      '#   client.id: load',
    ],
    producer: [
      '# producer: # any property of librdkafka, or of the Java client where it means the same',
      '#   acks: all',
      '#   linger.ms: 10',
      '#   compression.type: lz4',
    ],
    consumer: [
      '# consumer: # of `load consume -p` with this file',
      `#   group.id: ${name}-reader`,
      '#   auto.offset.reset: earliest',
    ],
    thresholds: [
      '# thresholds: # exit code 99 when one does not hold',
      '#   response_ms: ["p(99)<250"]',
      '#   failed: ["rate<0.001"]',
      '#   achieved: ["rate>0.999"] # of the planned rate',
    ],
  };
}

function parameterLines(workload: WorkloadDefinition): string[] {
  const lines = parametersOf(workload).map(({ name, describe, fallback }) =>
    fallback === undefined
      ? `    # ${name}: # ${describe}`
      : `    # ${name}: ${JSON.stringify(fallback)} # ${describe}`,
  );
  return lines.length === 0 ? [] : ['    # Parameters, for `params:`, and their defaults:', ...lines];
}

/** Weights that the profile does not name itself. */
function weightLines({ weightedFields }: WorkloadDefinition, named: Readonly<Record<string, unknown>>): string[] {
  const fields = Object.entries(weightedFields).filter(([field]) => !(field in named));
  if (fields.length === 0) return [];
  const isBegun = Object.keys(named).length > 0;
  return [
    ...(isBegun ? [] : ['    # fields: # the weights of single fields; values left out do not occur']),
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
  return stringify(encodeKey(key), { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}
