/** The former name of a profile key still works, with a warning. */
import { expect, test } from 'vitest';
import { CONSTANT, loadText, problemsOf, scenario } from './load-text.ts';

const atm = (...lines: string[]) => scenario(...CONSTANT, ...lines);

test('`mess` means `anomalies`, and a warning with its line says so', async () => {
  const { profile, resolved, warnings } = await loadText(atm('mess: { tombstones: 0.25 }'));
  const { profile: current, warnings: none } = await loadText(atm('anomalies: { tombstones: 0.25 }'));
  expect(profile).toEqual(current);
  expect(resolved).toContain('anomalies:');
  expect(warnings).toEqual([
    'profile.yaml:7: `mess` is the former name of `anomalies`: rename it, the next version does not read it',
  ]);
  expect(none).toEqual([]);
});

test('in `--set` as well, and nowhere else in a path', async () => {
  const set = [
    'scenarios.atm.mess.tombstones=0.25',
    'scenarios.atm.mess.malformed=0.5',
    'scenarios.atm.headers.mess=a',
  ];
  const { profile, warnings } = await loadText(atm(), { overrides: { set } });
  expect(profile.scenarios.atm).toMatchObject({
    anomalies: { tombstones: 0.25, malformed: 0.5 },
    headers: { mess: 'a' },
  });
  expect(warnings).toHaveLength(2);
});

test('both names in one scenario are a problem, and one inside of the former key has its line', async () => {
  const both = atm('mess: { tombstones: 0.1 }', 'anomalies: { tombstones: 0.1 }');
  expect(await problemsOf(loadText(both))).toMatchObject([
    { place: 'profile.yaml:7', path: 'scenarios.atm', message: '`mess` and `anomalies` are the same key' },
  ]);
  expect(await problemsOf(loadText(atm('mess: { malformed: 2 }')))).toMatchObject([
    { place: 'profile.yaml:7', path: 'scenarios.atm.anomalies.malformed' },
  ]);
});
