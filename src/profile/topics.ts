/** The topics of a profile. */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { suggest } from '../nearest.ts';
import { asMap, ownValue } from '../own-value.ts';
import { includesTopic, isTopicPattern, overlap, topicCount, topicEntryProblem, topicNames } from '../topic-pattern.ts';
import { byTopicCount, entryFinder, type TopicTable } from '../topic-table.ts';
import type { Problems } from './problems.ts';
import type { ConsumerGroupProfile, ScenarioProfile, TopicSpec } from './profile.ts';
import { topicSchema } from './schema/schema.ts';

/** Entries that are used: the declared ones, and the defaults for topics that none of them names. */
export function readTopics(
  raw: Readonly<Record<string, unknown>>,
  scenarios: Readonly<Record<string, ScenarioProfile>>,
  consumers: Readonly<Record<string, ConsumerGroupProfile>>,
  problems: Problems,
): TopicTable<TopicSpec> {
  const declared = asMap(raw.topics);
  const named = new Set([
    ...Object.values(scenarios).map(({ topic }) => topic),
    ...Object.values(consumers).flatMap(({ topics, topicEntries = topics }) => topicEntries),
  ]);
  const allRead = isWhole(scenarios, raw.scenarios) && isWhole(consumers, raw.consumers);
  for (const entry of Object.keys(declared)) {
    const wrong = isTopicPattern(entry) ? topicEntryProblem(entry) : undefined;
    if (wrong !== undefined) problems.add(['topics', entry], wrong);
    else if (allRead && ![...named].some((each) => overlap(each, entry))) {
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
  const valid = Object.keys(declared).filter(
    (entry) => !isTopicPattern(entry) || topicEntryProblem(entry) === undefined,
  );
  checkOverlaps(byTopicCount(valid.filter(isTopicPattern)), specOf, problems);
  const entries = new Set([...named].flatMap((each) => [...entriesOf(each, valid)]));
  return Object.fromEntries(
    [...entries].flatMap((entry) => {
      const spec = specOf(entry);
      return spec === undefined ? [] : [[entry, spec] as const];
    }),
  );
}

/** Entries for the topics that `named` stands for: declared ones, and one for what is left. */
function entriesOf(named: string, declared: readonly string[]): Iterable<string> {
  const others = declared.filter((entry) => entry !== named && overlap(entry, named));
  if (others.length === 0) return topicNames(named).length === 0 ? [] : [named];
  const entryOf = entryFinder(declared);
  // A pattern of its own would have fewer names than the declared one, and count for those of both.
  const isShared = others.some(isTopicPattern);
  return new Set(topicNames(named).map((name) => entryOf(name) ?? (isShared ? name : named)));
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
      const common = overlap(small, large) ? names.filter(includesTopic(large)) : [];
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
