/** A mistake is told once, in words for the person who made it: no echo of the parser's, no consequence as a second one. */
import { expect, test } from 'vitest';
import { formatProblem } from '../../src/errors.ts';
import { loadProfile } from '../../src/profile/load.ts';
import { directoryOf } from '../workload/own-files.ts';
import { CONSTANT, loadText, problemsOf, scenario } from './load-text.ts';

const atm = (...lines: string[]) => scenario(...CONSTANT, ...lines);
const AT = 'profile.yaml:7: scenarios.atm';
const A_KEY =
  'expected the name of a field, `none`, { uniform: N }, { sequential: N }, { zipf: … } or { hotspot: … }, not';

test.each<[name: string, text: string, says: string]>([
  [
    'a key twice',
    `${atm()}    rate: 20\n`,
    'profile.yaml:7: invalid YAML: the key `rate` stands twice in the same map',
  ],
  [
    'a line that is out of place',
    atm().replace('    rate', '   rate'),
    'profile.yaml:5: invalid YAML: All mapping items must start at the same column',
  ],
  [
    'two documents',
    `${atm()}---\n${atm()}`,
    'profile.yaml:7: invalid YAML: there is a second document; only one is read',
  ],
  ['an alias of nothing', atm('key: *nope'), 'profile.yaml:7: undefined alias: put text that begins with * in quotes'],
  ['a list as a key', 'scenarios:\n  ? [a, b]\n  : 1\n', 'profile.yaml:2: a key must be text'],
  ['bytes', atm('key: !!binary aaaa'), 'profile.yaml:7: invalid YAML: Unresolved tag: tag:yaml.org,2002:binary'],
  [
    'a misspelt key that is missed',
    atm().replace('rate:', 'rat:'),
    'profile.yaml:5: scenarios.atm: unknown key `rat` (did you mean `rate`?)',
  ],
  [
    'an endless number',
    atm().replace('rate: 10', 'rate: .inf'),
    'profile.yaml:5: scenarios.atm.rate: expected a rate such as 25, 25/s or 1000/h, not `Infinity`',
  ],
  [
    'more than a message a nanosecond',
    atm().replace('rate: 10', 'rate: 1e30'),
    'profile.yaml:5: scenarios.atm.rate: `1e+30` is too high (the highest rate is 1,000,000,000/s)',
  ],
  [
    'a whole number beyond all',
    `seed: 99999999999999999999\n${atm()}`,
    'profile.yaml:1: seed: must be at most 9007199254740991, not `100000000000000000000`',
  ],
  ['a value that is like none there is', atm('mark: 1'), `${AT}.mark: \`1\` is not one of auto, header, none`],
  ['a list for a key', atm('key: [5]'), `${AT}.key: ${A_KEY} \`[5]\``],
  [
    'a number for a key, which is a name like any other',
    atm('key: 5'),
    `${AT}.key: \`5\` is not a field of \`atm\` (one of atm_id, region_id, user_id, card_number, none)`,
  ],
  ['a key of nothing', atm('key: {}'), `${AT}.key: ${A_KEY} \`{}\``],
  ['an empty key', atm('key: ""'), `${AT}.key: must not be empty`],
  [
    'two distributions of keys',
    atm('key: { uniform: 5, sequential: 5 }'),
    `${AT}.key: \`sequential\` has no place beside \`uniform\``,
  ],
  [
    'a misspelt parameter of one',
    atm('key: { zipf: { cardinalty: 5 } }'),
    `${AT}.key.zipf: unknown key \`cardinalty\` (did you mean \`cardinality\`?)`,
  ],
  [
    'a field that cannot be the key',
    atm('key: amount'),
    `${AT}.key: \`amount\` is not a key field of \`atm\` (one of atm_id, region_id, user_id, card_number, none)`,
  ],
  [
    'per cent',
    atm('anomalies: { tombstones: 1.5% }'),
    `${AT}.anomalies.tombstones: expected a number, not \`1.5%\` (a share is written 0.015)`,
  ],
  [
    'a value in place of a rule',
    atm('fields: { amount: 5 }'),
    `${AT}.fields.amount: expected a map, not \`5\` (a rule, e.g. { constant: 5 } or { range: [1, 100] })`,
  ],
  [
    'half a range',
    atm('fields: { amount: { range: [5] } }'),
    `${AT}.fields.amount.range[1]: is missing; expected a number or text`,
  ],
  [
    'a range and a half',
    atm('fields: { amount: { range: [1, 2, 3] } }'),
    `${AT}.fields.amount.range: expected at most 2 items`,
  ],
  ['no ranges', atm('fields: { amount: { ranges: [] } }'), `${AT}.fields.amount.ranges: must not be empty`],
  [
    'a number as a threshold',
    `${atm()}thresholds: { failed: 5 }\n`,
    'profile.yaml:7: thresholds.failed: `5` is not a threshold (avg, min, max, count, rate, p(N) or p, then < <= > >= or ==, then a number, as in p(99)<250)',
  ],
  [
    'a misspelt key of a threshold',
    `${atm()}thresholds: { failed: { treshold: count<1 } }\n`,
    'profile.yaml:7: thresholds.failed: unknown key `treshold` (did you mean `threshold`?)',
  ],
])('%s', async (_, text, says) => {
  const problems = await problemsOf(loadText(text));
  expect(problems.map(formatProblem)).toEqual([says]);
});

test('a file that is no text', async () => {
  const cwd = directoryOf({ 'profile.yaml': Buffer.from(`\uFEFF${atm()}`, 'utf16le') });
  const problems = await problemsOf(loadProfile('profile.yaml', { cwd, env: {} }));
  expect(problems.map(formatProblem)).toEqual(['profile.yaml: cannot be read: not valid UTF-8']);
});

test.each([
  ['a byte order mark', `\uFEFF${atm()}`],
  ['lines that end as in Windows', atm().replaceAll('\n', '\r\n')],
])('%s is no mistake', async (_, text) => {
  expect((await loadText(text)).profile.scenarios.atm?.topic).toBe('atm-transactions');
});

test('shares of anomalies are numbers alike: the rest of duplicates and late has defaults', async () => {
  const anomaliesOf = async (text: string) =>
    (await loadText(atm(`anomalies: ${text}`))).profile.scenarios.atm?.anomalies;
  const anomalies = await anomaliesOf('{ tombstones: 0.01, duplicates: 0.02, late: "0.03", malformed: 0.04 }');
  expect(anomalies).toEqual(
    await anomaliesOf(
      '{ tombstones: 0.01, duplicates: { rate: 0.02, within: 100 }, late: { rate: 0.03, by: { min: 1m, max: 10m } }, malformed: 0.04 }',
    ),
  );
  expect(anomalies).toMatchObject({ duplicates: { rate: 0.02 }, late: { rate: 0.03, minMs: 60_000, maxMs: 600_000 } });
});
