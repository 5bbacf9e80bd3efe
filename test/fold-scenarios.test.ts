import { expect, test } from 'vitest';
import { foldScenarios } from '../src/fold-scenarios.ts';

const NAMES = Array.from({ length: 500 }, (_, i) => `sc-${i}`);

test('what is said of many scenarios is one line, at the place of the first', () => {
  const lines = ['before', ...NAMES.map((name) => `${name}: fresh: at most 20/s`), 'after: all'];
  expect(foldScenarios(lines, NAMES)).toEqual([
    'before',
    'sc-0, sc-1 and 498 more scenarios: fresh: at most 20/s',
    'after: all',
  ]);
});

test('with other numbers it has those of the first', () => {
  const lines = NAMES.map((name, i) => `scenarios.${name}: at most ${i + 1}.5/s`);
  expect(foldScenarios(lines, NAMES)).toEqual([
    'scenarios.sc-0: at most 1.5/s; so, with other numbers, 499 more scenarios',
  ]);
});

test('up to three, and what is not of a scenario, stay as they are', () => {
  const lines = [
    ...['a', 'b', 'c'].map((name) => `${name}: anomalies: late 1 %`),
    ...Array(5).fill('1 worker: enough'),
  ];
  expect(foldScenarios(lines, ['a', 'b', 'c'])).toEqual(lines);
  expect(foldScenarios([...lines, 'd: anomalies: late 1 %'], ['a', 'b', 'c', 'd'])).toEqual([
    'a, b and 2 more scenarios: anomalies: late 1 %',
    ...Array(5).fill('1 worker: enough'),
  ]);
});
