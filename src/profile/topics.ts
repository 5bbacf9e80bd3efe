/** The topics of a profile: each name under its own, also those of a pattern. */
import type { z } from 'zod';
import { suggest } from '../nearest.ts';
import { asMap, ownValue } from '../own-value.ts';
import { isTopicPattern, topicNames } from '../topic-pattern.ts';
import type { Problems } from './problems.ts';
import type { ConsumerGroupProfile, ScenarioProfile, TopicSpec } from './profile.ts';
import { topicSchema } from './schema/schema.ts';

/** Those that are used: the declared ones, and the defaults for the others. */
export function readTopics(
  raw: Readonly<Record<string, unknown>>,
  scenarios: Readonly<Record<string, ScenarioProfile>>,
  consumers: Readonly<Record<string, ConsumerGroupProfile>>,
  problems: Problems,
): Readonly<Record<string, TopicSpec>> {
  const read = Object.values(consumers).flatMap(({ topics }) => topics);
  const used = new Set([...Object.values(scenarios).flatMap(({ topics }) => topics), ...read]);
  const declared = asMap(raw.topics);
  // Of those that only a scenario's pattern names.
  const patterns = new Map(
    Object.values(scenarios).flatMap(({ topic, topics }) => topics.map((name) => [name, topic] as const)),
  );
  const allRead = isWhole(scenarios, raw.scenarios) && isWhole(consumers, raw.consumers);
  for (const name of allRead ? Object.keys(declared) : []) {
    if (topicNames(name).some((each) => used.has(each))) continue;
    const hint = suggest(name, [...used]);
    problems.add(['topics', name], { message: 'no scenario sends to this topic', ...(hint !== undefined && { hint }) });
  }
  const entryOf = new Map(
    Object.keys(declared).flatMap((entry) => topicNames(entry).map((name) => [name, entry] as const)),
  );
  const specs = new Map<string, TopicSpec | undefined>();
  const specOf = (entry: string): TopicSpec | undefined => {
    if (!specs.has(entry)) {
      const input = problems.read(topicSchema, ownValue(declared, entry) ?? {});
      specs.set(entry, input && topicSpec(input, entry));
    }
    return specs.get(entry);
  };
  return Object.fromEntries(
    [...used].flatMap((name) => {
      const spec = specOf(entryOf.get(name) ?? patterns.get(name) ?? name);
      return spec === undefined ? [] : [[name, spec] as const];
    }),
  );
}

function topicSpec({ cleanup, ...spec }: z.output<typeof topicSchema>, entry: string): TopicSpec {
  return { ...spec, ...(cleanup && { cleanup }), ...(isTopicPattern(entry) && { pattern: entry }) };
}

/** Whether all that is written could be read. */
export function isWhole(read: object, written: unknown): boolean {
  return Object.keys(asMap(written)).every((name) => Object.hasOwn(read, name));
}
