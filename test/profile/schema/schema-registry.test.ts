import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { formatProblem } from '../../../src/errors.ts';
import { CONSTANT, type LoadTextOptions, loadText, problemsOf, scenario } from '../load-text.ts';

function load(block: string, options: LoadTextOptions = {}) {
  return loadText(`schemaRegistry: ${block}\n${scenario(...CONSTANT)}`, options);
}

const specOf = async (block: string, options: LoadTextOptions = {}) =>
  (await load(block, options)).profile.schemaRegistry;

test('an address is enough', async () => {
  const spec = { url: 'http://localhost:8081', subject: 'topic', register: true, tls: {} };
  expect(await specOf('{ url: "http://localhost:8081/" }')).toEqual(spec);
  expect(await specOf('{ url: "https://host/apis/ccompat/v7/" }')).toMatchObject({
    url: 'https://host/apis/ccompat/v7',
  });
});

test('flag over profile over environment over none', async () => {
  const env = { SCHEMA_REGISTRY_URL: 'http://environment' };
  const overrides = { schemaRegistryUrl: 'http://flag' };
  const urlOf = async (block: string, options: LoadTextOptions) => (await specOf(block, options))?.url;
  expect(await urlOf('{ url: "http://profile" }', { env, overrides })).toBe('http://flag');
  expect(await urlOf('{ url: "http://profile" }', { env })).toBe('http://profile');
  expect(await urlOf('{}', { env })).toBe('http://environment');
  expect(await urlOf(`{ url: "\${SCHEMA_REGISTRY_URL:-}" }`, { env })).toBe('http://environment');
  expect(await urlOf(`{ url: "\${SCHEMA_REGISTRY_URL:-}" }`, {})).toBeUndefined();
  expect((await loadText(scenario(...CONSTANT), { env })).profile.schemaRegistry?.url).toBe('http://environment');
});

test('every key has its meaning, and --set reaches those with dots', async () => {
  const tls =
    '"ssl.ca.location": ca, "ssl.certificate.location": cert, "ssl.key.location": key, "ssl.key.password": pw77';
  const set = ['schemaRegistry.bearer.auth.token=tok-3n', 'schemaRegistry.subject=topic-record'];
  const block = `{ url: "https://x", register: false, ${tls} }`;
  expect(await specOf(block, { overrides: { set } })).toEqual({
    url: 'https://x',
    subject: 'topic-record',
    register: false,
    auth: { kind: 'bearer', secret: 'tok-3n' },
    tls: { caFile: 'ca', certificateFile: 'cert', keyFile: 'key', keyPassword: 'pw77' },
  });
});

test.each([
  ['in the address', '{ url: "http://me:p%40ss@localhost:8081" }'],
  ['beside it', '{ url: "http://localhost:8081", basic.auth.user.info: "me:p@ss" }'],
])('a user and password %s', async (_, block) => {
  expect(await specOf(block)).toMatchObject({
    url: 'http://localhost:8081',
    auth: { kind: 'basic', secret: 'me:p@ss' },
  });
});

test('a user alone, a password alone; the line end behind a token is none of it', async () => {
  const auth = (secret: string) => ({ auth: { kind: 'basic', secret } });
  expect(await specOf('{ url: "http://key@localhost" }')).toMatchObject(auth('key:'));
  expect(await specOf('{ url: "http://:zw3ig@localhost" }')).toMatchObject(auth(':zw3ig'));
  const written = await specOf('{ url: "http://localhost", bearer.auth.token: "abc.def\\n" }');
  expect(written).toMatchObject({ auth: { kind: 'bearer', secret: 'abc.def' } });
});

test('the resolved profile says it all but the secrets, and nothing where there is no registry', async () => {
  const written = '{ url: "https://me:corr3ct-horse@host", subject: record, "ssl.ca.location": ca.pem }';
  const { resolved } = await load(written);
  expect(resolved).not.toContain('corr3ct-horse');
  expect(parse(resolved).schemaRegistry).toEqual({
    url: 'https://host',
    subject: 'record',
    register: true,
    'basic.auth.user.info': '***',
    'ssl.ca.location': 'ca.pem',
  });
  const { resolved: token } = await load('{ url: "https://host", bearer.auth.token: battery-st4ple }');
  expect(token).not.toContain('battery-st4ple');
  expect((await load('{}')).resolved).not.toContain('schemaRegistry');
});

describe('refused, with the line and what helps', () => {
  test.each([
    ['no address', '{ url: localhost:8081 }', 'url', /not the address.*http:\/\/localhost:8081/],
    ['another protocol', '{ url: "kafka://localhost" }', 'url', /not the address/],
    ['two', '{ url: "http://a,http://b" }', 'url', /one address/],
    ['more than an address', '{ url: "http://a?x=1" }', 'url', /not the address/],
    ['a strategy', '{ url: "http://a", subject: topics }', 'subject', /did you mean `topic`/],
    ['a token with a space', '{ url: "http://a", bearer.auth.token: "Bearer x" }', 'bearer.auth.token', /no token/],
    ['a token in no ASCII', '{ url: "http://a", bearer.auth.token: "t€ken" }', 'bearer.auth.token', /no token/],
    ['register', '{ url: "http://a", register: maybe }', 'register', /true/],
    ['no colon', '{ url: "http://a", basic.auth.user.info: me }', 'basic.auth.user.info', /user:password/],
    [
      'two credentials',
      '{ url: "http://u:v@a", bearer.auth.token: t }',
      'bearer.auth.token',
      /credentials are given twice/,
    ],
    ['twice', '{ url: "http://u:v@a", basic.auth.user.info: "u:v" }', 'basic.auth.user.info', /given twice/],
    ['a lone key', '{ url: "https://a", ssl.key.location: k }', 'ssl.key.location', /ssl\.certificate\.location/],
    ['a lone certificate', '{ url: "https://a", ssl.certificate.location: c }', 'ssl.certificate.location', /its key/],
    ['a typo', '{ url: "http://a", basic.auth.userinfo: "u:v" }', undefined, /`basic\.auth\.user\.info`/],
  ])('%s', async (_, block, key, says) => {
    const problems = await problemsOf(load(block));
    expect(problems.map(formatProblem)).toEqual([expect.stringMatching(says)]);
    expect(problems[0]!.place).toBe('profile.yaml:1');
    if (key !== undefined) expect(problems[0]!.path).toBe(`schemaRegistry.${key}`);
  });

  test('a bad address in the environment is told by its name', async () => {
    for (const name of ['SCHEMA_REGISTRY_URL', 'CONFLUENT_CLOUD_SCHEMA_REGISTRY_URL']) {
      for (const address of ['nowhere', 'http://me:tr0u/b4dor@a']) {
        const [problem] = await problemsOf(load('{}', { env: { [name]: address } }));
        expect(problem).toMatchObject({ place: name, path: 'schemaRegistry.url' });
      }
    }
  });

  test('no password is in what is said of its address', async () => {
    const problems = await problemsOf(load('{ url: ["http://me:tr0ub4dor@a"], subject: "http://me:tr0ub4dor@a" }'));
    const again = await problemsOf(load('{ url: "http://me:tr0ub4dor@a", subject: "tr0ub4dor" }'));
    expect(JSON.stringify([problems, again])).not.toContain('tr0ub4dor');
  });
});
