/** A profile by name or path, with the environment and the flags put in: read, checked, and written out again. */

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { stringify } from 'yaml';
import { debug } from '../debug.ts';
import { collect, InputError, type Problem } from '../errors.ts';
import { durationNsOf } from '../executors/table.ts';
import { scrub } from '../secrets.ts';
import { isTopicPattern, TOPIC_NAME_RULE, topicEntryProblem } from '../topic-pattern.ts';
import { formatDuration } from '../units.ts';
import { valueAt } from '../value-at.ts';
import type { WorkloadDefinition } from '../workload/definition.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import { referenceOf } from '../workload/reference.ts';
import { findProfile, type ProfileFile } from './bundled.ts';
import { canonicalProperty } from './client-properties/client-properties.ts';
import { cloudCredentials } from './client-properties/cloud-credentials.ts';
import { formatPath, type ProfileDocument, parseProfile, placeOf } from './document.ts';
import { applyDocumentOverrides } from './document-overrides.ts';
import { type Environment, environmentOf } from './environment.ts';
import { renameFormerKeys, renameFormerPaths } from './former-keys.ts';
import { interpolate } from './interpolation.ts';
import { applyLoadOverrides, type LoadOverrides, parseLoadOverrides } from './load-overrides.ts';
import { normalizeProfile } from './normalize.ts';
import { type Overrides, overridesProblems } from './overrides.ts';
import type { ProblemAt } from './problems.ts';
import type { Profile } from './profile.ts';
import { renderProfile } from './render.ts';
import { SCENARIO_KEYS } from './schema/schema.ts';
import { profileValues } from './text-places.ts';

export interface LoadOptions {
  /** By default the process's environment; `.env` in `cwd` fills in what is missing there. */
  readonly env?: Environment;
  readonly overrides?: Overrides;
  readonly cwd?: string;
}

export interface LoadedProfile {
  readonly profile: Profile;
  /** The profile as YAML with every default and without secrets, for the result directory. */
  readonly resolved: string;
  /** Where client properties are set: block (`scenarios.atm.producer`) → property → place. */
  readonly propertyPlaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** SHA-256 in hex of `resolved` with the hash of a workload's file in place of its path. */
  readonly hash: string;
  /** What to know of where it was found, a sentence each. */
  readonly notes: readonly string[];
  /** Keys that the next version does not read. */
  readonly warnings: readonly string[];
}

/** Servers are looked for under these names, the first that is set. */
const SERVER_VARIABLES = ['KAFKA_BOOTSTRAP_SERVERS', 'BOOTSTRAP_SERVERS', 'KAFKA_BROKER'];
/** The same for the schema registry. */
const REGISTRY_VARIABLES = ['SCHEMA_REGISTRY_URL', 'CONFLUENT_CLOUD_SCHEMA_REGISTRY_URL'];

/**
 * @param nameOrPath a YAML or JSON file, or the name of a bundled profile with or without an ending.
 * @throws InputError with every problem there is, each with its place.
 */
export async function loadProfile(nameOrPath: string, options: LoadOptions = {}): Promise<LoadedProfile> {
  const { overrides = {}, cwd = process.cwd() } = options;
  const problems = overridesProblems(overrides, options);
  if (problems.length > 0) throw new InputError(problems);
  try {
    const environment = environmentOf(options.env ?? process.env, cwd);
    const { source, file } = readDocument(nameOrPath, cwd);
    return readProfile(source, environment, overrides, file);
  } catch (error) {
    // A value may be shown in a message; a secret one may not.
    if (error instanceof InputError) throw new InputError(error.problems.map(scrubProblem));
    throw error;
  }
}

/** What is written, before environment and flags. @throws InputError where it cannot be read. */
export function readDocument(nameOrPath: string, cwd: string): { source: ProfileDocument; file: ProfileFile } {
  const file = findProfile(nameOrPath, cwd);
  const source = parseProfile(readText(file.path, file.shown), file.shown);
  if (source.document.has('experiment') && !source.document.has('scenarios')) {
    const message = 'an experiment, not a profile';
    throw new InputError([{ place: file.shown, message, hint: `load sweep ${file.shown}` }]);
  }
  return { source, file };
}

function readProfile(
  source: ProfileDocument,
  environment: Environment,
  given: Overrides,
  file: ProfileFile,
): LoadedProfile {
  const directory = dirname(file.path);
  const definitionAt = (written: unknown) => loadableDefinition(written, directory);
  const former = renameFormerKeys(source);
  const { overrides, warnings } = renameFormerPaths(given);
  const problems = [
    ...former.problems,
    ...interpolate(source, environment),
    ...applyDocumentOverrides(source, overrides, definitionAt),
  ];
  const load = collect(problems, () => parseLoadOverrides(overrides));
  const servers = SERVER_VARIABLES.find((name) => environment[name]) ?? '';
  const registry = REGISTRY_VARIABLES.find((name) => environment[name]) ?? '';
  debug(() => `profile: read from ${file.path}${servers === '' ? '' : `; the environment has ${servers}`}`);
  const values = profileValues(source, definitionAt);
  const normalized = normalizeProfile(values, {
    directory,
    name: file.name.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'profile',
    bootstrapServers: { text: environment[servers]?.trim() || 'embedded', place: servers },
    credentials: collect(problems, () => cloudCredentials(environment)) ?? {},
    schemaRegistryUrl: { text: environment[registry] ?? '', place: registry },
  });
  problems.push(...normalized.problems.map((problem) => withPlace(source, problem)));
  if (problems.length > 0 || load === undefined || normalized.profile === undefined) {
    throw new InputError(inOrder(problems));
  }
  const profile = withTopicSuffix(applyLoadOverrides(normalized.profile, load), overrides.topicSuffix);
  checkWarmup(profile, source, load);
  const resolved = stringify(renderProfile(profile), { lineWidth: 0 });
  const notes = file.note === undefined ? [] : [file.note];
  return {
    profile,
    resolved,
    hash: hashOf(profile),
    notes,
    warnings: [...former.warnings, ...warnings],
    propertyPlaces: propertyPlaces(source, values),
  };
}

function propertyPlaces(source: ProfileDocument, values: unknown): LoadedProfile['propertyPlaces'] {
  const namesIn = (block: string) => Object.keys((valueAt(values, [block]) ?? {}) as object);
  const blocks = [
    ...[['kafka'], ['producer'], ['consumer']],
    ...namesIn('scenarios').map((name) => ['scenarios', name, 'producer']),
    ...namesIn('consumers').map((name) => ['consumers', name, 'config']),
  ];
  return Object.fromEntries(
    blocks.map((path) => {
      const names = Object.keys((valueAt(values, path) ?? {}) as object);
      const places = names.map((name) => [canonicalProperty(name), placeOf(source, [...path, name])]);
      return [formatPath(path), Object.fromEntries(places)];
    }),
  );
}

/** The same wherever the profile and its database lie: a workload's file counts by its content, not by its path. */
function hashOf(profile: Profile): string {
  const scenarios = Object.entries(profile.scenarios).map(([name, scenario]) => {
    const { database: _database, ...params } = scenario.params;
    return [name, { ...scenario, params }] as const;
  });
  const rendered = renderProfile({ ...profile, scenarios: Object.fromEntries(scenarios) }, (reference) =>
    typeof reference === 'string' ? reference : reference.sha256,
  );
  return createHash('sha256')
    .update(stringify(rendered, { lineWidth: 0 }))
    .digest('hex');
}

/** @throws InputError where a name with it is not one that Kafka takes. */
function withTopicSuffix(profile: Profile, topicSuffix: string | undefined): Profile {
  if (topicSuffix === undefined) return profile;
  const isWrong = (entry: string) =>
    isTopicPattern(topicSuffix) || topicEntryProblem(entry + topicSuffix) !== undefined;
  const wrong = Object.keys(profile.topics).find(isWrong);
  if (wrong === undefined) return { ...profile, topicSuffix };
  const message = `\`${wrong}${topicSuffix}\` is not the name of a topic`;
  throw new InputError([{ place: '--topic-suffix', message, hint: TOPIC_NAME_RULE }]);
}

/** Undefined where a scenario names none: what is wrong with it is found when the scenario is read. */
export function loadableDefinition(written: unknown, directory: string): WorkloadDefinition | undefined {
  const { data } = SCENARIO_KEYS.workload.safeParse(written);
  try {
    return data === undefined ? undefined : definitionOf(referenceOf(data, directory));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Warm-up is cut from the schedule: where it takes all of it nothing is measured. */
function checkWarmup(profile: Profile, source: ProfileDocument, load: LoadOverrides): void {
  const problems = Object.entries(profile.scenarios).flatMap(([name, { warmupNs, executor }]): Problem[] => {
    const durationNs = durationNsOf(executor);
    if (warmupNs === 0 || durationNs === undefined || warmupNs < durationNs) return [];
    const path = ['scenarios', name, 'warmup'];
    const place = load.span === undefined ? placeOf(source, path) : '--duration';
    const message = `the warm-up of ${formatDuration(warmupNs)} leaves nothing of ${formatDuration(durationNs)}`;
    return [{ place, path: formatPath(path), message, hint: 'make it shorter, or the run longer' }];
  });
  if (problems.length > 0) throw new InputError(problems);
}

function withPlace(source: ProfileDocument, { path, key, ...problem }: ProblemAt): Problem {
  const text = formatPath(path);
  return { place: placeOf(source, path, key), ...(text !== '' && { path: text }), ...problem };
}

/** By line of the file, flags after them, without duplicates. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const lineOf = ({ place }: Problem) => Number(/:(\d+)$/.exec(place ?? '')?.[1] ?? Number.MAX_SAFE_INTEGER);
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem] as const));
  return [...unique.values()].sort((a, b) => lineOf(a) - lineOf(b));
}

function scrubProblem(problem: Problem): Problem {
  return Object.fromEntries(Object.entries(problem).map(([key, text]) => [key, scrub(text)])) as unknown as Problem;
}

function readText(path: string, shown: string): string {
  try {
    const bytes = readFileSync(path);
    if (isUtf8(bytes)) return bytes.toString();
    throw new Error('not valid UTF-8');
  } catch (error) {
    throw new InputError([{ place: shown, message: `cannot be read: ${(error as Error).message}` }]);
  }
}
