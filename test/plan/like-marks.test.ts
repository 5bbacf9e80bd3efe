import { expect, test } from 'vitest';
import { likeMarks } from '../../src/plan/like-marks.ts';
import { scenarioTag } from '../../src/workload/encoding/mark.ts';

test('scenarios with the same tag in their marks are refused, by name', () => {
  const byTag = new Map<string, string>();
  let pair: [string, string] | undefined;
  for (let i = 0; pair === undefined; i++) {
    const name = `scenario-${i}`;
    const other = byTag.get(scenarioTag(name));
    if (other !== undefined) pair = [other, name];
    byTag.set(scenarioTag(name), name);
  }
  const [first, second] = pair;
  expect(likeMarks([first, 'x', second])).toMatchObject([
    {
      path: `scenarios.${second}`,
      message: expect.stringContaining(`\`${first}\``),
      hint: 'give the scenario another name',
    },
  ]);
  expect(likeMarks([first, 'x'])).toEqual([]);
});
