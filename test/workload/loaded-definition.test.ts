import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { definitionOf } from '../../src/workload/loaded-definition.ts';
import { referenceOf } from '../../src/workload/reference.ts';
import { directoryOf, MODULE, OWN_WORKLOADS, ownFiles, problemsIn, SCHEMA } from './own-files.ts';

const directory = directoryOf(ownFiles);

test.each(OWN_WORKLOADS)('%j is loaded once, however often it is asked for', (written, name) => {
  const reference = referenceOf(written, directory);
  expect(definitionOf(reference).name).toBe(name);
  expect(definitionOf(structuredClone(reference))).toBe(definitionOf(reference));
});

test('a built-in workload goes by its name', () => {
  expect(definitionOf('atm')).toBe(workloads.atm);
  expect(problemsIn(() => definitionOf('atn'))).toEqual([
    { message: 'unknown workload `atn`', hint: 'did you mean `atm`?' },
  ]);
});

test('other content is another workload', () => {
  const mine = directoryOf({ 'orders.ts': MODULE });
  expect(definitionOf(referenceOf('./orders.ts', mine)).fieldNames).toEqual(['a']);
  writeFileSync(join(mine, 'orders.ts'), MODULE.replace('a: 1', 'b: 1'));
  expect(definitionOf(referenceOf('./orders.ts', mine)).fieldNames).toEqual(['b']);
});

test('what was changed since is not loaded', () => {
  const mine = directoryOf({ 'orders.ts': MODULE, 'order.avsc': SCHEMA });
  const references = [referenceOf('./orders.ts', mine), referenceOf({ schema: 'order.avsc' }, mine)];
  for (const name of ['orders.ts', 'order.avsc']) writeFileSync(join(mine, name), '');
  for (const reference of references) {
    expect(problemsIn(() => definitionOf(reference))[0]?.message).toBe('has changed since the run was planned');
  }
});
