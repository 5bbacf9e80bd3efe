import { expect, it } from 'vitest';
import { formatProblem, InputError } from '../../../../src/errors.ts';
import { checkSchema } from '../../../../src/workload/schema/reading/schema-text.ts';

function problemsOf(text: string): string[] {
  try {
    checkSchema(text, 'x.avsc');
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}

it.each([
  ['', '1:1'],
  ['{"type": "record",\n  "name": }', '2:11'],
  ['{"type": "record"\n', '2:1'],
  ['{"a": [1, 2,]}', '1:13'],
  ['{"a": "x\ny"}', '1:7'],
  ['{"a": 01}', '1:8'],
  ['{"a": "\\x"}', '1:7'],
  ['{} x', '1:4'],
  ["{'a': 1}", '1:2'],
  ['[1 2]', '1:4'],
  ['{"a" 1}', '1:6'],
  ['nul', '1:1'],
])('%j is no JSON at %s', (text, place) => {
  const [problem, ...others] = problemsOf(text);
  expect(others).toEqual([]);
  expect(problem).toMatch(new RegExp(`^x\\.avsc:${place}: is no JSON: .`));
});

it('text of a schema gives the schema', () => {
  const schema = { type: 'record', name: 'R', fields: [{ name: 'f', type: ['null', 'R'] }] };
  for (const mark of ['', '\uFEFF']) expect(checkSchema(mark + JSON.stringify(schema), 'x.avsc')).toEqual(schema);
  expect(problemsOf('{"type": "int"}')).toHaveLength(1);
});
