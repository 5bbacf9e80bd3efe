import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resultJson } from '../../src/report/result-json.ts';

test('rows stand on one line each, the rest is indented', () => {
  const result = {
    series: [{ second: 0, p50: null }, { second: 1 }],
    errors: [
      {
        code: 1,
        seconds: [
          [3, 2],
          [4, 1],
        ],
      },
    ],
    scenarios: { series: { series: [] } },
  };
  expect(resultJson(result)).toBe(`{
  "series": [
    {"second":0,"p50":null},
    {"second":1}
  ],
  "errors": [
    {
      "code": 1,
      "seconds": [
        [3,2],
        [4,1]
      ]
    }
  ],
  "scenarios": {
    "series": {
      "series": []
    }
  }
}
`);
});

test('it is the same data as in any other JSON of it', () => {
  const key = fc.oneof(fc.constantFrom('series', 'seconds', 'scenarios'), fc.string());
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.array(tie('tree')), fc.dictionary(key, tie('tree'))),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, tree), (result) => {
      expect(JSON.parse(resultJson(result))).toEqual(JSON.parse(JSON.stringify(result)));
    }),
    { numRuns: 20 },
  );
});
