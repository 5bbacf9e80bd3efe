/** The topics of a profile: each name under its own, also those of a pattern. */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { suggest } from '../nearest.ts';
import { asMap, ownValue } from '../own-value.ts';
import { includesTopic, isTopicPattern, topicCount, topicEntryProblem, topicNames } from '../topic-pattern.ts';
import type { Problems } from './problems.ts';
import type { ConsumerGroupProfile, ScenarioProfile, TopicSpec } from './profile.ts';
import { topicSchema } from './schema/schema.ts';

/**
 * Those that are used: the declared ones, and the defaults for the others. Of several entries that name a topic the one
 * with the fewest names counts, whatever their order.
 */
export function readTopics(
  raw: Readonly<Record<string, unknown>>,
  scenarios: Readonly<Record<string, ScenarioProfile>>,
  consumers: Readonly<Record<string, ConsumerGroupProfile>>,
  problems: Problems,
): Readonly<Record<string, TopicSpec>> {
  const declared = asMap(raw.topics);
  const named = new Set([
    ...Object.values(scenarios).map(({ topic }) => topic),
    ...Object.values(consumers).flatMap(({ topics, topicEntries = topics }) => topicEntries),
  ]);
  const used = new Set([...named].flatMap(topicNames));
  const allRead = isWhole(scenarios, raw.scenarios) && isWhole(consumers, raw.consumers);
  for (const entry of Object.keys(declared)) {
    const wrong = isTopicPattern(entry) ? topicEntryProblem(entry) : undefined;
    if (wrong !== undefined) problems.add(['topics', entry], wrong);
    else if (allRead && !topicNames(entry).some((name) => used.has(name))) {
      const hint = suggest(entry, [...named]);
      const message = `no scenario sends to ${isTopicPattern(entry) ? 'any of these topics' : 'this topic'}`;
      problems.add(['topics', entry], { message, ...(hint !== undefined && { hint }) });
    }
  }
  const specs = new Map<string, TopicSpec | undefined>();
  const specOf = (entry: string): TopicSpec | undefined => {
    if (!specs.has(entry)) {
      const input = problems.read(topicSchema, ownValue(declared, entry) ?? {});
      specs.set(entry, input && topicSpec(input, entry));
    }
    return specs.get(entry);
  };
  const declaredPatterns = patternsOf(Object.keys(declared));
  checkOverlaps(declaredPatterns, specOf, problems);
  const namedPatterns = patternsOf([...named]);
  const entryOf = (name: string): string => {
    if (Object.hasOwn(declared, name)) return name;
    const pattern = declaredPatterns.find((each) => includesTopic(each, name));
    if (pattern !== undefined || named.has(name)) return pattern ?? name;
    return namedPatterns.find((each) => includesTopic(each, name))!;
  };
  const topics = new Map<string, TopicSpec>();
  for (const name of used) {
    const spec = specOf(entryOf(name));
    if (spec !== undefined) topics.set(name, spec);
  }
  return Object.fromEntries(topics);
}

/** The valid ones, those of fewer topics first. */
function patternsOf(entries: readonly string[]): string[] {
  return entries
    .filter((entry) => isTopicPattern(entry) && topicEntryProblem(entry) === undefined)
    .toSorted((a, b) => topicCount(a) - topicCount(b) || (a < b ? -1 : 1));
}

/** Of two patterns with topics in common one is part of the other, or they say the same. */
function checkOverlaps(
  patterns: readonly string[],
  specOf: (entry: string) => TopicSpec | undefined,
  problems: Problems,
): void {
  const settings = (entry: string) => ({ ...specOf(entry), pattern: undefined });
  for (const [i, small] of patterns.entries()) {
    for (const large of patterns.slice(i + 1)) {
      const names = topicNames(small);
      const common = names.filter((name) => includesTopic(large, name));
      const isPart = common.length === names.length && names.length < topicCount(large);
      if (common.length === 0 || isPart || isDeepStrictEqual(settings(small), settings(large))) continue;
      const message = `\`${large}\` names \`${common[0]}\` too, with other settings`;
      problems.add(['topics', small], { message, hint: 'change one of the ranges, so that a topic has one entry' });
    }
  }
}

function topicSpec({ cleanup, ...spec }: z.output<typeof topicSchema>, entry: string): TopicSpec {
  return { ...spec, ...(cleanup && { cleanup }), ...(isTopicPattern(entry) && { pattern: entry }) };
}

/** Whether all that is written could be read. */
export function isWhole(read: object, written: unknown): boolean {
  return Object.keys(asMap(written)).every((name) => Object.hasOwn(read, name));
}
