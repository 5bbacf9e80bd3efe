/** Profile keys that have another name now: accepted for one version, with a warning. */
import type { Problem } from '../errors.ts';
import { isMap } from '../own-value.ts';
import { valueAt } from '../value-at.ts';
import { type ProfileDocument, placeOf, renameKey, valuesOf } from './document.ts';
import type { Overrides } from './overrides.ts';

const FORMER = 'mess';
const CURRENT = 'anomalies';

/** Renames them in the document. Both names in one scenario are a problem. */
export function renameFormerKeys(source: ProfileDocument): {
  readonly problems: Problem[];
  readonly warnings: string[];
} {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const scenarios = valueAt(valuesOf(source), ['scenarios']);
  for (const [name, scenario] of Object.entries(isMap(scenarios) ? scenarios : {})) {
    if (!isMap(scenario) || !Object.hasOwn(scenario, FORMER)) continue;
    const path = ['scenarios', name];
    const [place, hint] = [placeOf(source, path, FORMER), `\`${FORMER}\` is the former name of \`${CURRENT}\``];
    if (Object.hasOwn(scenario, CURRENT)) {
      const message = `\`${FORMER}\` and \`${CURRENT}\` are the same key`;
      problems.push({ place, path: path.join('.'), message, hint: `remove \`${FORMER}\`` });
      source.document.deleteIn([...path, FORMER]);
    } else {
      warnings.push(`${place}: ${hint}: rename it, the next version does not read it`);
      renameKey(source, path, FORMER, CURRENT);
    }
  }
  return { problems, warnings };
}

/** Likewise in `--set`, where the last one wins as with any key that is set twice. */
export function renameFormerPaths(overrides: Overrides): {
  readonly overrides: Overrides;
  readonly warnings: string[];
} {
  const former = new RegExp(`^(\\s*scenarios\\.[^.=]+)\\.${FORMER}(?=[.=\\s])`);
  const written = overrides.set ?? [];
  const warnings = written
    .filter((text) => former.test(text))
    .map((text) => `--set ${text}: \`${FORMER}\` is the former name of \`${CURRENT}\``);
  if (warnings.length === 0) return { overrides, warnings };
  return { overrides: { ...overrides, set: written.map((text) => text.replace(former, `$1.${CURRENT}`)) }, warnings };
}
