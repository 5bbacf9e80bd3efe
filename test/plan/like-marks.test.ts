import { expect, test } from 'vitest';
import { likeMarks } from '../../src/plan/like-marks.ts';
import { scenarioTag } from '../../src/workload/encoding/mark.ts';

const [first, second] = alike();

function alike(): [string, string] {
  const byTag = new Map<string, string>();
  for (let i = 0; ; i++) {
    const name = `scenario-${i}`;
    const other = byTag.get(scenarioTag(name));
    if (other !== undefined) return [other, name];
    byTag.set(scenarioTag(name), name);
  }
}

test('scenarios of a topic with the same tag in their marks are refused, by name, with a name that is free', () => {
  const names = [first, 'x', second];
  const problems = likeMarks(names.map((name) => ({ name, topic: 't-{0..2}' })));
  expect(problems).toMatchObject([
    {
      path: `scenarios.${second}`,
      message: expect.stringContaining(`\`${first}\``),
      hint: expect.stringMatching(/^rename it, e.g. to \S+$/),
    },
  ]);
  const renamed = problems[0]!.hint!.split(' ').at(-1)!;
  expect(likeMarks([first, 'x', renamed].map((name) => ({ name, topic: 't' })))).toEqual([]);
  expect(likeMarks([first, 'x'].map((name) => ({ name, topic: 't' })))).toEqual([]);
});

test('those of other topics are told apart by the topic', () => {
  const on = (topic: string, other: string) =>
    likeMarks([
      { name: first, topic },
      { name: second, topic: other },
    ]);
  expect(on('t', 'u')).toEqual([]);
  expect(on('t-{0..9}', 't-{10..19}')).toEqual([]);
  expect(on('t-{0..9}', 't-9')).toHaveLength(1);
});
