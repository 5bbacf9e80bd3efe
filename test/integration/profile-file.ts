import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** A profile of one scenario in a file of its own; `more` goes into the document, `scenario` into the scenario. */
export function profileFile(
  scenario: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const document = {
    version: 1,
    name: 'test',
    seed: 1,
    topics: { t: { partitions: 1 } },
    ...more,
    scenarios: more.scenarios ?? { s: { workload: 'bytes', topic: 't', params: { size: 100 }, ...scenario } },
  };
  const file = join(mkdtempSync(join(tmpdir(), 'profile-')), 'profile.yaml');
  writeFileSync(file, stringify(document));
  return file;
}
