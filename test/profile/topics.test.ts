import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Profile } from '../../src/profile/profile.ts';
import { renderProfile } from '../../src/profile/render.ts';
import { includesTopic, overlap, topicCount, topicEntryProblem, topicNames } from '../../src/topic-pattern.ts';
import { topicFinder } from '../../src/topic-table.ts';
import { loadText, problemsOf } from './load-text.ts';

const LOAD = 'executor: constant-arrival-rate\n    rate: 10\n    duration: 30s';
const scenario = (name: string, ...lines: string[]) =>
  [`  ${name}:`, '    workload: atm', `    ${LOAD}`, ...lines.map((line) => `    ${line}`)].join('\n');
const profileOf = (scenarios: readonly string[], ...blocks: string[]) =>
  ['scenarios:', ...scenarios, ...blocks, ''].join('\n');
const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const problemTexts = async (text: string) =>
  (await problemsOf(loadText(text))).map(({ path, message, hint = '' }) => `${path}: ${message} | ${hint}`);

describe('a pattern', () => {
  test.each([
    ['load-{0..2}', ['load-0', 'load-1', 'load-2']],
    ['a{008..010}.z', ['a008.z', 'a009.z', 'a010.z']],
    ['{5..5}', ['5']],
    ['orders', ['orders']],
  ])('%s', (entry, names) => {
    expect(topicNames(entry)).toEqual(names);
    expect(topicCount(entry)).toBe(names.length);
  });

  test('includes its names and no others', () => {
    const name = fc.stringMatching(/^[ab0-2.-]{0,4}$/);
    const number = fc.integer({ min: 0, max: 120 });
    const pattern = fc
      .tuple(name, number, number, fc.integer({ min: 1, max: 4 }), name)
      .map(([before, a, b, digits, after]) => {
        const first = String(Math.min(a, b)).padStart(digits, '0');
        return `${before}{${first}..${Math.max(a, b)}}${after}`;
      });
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const names = new Set(topicNames(one));
        expect(names.size).toBe(topicCount(one));
        for (const each of [...names, ...topicNames(other), '', 'a', '0', '00']) {
          expect([each, includesTopic(one)(each)]).toEqual([each, names.has(each)]);
        }
        expect(overlap(one, other)).toBe(topicNames(other).some((each) => names.has(each)));
      }),
      { numRuns: 300, examples: [['0.{0..0}10', '{0..0}0']] },
    );
  });

  test.each([
    ['load-{n}', 'no range of whole numbers', 'topics: { count: 1000, pattern: "load-{n}" }'],
    ['load-{}', 'no range of whole numbers', 'load-{0..999}'],
    ['load-{0..', 'no range of whole numbers', 'load-{0..999}'],
    ['load-{0..9}-{0..9}', 'has 2 ranges: a pattern has one', ''],
    ['load-{9..0}', 'runs backwards', 'load-{0..9}'],
    ['load-{0..1000000}', 'more than 1,000,000 topics', ''],
    ['load-{0..99999999999999999999}', 'more than 1,000,000 topics', ''],
    ['a b-{0..9}', 'a topic name has up to 249 letters', ''],
    [`${'x'.repeat(248)}{0..10}`, 'the last has 250', ''],
    ['x'.repeat(250), 'a topic name has up to 249 letters', ''],
  ])('%s is refused', (entry, message, hint) => {
    const problem = topicEntryProblem(entry);
    expect(problem?.message).toContain(message);
    expect(problem?.hint ?? '').toContain(hint);
    if (entry.includes('{')) expect(topicNames(entry)).toEqual([]);
  });
});

describe('a scenario over many topics', () => {
  test('has the names in order, with the settings of their entry', async () => {
    const { profile } = await loadText(
      profileOf(
        [scenario('many', 'topic: load-{0..11}')],
        'topics:',
        '  load-{0..11}: { partitions: 2, cleanup: true }',
      ),
    );
    expect(profile.scenarios.many).toMatchObject({ topic: 'load-{0..11}', topics: topicNames('load-{0..11}') });
    expect(profile.topics).toMatchObject({ 'load-{0..11}': { partitions: 2, cleanup: true, pattern: 'load-{0..11}' } });
  });

  test('count and pattern are another way to write it', async () => {
    const text = (line: string) => profileOf([scenario('many', line)]);
    const counted = await loadText(text('topics: { count: 12, pattern: "load-{n}" }'));
    expect(counted.profile).toEqual((await loadText(text('topic: load-{0..11}'))).profile);
  });

  test.each([
    ['uniform', { kind: 'uniform' }],
    ['zipf', { kind: 'zipf', exponent: 1 }],
    ['{ zipf: { exponent: 1.2 } }', { kind: 'zipf', exponent: 1.2 }],
    ['{ field: atm_id }', { kind: 'field', field: 'atm_id' }],
  ])('spread: %s', async (written, spread) => {
    const { profile } = await loadText(profileOf([scenario('many', 'topic: load-{0..9}', `spread: ${written}`)]));
    expect(profile.scenarios.many!.spread).toEqual(spread);
  });

  test('a flag names other topics', async () => {
    const text = profileOf(
      [scenario('many', 'topics: { count: 12, pattern: "load-{n}" }')],
      'topics:',
      '  load-{0..11}: { partitions: 2 }',
      'consumers:',
      '  audit: { topics: ["load-{0..11}"] }',
    );
    const { profile } = await loadText(text, { overrides: { topic: 'other-{0..2}' } });
    expect(profile.scenarios.many!.topics).toEqual(topicNames('other-{0..2}'));
    expect(profile.consumers!.audit!.topics).toEqual(topicNames('other-{0..2}'));
    expect(profile.topics).toEqual({ 'other-{0..2}': expect.objectContaining({ partitions: 2 }) });
  });
});

describe('an entry', () => {
  const partitions = async (...blocks: string[]) => {
    const scenarios = [scenario('many', 'topic: load-{0..9}'), scenario('one', 'topic: load-7')];
    const { topics } = (await loadText(profileOf(scenarios, ...blocks))).profile;
    return topicNames('load-{0..9}').map((name) => topicFinder(topics)(name)?.partitions);
  };

  test('of fewer topics wins, wherever it stands', async () => {
    const entries = [
      '  load-{0..9}: { partitions: 1 }',
      '  load-{2..3}: { partitions: 2 }',
      '  load-3: { partitions: 3 }',
    ];
    const expected = [1, 1, 2, 3, 1, 1, 1, 1, 1, 1];
    expect(await partitions('topics:', ...entries)).toEqual(expected);
    expect(await partitions('topics:', ...entries.toReversed())).toEqual(expected);
  });

  test.each([
    ['l-{0..9}', 'l-{0..999}', ['l-{0..9}', 'l-{10..999}']],
    ['l-{0..8}', 'l-{0..9}', ['l-9', 'l-{0..8}']],
    ['l-{005..020}', 'l-{000..100}', ['l-{000..004}', 'l-{005..020}', 'l-{021..100}']],
  ])('%s of the topics of %s leaves the others as patterns', async (entry, topic, entries) => {
    const block = `topics: { "${entry}": { partitions: 2 } }`;
    const { topics } = (await loadText(profileOf([scenario('s', `topic: "${topic}"`)], block))).profile;
    expect(Object.keys(topics).toSorted()).toEqual(entries);
    expect(Object.keys(topics).filter((each) => topics[each]!.partitions === 2)).toEqual([entry]);
    expect(
      Object.keys(topics)
        .flatMap((each) => topicNames(each))
        .toSorted(),
    ).toEqual(topicNames(topic).toSorted());
  });

  test('that overlaps another says the same, or is refused', async () => {
    const block = (count: number) => [
      'topics:',
      '  load-{0..6}: { partitions: 2 }',
      `  load-{5..9}: { partitions: ${count} }`,
    ];
    expect(await partitions(...block(2))).toEqual(Array(10).fill(2));
    expect(await problemTexts(profileOf([scenario('many', 'topic: load-{0..9}')], ...block(3)))).toEqual([
      'topics.load-{5..9}: `load-{0..6}` names `load-5` too, with other settings | change one of the ranges, so that a topic has one entry',
    ]);
  });
});

test('of 100 scenarios and entries that overlap no pair is compared name by name', async () => {
  const patterns = Array.from(
    { length: 100 },
    (_, i) => `load-{${i * 10}..${i * 10 + 999}}${i % 2 === 0 ? '' : `.z${i}`}`,
  );
  const scenarios = patterns.map((pattern, i) => scenario(`s${i}`, `topic: ${pattern}`));
  const block = ['topics:', ...patterns.map((pattern, i) => `  ${pattern}: { partitions: ${i % 2 === 0 ? 1 : i} }`)];
  const padding = vi.spyOn(String.prototype, 'padStart');
  try {
    const { profile } = await loadText(profileOf(scenarios, ...block));
    expect(profile.topics[patterns[99]!]?.partitions).toBe(99);
    // The names of the scenarios are made, a few times each.
    expect(padding.mock.calls.length).toBeLessThan(4 * 100 * 1000);
  } finally {
    padding.mockRestore();
  }
});

describe('a resolved profile', () => {
  const reloaded = async (profile: Profile) => {
    const text = stringify(renderProfile(profile));
    return { text, again: (await loadText(text)).profile };
  };

  test.each([
    ['a pattern', ['topic: load-{0..999}'], ['verify: true']],
    ['count and pattern', ['topics: { count: 1000, pattern: "load-{n}" }', 'spread: zipf'], []],
    [
      'settings and a spread',
      ['topic: load-{0..9}', 'spread: { field: atm_id }'],
      ['topics:', '  load-{0..20}: { cleanup: true }', '  load-7: { partitions: 3 }'],
    ],
    ['consumers', ['topic: load-{0..9}'], ['consumers:', '  a: { topics: ["load-{3..9}", load-0] }', '  b: {}']],
    [
      'a consumer alone',
      ['topic: load-{0..9}'],
      ['topics:', '  old-{0..3}: {}', 'consumers:', '  a: { topics: ["old-{0..3}"] }'],
    ],
  ])('of %s is short and loads as the same', async (_, lines, blocks) => {
    const scenarios = [scenario('many', ...lines), scenario('one', 'topic: load-7')];
    const { profile } = await loadText(profileOf(scenarios, ...blocks));
    const { text, again } = await reloaded(profile);
    expect(again).toEqual(profile);
    expect(text.split('\n').length).toBeLessThan(250);
    expect(parse(text).scenarios.many.topics).toBeUndefined();
  });

  test('overlapping scenarios load as the same, in either order', async () => {
    for (const entries of [
      ['load-{0..9}', 'load-{5..14}', 'load-{8..8}'],
      ['load-{5..14}', 'load-8', 'load-{0..9}'],
    ]) {
      const scenarios = entries.map((entry, i) => scenario(`s${i}`, `topic: ${entry}`));
      const { profile } = await loadText(profileOf(scenarios, 'verify: true'));
      expect((await reloaded(profile)).again).toEqual(profile);
    }
  });
});

test.each(['1e9', '1e300'])('clients: %s is one problem, found before anything is made of each', async (count) => {
  const [problem, ...others] = await problemTexts(profileOf([scenario('many', `clients: ${count}`)]));
  expect([problem, others]).toEqual([expect.stringContaining('clients: must be at most 10000000, not'), []]);
});

test.each([
  ['topics: l-{0..9}', 'topics: expected a map, not `l-{0..9}`', 'is written topic: "l-{0..9}"'],
  ['topics: [a, b]', 'topics: expected a map', 'is written topic: "load-{0..9}"'],
  ['topic: [a, b]', 'topic: expected text', 'one pattern of names: topic: "load-{0..9}"'],
  ['topic: { count: 3, pattern: "a-{n}" }', 'topic: expected text', 'keys of `topics`'],
])('%s has a hint how it is written', async (line, message, hint) => {
  expect(await problemTexts(profileOf([scenario('many', line)]))).toEqual([
    expect.stringMatching(new RegExp(`^scenarios\\.many\\.${literal(message)}.* \\| .*${literal(hint)}$`)),
  ]);
});

test('topics of a group as text have a hint how they are written', async () => {
  const text = profileOf([scenario('many', 'topic: load-{0..9}')], 'consumers:', '  audit: { topics: "load-{0..9}" }');
  expect(await problemTexts(text)).toEqual([
    'consumers.audit.topics: expected a list, not `load-{0..9}` | topics: ["load-{0..9}"]',
  ]);
});

test('all problems are reported at once', async () => {
  const text = profileOf(
    [
      scenario('both', 'topic: a', 'topics: { count: 2, pattern: "b-{n}" }'),
      scenario('none', 'topics: { count: 2, pattern: "b" }'),
      scenario('twice', 'topics: { count: 2, pattern: "{n}-{n}" }'),
      scenario('back', 'topic: load-{9..0}'),
      scenario('field', 'topic: load-{0..9}', 'spread: { field: atm_idd }'),
      scenario('kind', 'topic: load-{0..9}', 'spread: unifrom'),
    ],
    'topics:',
    '  load-{0..}: {}',
    'consumers:',
    '  audit: { topics: ["load-{0..9}-{0..9}"] }',
  );
  expect(await problemTexts(text)).toEqual([
    expect.stringContaining('scenarios.both.topics: `topics` says what `topic` says'),
    expect.stringContaining('scenarios.none.topics.pattern: `b` has no `{n}`'),
    expect.stringContaining('scenarios.twice.topics.pattern: `{n}-{n}` has 2 times `{n}`'),
    expect.stringContaining('scenarios.back.topic: the range of `load-{9..0}` runs backwards | write load-{0..9}'),
    expect.stringContaining('scenarios.field.spread.field: `atm_idd` is not a field of `atm` | did you mean `atm_id`?'),
    expect.stringContaining('scenarios.kind.spread: expected `round-robin`'),
    expect.stringContaining('topics.load-{0..}: `load-{0..}` has no range of whole numbers'),
    expect.stringContaining('consumers.audit.topics[0]: `load-{0..9}-{0..9}` has 2 ranges: a pattern has one'),
  ]);
});

test('a group reads topics that are sent to', async () => {
  const text = profileOf(
    [scenario('many', 'topic: load-{0..9}')],
    'consumers:',
    '  audit: { topics: ["load-{5..14}", "load-{5..14}"], clockProbe: { topic: load-3 } }',
  );
  expect(await problemTexts(text)).toEqual([
    expect.stringContaining('audit.topics[0]: no scenario sends to 5 topics of `load-{5..14}`, e.g. `load-10`'),
    expect.stringContaining('audit.topics[1]: `load-{5..14}` is there twice'),
    expect.stringContaining('audit.topics[1]: no scenario sends to 5 topics of `load-{5..14}`, e.g. `load-10`'),
    expect.stringContaining('clockProbe.topic: `load-3` is a topic of the run'),
  ]);
});
