/** Scenarios whose records would have the same marks: a mark has 16 bits of the name. */
import type { Problem } from '../errors.ts';
import { scenarioTag } from '../workload/encoding/mark.ts';

export function likeMarks(scenarios: readonly string[]): Problem[] {
  const known = new Map<string, string>();
  return scenarios.flatMap((name) => {
    const other = known.get(scenarioTag(name));
    if (other !== undefined) {
      const message = `its records would have the same marks as those of \`${other}\`: by chance both names have the tag ${scenarioTag(name)}`;
      return [{ path: `scenarios.${name}`, message, hint: 'give the scenario another name' }];
    }
    known.set(scenarioTag(name), name);
    return [];
  });
}
