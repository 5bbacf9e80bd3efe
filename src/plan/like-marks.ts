/** Scenarios of one topic whose records would have the same marks: a mark has 16 bits of the name. */
import type { Problem } from '../errors.ts';
import { overlap } from '../topic-pattern.ts';
import { scenarioTag } from '../workload/encoding/mark.ts';

interface Sender {
  readonly name: string;
  /** Or a pattern of topics. Only marks within a topic must differ. */
  readonly topic: string;
}

export function likeMarks(scenarios: readonly Sender[]): Problem[] {
  const byTag = new Map<string, Sender[]>();
  const taken = new Set(scenarios.map(({ name }) => scenarioTag(name)));
  return scenarios.flatMap((scenario) => {
    const { name, topic } = scenario;
    const tag = scenarioTag(name);
    const alike = byTag.get(tag) ?? [];
    byTag.set(tag, [...alike, scenario]);
    const other = alike.find((each) => overlap(each.topic, topic));
    if (other === undefined) return [];
    const message = `its records would have the same marks as those of \`${other.name}\`: by chance both names have the tag ${tag}`;
    return [{ path: `scenarios.${name}`, message, hint: `rename it, e.g. to ${freeName(name, taken)}` }];
  });
}

/** Its tag is taken from then on. */
function freeName(name: string, taken: Set<string>): string {
  for (let i = 2; ; i++) {
    const free = `${name}-${i}`;
    if (taken.has(scenarioTag(free))) continue;
    taken.add(scenarioTag(free));
    return free;
  }
}
