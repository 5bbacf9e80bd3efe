/** Flags that are another value for a key: put in the document, where the schema then looks at them. */

import type { Problem } from '../errors.ts';
import { kebab } from '../kebab.ts';
import { suggest } from '../nearest.ts';
import { valueAt } from '../value-at.ts';
import { paramsOf } from '../workload/parameters.ts';
import { canonicalProperty } from './client-properties/client-properties.ts';
import { type Path, type ProfileDocument, setValue, valuesOf } from './document.ts';
import type { Overrides } from './overrides.ts';
import { profileSchema } from './schema/schema.ts';
import { resolvePath } from './schema/schema-walk.ts';
import { countedTopicsSchema } from './schema/topic-schema.ts';
import { type DefinitionAt, profileValues } from './text-places.ts';

/** Changes the document and returns what could not be placed in it; later flags see what earlier ones did. */
export function applyDocumentOverrides(
  source: ProfileDocument,
  overrides: Overrides,
  definitionAt: DefinitionAt,
): Problem[] {
  const problems: Problem[] = [];
  const place = (path: Path, value: unknown, flag: string) => {
    if (value !== undefined) setValue(source, path, value, flag);
  };
  for (const text of overrides.set ?? []) {
    const [path, value] = splitAssignment(text);
    if (/\b__proto__\b/.test(path)) {
      problems.push({ place: `--set ${path}`, message: 'unknown key `__proto__`' });
      continue;
    }
    const resolved = value === undefined ? undefined : resolvePath(profileSchema, valuesOf(source), path);
    if (resolved === undefined) {
      problems.push({ place: `--set ${text}`, message: 'expected a path and a value', hint: 'e.g. --set workers=2' });
    } else if ('message' in resolved) {
      problems.push({ place: `--set ${path}`, ...resolved });
    } else {
      clearAliases(source, resolved);
      place(resolved, value, `--set ${path}`);
    }
  }
  problems.push(...placeProperties(source, 'producer', overrides.producerConfig ?? []));
  problems.push(...placeProperties(source, 'consumer', overrides.consumerConfig ?? []));
  if (overrides.bootstrapServers?.trim() === '') {
    // Mostly a variable that is not set: such a run must not pass for one on the broker that was meant.
    const hint =
      'e.g. localhost:9092, or embedded for the built-in cluster; without the flag the profile or the environment decides';
    problems.push({ place: '--bootstrap-servers', message: 'contains no server', hint });
  } else if (overrides.bootstrapServers !== undefined) {
    setValue(source, ['kafka', 'bootstrap.servers'], overrides.bootstrapServers, '--bootstrap-servers', true);
  }
  if (overrides.schemaRegistryUrl !== undefined) {
    setValue(source, ['schemaRegistry', 'url'], overrides.schemaRegistryUrl, '--schema-registry-url', true);
  }
  place(['workers'], overrides.workers, '--workers');
  place(['seed'], overrides.seed, '--seed');
  place(['verify'], overrides.verify, '--verify');
  for (const scenario of scenarioNames(source)) {
    if (overrides.topic !== undefined) setTopic(source, scenario, overrides.topic, definitionAt);
    place(['scenarios', scenario, 'key'], overrides.key, '--key');
    place(['scenarios', scenario, 'format'], overrides.recordFormat, '--record-format');
  }
  problems.push(...placeParams(source, overrides.params ?? {}, definitionAt));
  return problems;
}

function placeProperties(
  source: ProfileDocument,
  client: 'producer' | 'consumer',
  texts: readonly string[],
): Problem[] {
  return texts.flatMap((text): Problem[] => {
    const [name, value] = splitAssignment(text);
    if (value === undefined) {
      const example = client === 'producer' ? 'linger.ms=5' : 'fetch.min.bytes=1';
      return [{ place: `-X ${text}`, message: 'expected a name and a value', hint: `e.g. -X ${example}` }];
    }
    if (name === '__proto__') return [{ place: `-X ${name}`, message: 'unknown client property `__proto__`' }];
    const path = [canonicalProperty(name) === 'bootstrap.servers' ? 'kafka' : client, name];
    clearAliases(source, path);
    setValue(source, path, value, `-X ${name}`, true);
    return [];
  });
}

/** A property's other names in its block: the flag is what counts. */
function clearAliases(source: ProfileDocument, path: Path): void {
  const [block, name] = [path.slice(0, -1), String(path.at(-1))];
  if (!isPropertyBlock(block)) return;
  const written = valueAt(valuesOf(source), block);
  for (const other of typeof written === 'object' && written !== null ? Object.keys(written) : []) {
    if (other !== name && canonicalProperty(other) === canonicalProperty(name)) {
      source.document.deleteIn([...block, other]);
    }
  }
}

function isPropertyBlock(path: Path): boolean {
  const [first, , last] = path;
  if (path.length === 1) return ['kafka', 'producer', 'consumer'].includes(String(first));
  const inside = { scenarios: 'producer', consumers: 'config' }[String(first)];
  return path.length === 3 && inside === last;
}

/** The new topic keeps what the profile says about the old one. */
function setTopic(source: ProfileDocument, scenario: string, topic: string, definitionAt: DefinitionAt): void {
  const document = profileValues(source, definitionAt);
  const workload = definitionAt(valueAt(document, ['scenarios', scenario, 'workload']));
  const before = topicAt(document, scenario) ?? workload?.defaultTopic;
  setValue(source, ['scenarios', scenario, 'topic'], topic, '--topic', true);
  source.document.deleteIn(['scenarios', scenario, 'topics']);
  if (before === topic) return;
  const spec = valueAt(document, ['topics', String(before)]);
  if (spec !== undefined && valueAt(document, ['topics', topic]) === undefined)
    source.document.setIn(['topics', topic], source.document.createNode(spec));
  const stillUsed = scenarioNames(source).some((name) => topicAt(profileValues(source, definitionAt), name) === before);
  if (stillUsed) return;
  if (spec !== undefined) source.document.deleteIn(['topics', before]);
  for (const [group, each] of Object.entries(asMap(valueAt(document, ['consumers'])))) {
    const topics = valueAt(each, ['topics']);
    if (!Array.isArray(topics) || !topics.includes(before)) continue;
    const renamed = [...new Set(topics.map((name: unknown) => (name === before ? topic : name)))];
    setValue(source, ['consumers', group, 'topics'], renamed, '--topic');
  }
}

/** As `topic` says it, also where `topics` does; undefined where neither is there or can be read. */
function topicAt(document: unknown, scenario: string): unknown {
  const counted = countedTopicsSchema.safeParse(valueAt(document, ['scenarios', scenario, 'topics']));
  return valueAt(document, ['scenarios', scenario, 'topic']) ?? counted.data;
}

/** Where each parameter of the scenarios' workloads stands, by its name: one path a scenario that has it. */
export function parameterPaths(source: ProfileDocument, definitionAt: DefinitionAt): ReadonlyMap<string, Path[]> {
  const document = valuesOf(source);
  const paths = new Map<string, Path[]>();
  for (const scenario of scenarioNames(source)) {
    const workload = definitionAt(valueAt(document, ['scenarios', scenario, 'workload']));
    const own = Object.keys(workload === undefined ? {} : paramsOf(workload).shape);
    const places = new Map<string, Path>(own.map((name) => [name, ['params', name]]));
    for (const [name, { key }] of Object.entries(workload?.executorFlags ?? {})) places.set(name, [key]);
    for (const [name, path] of places) {
      paths.set(name, [...(paths.get(name) ?? []), ['scenarios', scenario, ...path]]);
    }
  }
  return paths;
}

/** A parameter goes to every scenario whose workload has it. */
function placeParams(
  source: ProfileDocument,
  params: Readonly<Record<string, unknown>>,
  definitionAt: DefinitionAt,
): Problem[] {
  if (Object.keys(params).length === 0) return [];
  const paths = parameterPaths(source, definitionAt);
  return Object.entries(params).flatMap(([name, value]): Problem[] => {
    const taking = paths.get(name) ?? [];
    for (const path of taking) setValue(source, path, value, `--${kebab(name)}`);
    if (taking.length > 0) return [];
    const hint = suggest(name, [...paths.keys()].map(kebab));
    return [
      {
        place: `--${kebab(name)}`,
        message: "no scenario's workload has this parameter",
        ...(hint !== undefined && { hint }),
      },
    ];
  });
}

function scenarioNames(source: ProfileDocument): string[] {
  return Object.keys(asMap(valueAt(valuesOf(source), ['scenarios'])));
}

function asMap(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function splitAssignment(text: string): [name: string, value: string | undefined] {
  const at = text.indexOf('=');
  return at <= 0 ? [text, undefined] : [text.slice(0, at).trim(), text.slice(at + 1)];
}
