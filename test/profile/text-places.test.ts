import { describe, expect, test } from 'vitest';
import type { Profile } from '../../src/profile/profile.ts';
import { avroRecord } from '../workload/avro-record.ts';
import { CONSTANT, loadText, problemsOf, scenario } from './load-text.ts';

const SCHEMA = JSON.stringify(
  avroRecord('Order', [
    { name: 'version', type: 'string' },
    { name: 'price', type: 'double' },
    { name: 'flag', type: ['null', 'boolean', 'string'] },
    { name: 'either', type: ['string', 'long'] },
    { name: 'raw', type: 'bytes' },
    { name: 'place', type: avroRecord('Place', [{ name: 'zip', type: 'string' }]) },
    { name: 'tags', type: { type: 'array', items: 'string' } },
  ]),
);
const MODULE = `import { defineWorkload } from 'kafka-load-engine';
export default defineWorkload({ params: { prefix: { default: 'a' }, size: { default: 1 } }, value: () => ({ a: 1 }) });`;

const atm = (...lines: string[]) => scenario(...CONSTANT, ...lines);
const own = (workload: string, ...lines: string[]) =>
  scenario(`workload: ${workload}`, 'executor: constant-arrival-rate', 'rate: 1', 'duration: 1s', ...lines);
const beside = { 'order.avsc': SCHEMA, 'orders.ts': MODULE };

/** As written, in every notation that YAML has for a number or for true. */
const WRITTEN = [
  '0042',
  '1.10',
  '1.0',
  '1e3',
  '0x1F',
  '0o17',
  '+5',
  '-0',
  '.5',
  '12345678901234567890',
  '.inf',
  'True',
];

describe('where text is meant the source counts', () => {
  test.each(WRITTEN)('%s', async (text) => {
    const lines = [`headers: { h: ${text}, list: "x" }`, `topic: &t topic-${text.replaceAll('+', '')}`];
    const whole = `${atm(...lines)}kafka: { client.id: ${text} }\nproducer: { sasl.password: ${text} }\nschemaRegistry: { url: "http://h", basic.auth.user.info: "u:p", ssl.key.password: ${text} }\n`;
    const { profile } = await loadText(whole);
    expect(profile.scenarios.atm!.headers.h).toBe(text);
    expect(profile.kafka['client.id']).toBe(text);
    expect(profile.producer['sasl.password']).toBe(text);
    expect(profile.schemaRegistry?.tls.keyPassword).toBe(text);
  });

  test('names and topics, of a topic and its settings as well', async () => {
    const { profile } = await loadText(`name: 0770\n${atm('topic: 1.10')}topics: { 1.10: { partitions: 3 } }\n`);
    expect(profile.name).toBe('0770');
    expect(profile.topics).toMatchObject({ '1.10': { partitions: 3 } });
  });

  test('an anchor is a number in one place, and text in another', async () => {
    const { profile } = await loadText(
      scenario(
        'workload: bytes',
        'executor: constant-arrival-rate',
        'rate: 1',
        'duration: 1s',
        'params: { size: &s 0100 }',
        'headers: { size: *s }',
      ),
    );
    expect(profile.scenarios.atm).toMatchObject({ params: { size: 100 }, headers: { size: '0100' } });
  });

  test('parameters and constants, by their type', async () => {
    const params = await loadText(own('./orders.ts', 'params: { prefix: 0042, size: 0042 }'), { beside });
    expect(params.profile.scenarios.atm!.params).toEqual({ prefix: '0042', size: 42 });
    const variable = own('./orders.ts', `params: { prefix: "\${P}", size: "\${P}" }`);
    const byVariable = await loadText(variable, { beside, env: { P: '0042' } });
    expect(byVariable.profile.scenarios.atm!.params).toEqual({ prefix: '0042', size: 42 });
    const fields = [
      'version: { constant: 1.10 }',
      'price: { constant: 1.10 }',
      'flag: { constant: True }',
      'either: { constant: 0042 }',
      'raw: { constant: 0042 }',
      'place: { constant: { zip: 01234 } }',
      'tags: { constant: [01, 2.0] }',
    ];
    const { profile } = await loadText(own('{ schema: ./order.avsc }', `fields: { ${fields.join(', ')} }`), { beside });
    expect(profile.scenarios.atm!.fields).toEqual({
      version: { constant: '1.10' },
      price: { constant: 1.1 },
      flag: { constant: true },
      either: { constant: 42 },
      raw: { constant: '0042' },
      place: { constant: { zip: '01234' } },
      tags: { constant: ['01', '2.0'] },
    });
  });

  test.each(['1.9: 40, 1.10: 60', '0042: 1, 42: 1', '1e3: 1, 1000: 1', '0x1F: 1, True: 1, null: 1'])(
    'weights {%s}',
    async (weights) => {
      const fields = `fields: { version: { weighted: { ${weights} } } }`;
      const { profile } = await loadText(own('{ schema: ./order.avsc }', fields), { beside });
      const names = Object.keys(profile.scenarios.atm!.fields.version!.weighted!);
      expect(new Set(names)).toEqual(new Set(weights.split(', ').map((each) => each.split(':')[0])));
    },
  );

  test('a key that stands twice is one that is written the same', async () => {
    const problems = await problemsOf(loadText(atm('headers: { 7.10: a, 7.10: b }')));
    expect(problems[0]!.message).toContain('`7.10` stands twice');
  });

  const bySet = async (...set: string[]): Promise<Profile> => (await loadText(atm(), { overrides: { set } })).profile;

  test.each(WRITTEN)('--set with %s', async (text) => {
    const profile = await bySet(
      `producer.client.id=${text}`,
      `scenarios.atm.headers.h=${text}`,
      `scenarios.atm.headers={ a: ${text} }`,
      `kafka.sasl.password=${text}`,
    );
    expect(profile.producer['client.id']).toBe(text);
    expect(profile.kafka['sasl.password']).toBe(text);
    expect(profile.scenarios.atm!.headers).toEqual({ a: text });
  });

  test('numbers stay numbers', async () => {
    const profile = await bySet('seed=0042', 'scenarios.atm.params.atms=1e1', 'workers=2', 'scenarios.atm.rate=1e1');
    expect(profile).toMatchObject({ seed: 42, workers: 2 });
    expect(profile.scenarios.atm).toMatchObject({ params: { atms: 10 }, executor: { ratePerSec: 10 } });
  });

  test('flags', async () => {
    const { profile } = await loadText(own('./orders.ts'), {
      beside,
      overrides: { topic: '0042', params: { prefix: '1.10' }, producerConfig: ['client.id=1e3'] },
    });
    expect(profile.scenarios.atm).toMatchObject({ topic: '0042', params: { prefix: '1.10' } });
    expect(profile.producer['client.id']).toBe('1e3');
  });
});

describe('aliases', () => {
  const bomb = (levels: number) => {
    const level = (i: number) =>
      `a${i}: &a${i} [${Array(10)
        .fill(i === 0 ? 'x' : `*a${i - 1}`)
        .join(', ')}]`;
    return [...Array(levels).keys()].map(level).join('\n');
  };

  test.each([
    ['that stand for a million values', `${bomb(8)}\nversion: 1\nscenarios: *a7\n`, /aliases expand to more than/],
    ['inside of what they stand for', atm('headers: &h { a: *h }'), /`\*h` is inside its own anchor/],
    ['in a list that is in itself', atm('messages: &m [[*m]]'), /`\*m` is inside/],
    ['of nothing', atm('topic: *t'), /undefined alias/],
  ])('%s', async (_, text, message) => {
    const problems = await problemsOf(loadText(text));
    expect(problems[0]).toMatchObject({
      place: expect.stringMatching(/^profile\.yaml:\d+$/),
      message: expect.stringMatching(message),
    });
  });

  test('as they are meant', async () => {
    const { profile } = await loadText(
      `topics: { a: &t { partitions: 3 }, b: *t }\nscenarios:\n  x: &x { workload: atm, topic: a, executor: constant-arrival-rate, rate: 1, duration: 1s }\n  y: { workload: atm, topic: b, executor: constant-arrival-rate, rate: 1, duration: 1s }\n`,
    );
    expect(profile.topics).toMatchObject({ a: { partitions: 3 }, b: { partitions: 3 } });
  });
});

test('`__proto__` is an unknown key wherever it stands', async () => {
  const at = (text: string, ...set: string[]) => problemsOf(loadText(text, { overrides: { set } }));
  const lines = [`headers: { __proto__: x }`, 'params: { __proto__: 1 }', 'fields: { __proto__: { constant: 1 } }'];
  for (const text of [
    `__proto__: {}\n${atm()}`,
    ...lines.map((line) => atm(line)),
    `${atm()}topics: { __proto__: {} }\n`,
  ]) {
    expect((await at(text)).map(({ message }) => message)).toEqual(['unknown key `__proto__`']);
  }
  expect((await at(atm(), 'producer.__proto__=1'))[0]).toMatchObject({ place: '--set producer.__proto__' });
  const property = loadText(atm(), { overrides: { producerConfig: ['__proto__=1'] } });
  expect((await problemsOf(property))[0]!.message).toBe('unknown client property `__proto__`');
});

test.each(['constructor', 'toString', 'hasOwnProperty'])('`%s` is unknown as well', async (name) => {
  const text = `${name}: 1\nproducer: { ${name}: 1 }\n${atm(`${name}: 1`, `params: { ${name}: 1 }`)}`;
  const problems = await problemsOf(loadText(text));
  expect(problems.map(({ message }) => message)).toEqual([
    `unknown key \`${name}\``,
    `unknown client property \`${name}\``,
    `unknown key \`${name}\``,
    `\`atm\` has no parameter \`${name}\``,
  ]);
});
