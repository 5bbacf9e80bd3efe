import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/command-table.ts';
import { bundledProfiles } from '../../src/profile/bundled.ts';

test('docs/cli.md tells of every command, profile and flag, and of no other flag', () => {
  const text = readFileSync('docs/cli.md', 'utf8');
  for (const profile of bundledProfiles()) expect(text).toContain(`\`${profile}\``);
  const flags = Object.entries(COMMANDS).flatMap(([command, { flags }]) => {
    expect(text).toContain(`load ${command === 'run' ? '[run]' : command} `);
    return Object.entries(flags).flatMap(([name, { alias, hidden }]) =>
      hidden ? [] : [name, ...[alias ?? []].flat()],
    );
  });
  const listed = [...text.matchAll(/^\| `(-[^`]+)` \|/gm)].flatMap(([, cell]) => cell!.match(/(?<=^|, )--?[\w-]+/g)!);
  const dashed = [...new Set(flags)].map((flag) => (flag.length === 1 ? `-${flag}` : `--${flag}`));
  // PROFILE's own section speaks of -p.
  expect([...new Set([...listed, '-p', '--profile'])].sort()).toEqual(dashed.sort());
});
