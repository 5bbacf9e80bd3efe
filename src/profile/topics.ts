/** The topics of a profile. */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { suggest } from '../nearest.ts';
import { asMap, ownValue } from '../own-value.ts';
import { byTopicCount, type TopicIndex, topicIndex } from '../topic-index.ts';
import {
  commonTopics,
  entryText,
  isTopicPattern,
  topicCount,
  topicEntryProblem,
  validPattern,
} from '../topic-pattern.ts';
import type { TopicTable } from '../topic-table.ts';
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
  const sent = topicIndex(named);
  const allRead = isWhole(scenarios, raw.scenarios) && isWhole(consumers, raw.consumers);
  for (const entry of Object.keys(declared)) {
    const wrong = isTopicPattern(entry) ? topicEntryProblem(entry) : undefined;
    if (wrong !== undefined) problems.add(['topics', entry], wrong);
    else if (allRead && entriesFor(entry, sent).every((each) => each === undefined)) {
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
  const index = topicIndex(valid);
  const entries = new Set([...named].flatMap((each) => usedEntries(each, index)));
  return Object.fromEntries(
    [...entries].flatMap((entry) => {
      const spec = specOf(entry);
      return spec === undefined ? [] : [[entry, spec] as const];
    }),
  );
}

/** Which entries count for a topic or the topics of a pattern, each once; undefined: none, for some of them. */
function entriesFor(named: string, { entryOf, split }: TopicIndex): (string | undefined)[] {
  if (!isTopicPattern(named)) return [entryOf(named)];
  const pattern = validPattern(named);
  return pattern === undefined ? [] : [...new Set(Array.from(split(pattern), ([entry]) => entry))];
}

/** Entries for the topics that `named` stands for: declared ones, and one for what is left. */
function usedEntries(named: string, declared: TopicIndex): string[] {
  const entries = entriesFor(named, declared);
  const pattern = validPattern(named);
  // As a whole it could have fewer names than a declared one, and would count for those of both.
  const isShared = entries.some((entry) => entry !== undefined && isTopicPattern(entry));
  if (pattern !== undefined && isShared && entries.includes(undefined)) {
    return [...new Set(Array.from(declared.split(pattern), ([entry, part]) => entry ?? entryText(part)))];
  }
  return entries.map((entry) => entry ?? named);
}

/** Of two patterns with topics in common one is part of the other, or they say the same. */
function checkOverlaps(
  patterns: readonly string[],
  specOf: (entry: string) => TopicSpec | undefined,
  problems: Problems,
): void {
  const settings = patterns.map((entry) => ({ ...specOf(entry), pattern: undefined }));
  const texts = settings.map((each) => JSON.stringify(each));
  for (const [i, small] of patterns.entries()) {
    for (let j = i + 1; j < patterns.length; j++) {
      // Most entries have equal settings, and comparing texts is cheap.
      if (texts[i] === texts[j]) continue;
      const large = patterns[j]!;
      const { count, example } = commonTopics(small, large);
      const isPart = count === topicCount(small) && count < topicCount(large);
      if (count === 0 || isPart || isDeepStrictEqual(settings[i], settings[j])) continue;
      const message = `\`${large}\` names \`${example}\` too, with other settings`;
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
