import { expect, test, vi } from 'vitest';
import { RESERVED_FLAGS } from '../../src/commands/flags.ts';
import { parameterFlags } from '../../src/commands/parameter-flags.ts';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { directoryOf } from '../workload/own-files.ts';

const shown = (profile: string) =>
  Object.entries(parameterFlags(profile).flags).flatMap(([name, { hidden }]) => (hidden ? [] : [name]));

test('a profile shows the parameters of its scenarios’ workloads', () => {
  expect(shown('quickstart')).toEqual(['atms', 'users']);
  expect(shown('bytes')).toEqual(['size', 'size-max', 'size-distribution', 'entropy']);
  expect(shown('no-such-profile')).toEqual([]);
});

test('those of a module too, whatever else is wrong with the profile', () => {
  const directory = directoryOf({
    'orders.ts': [
      "import { defineWorkload } from 'kafka-load-engine';",
      "const params = { itemsMax: { default: 3, description: 'most items' } };",
      'export default defineWorkload({ params, value: () => ({}) });',
    ].join('\n'),
    'profile.yaml': 'scenarios: { a: { workload: ./not-there.ts }, b: { workload: ./orders.ts }, c: 5 }',
  });
  const { flags, read } = parameterFlags('profile.yaml', directory);
  expect(flags['items-max']).toMatchObject({ group: 'Parameters of orders.ts:', hidden: false });
  expect(flags['items-max']?.describe).toBe('most items  [default: 3]');
  expect(read({ 'items-max': '5' })).toEqual({ itemsMax: '5' });
});

test('what yaml warns of shows lines of the profile, and is not printed', () => {
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  for (const text of ['kafka: { sasl.password: !mine tr0ub4dor }', '? { tr0ub4dor: 1 }\n: 2']) {
    parameterFlags('profile.yaml', directoryOf({ 'profile.yaml': `${text}\n` }));
  }
  expect(warning).not.toHaveBeenCalled();
});

test('all are read, whatever is shown, by the names the workload gave them', () => {
  const { flags, read } = parameterFlags('quickstart');
  expect(Object.keys(flags)).toEqual(expect.arrayContaining(['atms', 'size-max']));
  expect(read({ atms: '5', 'size-max': ['1', '2'], rate: '10' })).toEqual({ atms: '5', sizeMax: '2' });
});

test('every workload has a bundled profile to be called by', () => {
  for (const workload of Object.keys(workloads)) expect(shown(workload).length).toBeGreaterThan(0);
});

test('none shadows a flag of the contract', () => {
  for (const name of Object.keys(parameterFlags('quickstart').flags)) expect(RESERVED_FLAGS).not.toContain(name);
  for (const name of ['rate', 'ttl', 'metrics-port', 'schema-registry-url', 'help', 'out']) {
    expect(RESERVED_FLAGS).toContain(name);
  }
});
