import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { EXIT, InputError, LoadError } from '../../src/errors.ts';
import type { SchemaRegistrySpec } from '../../src/profile/profile.ts';
import { PATIENCE } from '../../src/registry/exchange.ts';
import { openRegistry } from '../../src/registry/registry-client.ts';
import { rememberSecret } from '../../src/secrets.ts';
import { certificate } from '../transport/certificate.ts';
import { startRegistry } from './fake-registry.ts';

/** Of a machine that is busy: what is not asked again here is not for want of time. */
const PATIENT = { answerMs: 60_000, totalMs: 300_000, pauseMs: 1 };

function open(url: string, more: Partial<SchemaRegistrySpec> = {}, patience = PATIENT) {
  return openRegistry({ url, subject: 'topic', register: true, tls: {}, ...more }, patience);
}

async function errorOf(asking: Promise<unknown>): Promise<LoadError> {
  const error = await asking.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(LoadError);
  expect((error as LoadError).exitCode).toBe(EXIT.failed);
  expect((error as LoadError).hint).toBeTruthy();
  return error as LoadError;
}

const schema = '{"type":"record","name":"ok","fields":[]}';

test('registers once, finds it again by schema, by id and as the latest', async () => {
  await using server = await startRegistry();
  const registry = open(server.url);
  expect(await registry.lookup('t-value', schema)).toBeUndefined();
  expect(await registry.latest('t-value')).toBeUndefined();
  expect(await registry.check('t-value', schema)).toBeUndefined();
  expect(await registry.register('t-value', schema)).toBe(101);
  expect(await registry.register('t-value', schema)).toBe(101);
  expect(await registry.lookup('t-value', schema)).toEqual({ id: 101, version: 1, schema });
  expect(await registry.latest('t-value')).toEqual({ id: 101, version: 1, schema });
  expect(await registry.schemaById(101)).toEqual({ schema, type: 'AVRO', references: [] });
  expect(await registry.schemaOf({ subject: 't-value', version: 1 })).toEqual({ schema, type: 'AVRO', references: [] });
  expect(await registry.schemaOf({ subject: 't-value', version: 2 })).toBeUndefined();
  expect(await registry.schemaById(102)).toBeUndefined();
  expect(server.questions[3]).toMatchObject({
    method: 'POST',
    path: '/subjects/t-value/versions',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: { schema },
  });
});

test('a subject may have any letters, the address a path', async () => {
  await using server = await startRegistry();
  await open(`${server.url}`).register('a b/c?d-value', schema);
  expect([...server.subjects.keys()]).toEqual(['a b/c?d-value']);
  server.replies.push({ status: 200, body: { id: 5 } });
  expect(await open(`${server.url}/apis/ccompat/v7`).register('t', schema)).toBe(5);
  expect(server.questions.at(-1)!.path).toBe('/apis/ccompat/v7/subjects/t/versions');
});

test('an incompatible schema: the reason in the registry’s own words', async () => {
  await using server = await startRegistry();
  const registry = open(server.url);
  await registry.register('t-value', schema);
  const other = '{"type":"record","name":"other","fields":[]}';
  expect(await registry.check('t-value', other)).toEqual({ compatible: false, reason: 'field x is gone; y too' });
  expect(await registry.check('t-value', schema)).toEqual({ compatible: true });
  const error = await errorOf(registry.register('t-value', other));
  expect(error.code).toBe('REGISTRY_INCOMPATIBLE');
  expect(error.message).toContain('subject t-value: 409: field x is gone');
});

describe('asked again', () => {
  test('what is down for a moment is ridden out', async () => {
    await using server = await startRegistry();
    const slow = { status: 408, body: {} };
    server.replies.push({ status: 503, text: 'starting' }, 'reset', { status: 429, body: {} }, slow);
    expect(await open(server.url).register('t', schema)).toBe(101);
    expect(server.questions).toHaveLength(5);
  });

  test('what does not answer in time is not waited for', async () => {
    await using server = await startRegistry();
    server.replies.push('hang');
    expect(await open(server.url, {}, { ...PATIENT, answerMs: 300 }).register('t', schema)).toBe(101);
    expect(server.replies).toEqual([]);
  });

  test('five times at most', async () => {
    await using server = await startRegistry();
    for (let i = 0; i < 9; i++) server.replies.push({ status: 500, body: { message: 'the store is gone' } });
    const error = await errorOf(open(server.url).register('t', schema));
    expect(error.code).toBe('REGISTRY_UNREACHABLE');
    expect(error.message).toContain('500: the store is gone (asked 5 times');
    expect(server.questions).toHaveLength(5);
  });

  test.each([400, 401, 403, 404, 409, 422])('a refusal (%i) stands', async (status) => {
    await using server = await startRegistry();
    server.replies.push({ status, body: { error_code: status, message: 'no' } });
    await errorOf(open(server.url).register('t', schema));
    expect(server.questions).toHaveLength(1);
  });
});

describe('nobody there', () => {
  test('refused', async () => {
    const server = await startRegistry();
    await server[Symbol.asyncDispose]();
    const error = await errorOf(open(server.url).register('t', schema));
    expect(error.code).toBe('REGISTRY_UNREACHABLE');
    expect(error.message).toContain(`${server.url} cannot be used: connection refused (asked 5 times`);
  });

  test('silent: given up in the time there is, whatever is left of it for the last answer', async () => {
    await using server = await startRegistry();
    for (let i = 0; i < 9; i++) server.replies.push('hang');
    const error = await errorOf(open(server.url, {}, { answerMs: 100, totalMs: 250, pauseMs: 1 }).latest('t'));
    // Three times unless the machine is busy: the last one has what is left, and no pause is longer than that.
    expect(error.message).toMatch(/no answer within 0\.1 s \(asked (once|[23] times) /);
  });

  test('a run starts, or says that it cannot, within ten seconds', () => {
    expect(PATIENCE.totalMs).toBeLessThan(10_000);
    expect(PATIENCE.answerMs).toBeLessThan(PATIENCE.totalMs);
  });
});

describe('no registry at the address', () => {
  test.each([
    ['a web server', { status: 404, text: '<html>' }],
    ['a page for everything', { status: 200, text: '<html>' }],
    ['another API', { status: 404, body: { error: 'no route' } }],
    ['another API of a registry', { status: 404, body: { error_code: 404, message: 'no route' } }],
    ['a redirect to nowhere', { status: 302, text: '' }],
    ['no id', { status: 200, body: {} }],
    ['an id that has no room', { status: 200, body: { id: 2 ** 31 } }],
    ['an id that is none', { status: 200, body: { id: 0 } }],
    ['an answer that is elsewhere', { status: 302, body: { id: 5 } }],
    ['not a number', { status: 200, body: { id: '7' } }],
  ])('%s', async (_, reply) => {
    await using server = await startRegistry();
    server.replies.push(reply);
    const error = await errorOf(open(server.url).register('t', schema));
    expect(error.code).toBe('REGISTRY_UNKNOWN_API');
    expect(error.hint).toContain('/apis/ccompat/v7');
  });
});

test.each([
  ['https://me:s3cret@elsewhere/x?y=1', 'https://elsewhere/x'],
  ['/login', 'URL/login'],
  ['https://[', 'elsewhere'],
])('a redirect is told, without its secrets, and not followed: %s', async (location, shown) => {
  await using server = await startRegistry();
  server.replies.push({ status: 307, text: '', headers: { location } });
  const error = await errorOf(open(server.url).register('t', schema));
  expect(error.code).toBe('REGISTRY_UNKNOWN_API');
  expect(error.message).toBe(
    `the schema registry ${server.url} redirects to ${shown.replace('URL', server.url)} (307)`,
  );
  expect(server.questions).toHaveLength(1);
});

test('a redirect beside the address is told from where that is', async () => {
  await using server = await startRegistry();
  server.replies.push({ status: 301, text: '', headers: { location: 'v7' } });
  const error = await errorOf(open(`${server.url}/ccompat`).register('t', schema));
  expect(error.message).toContain(`redirects to ${server.url}/ccompat/v7 (301)`);
});

test('only a 404 says that something is not there, and what says nothing is no reason', async () => {
  await using server = await startRegistry();
  const registry = open(server.url);
  server.replies.push({ status: 422, body: { error_code: 40401, message: ' ' } });
  const error = await errorOf(registry.lookup('t', schema));
  expect(error.code).toBe('REGISTRY_REFUSED');
  expect(error.message).toMatch(/subject t: 422$/);
  server.replies.push({ status: 200, body: { is_compatible: false, messages: ['', 5] } });
  expect(await registry.check('t', schema)).toEqual({ compatible: false });
});

test('what the registry says comes as one line that ends, and cannot paint the terminal', async () => {
  await using server = await startRegistry();
  const message = `two\nlines \u001b[31mred ${'x'.repeat(5000)}`;
  server.replies.push({ status: 422, body: { error_code: 42201, message } });
  const error = await errorOf(open(server.url).register('t', schema));
  expect(error.message).toContain('422: two lines [31mred xxx');
  expect(error.message).toMatch(/x…$/);
  expect(error.message.length).toBeLessThan(2200);
  server.replies.push({ status: 200, body: { is_compatible: false, messages: [message] } });
  expect((await open(server.url).check('t', schema))!.reason).toMatch(/^two lines \[31mred x+…$/);
});

test('a connection that is closed without a word: is it the protocol?', async () => {
  await using server = await startRegistry();
  for (let i = 0; i < 9; i++) server.replies.push('reset');
  const error = await errorOf(open(server.url).register('t', schema));
  expect(error.code).toBe('REGISTRY_UNREACHABLE');
  expect(error.hint).toContain('https://');
});

describe('credentials', () => {
  test.each([
    ['basic', 'me:s3cr€t', `Basic ${Buffer.from('me:s3cr€t').toString('base64')}`],
    ['bearer', 'abc.def', 'Bearer abc.def'],
  ] as const)('%s', async (kind, secret, authorization) => {
    await using server = await startRegistry();
    await open(server.url, { auth: { kind, secret } }).register('t', schema);
    expect(server.questions[0]!.headers.authorization).toBe(authorization);
  });

  test('none', async () => {
    await using server = await startRegistry();
    await open(server.url).register('t', schema);
    expect(server.questions[0]!.headers).not.toHaveProperty('authorization');
  });

  test.each([401, 403])('%i, and nothing of them in what is said', async (status) => {
    await using server = await startRegistry();
    rememberSecret('hunter22');
    server.replies.push({ status, body: { error_code: status, message: 'not you, me:hunter22' } });
    const error = await errorOf(open(server.url, { auth: { kind: 'basic', secret: 'me:hunter22' } }).latest('t'));
    expect(error.code).toBe('REGISTRY_UNAUTHORIZED');
    expect(error.message).toContain(`subject t: ${status}: not you, me:***`);
    expect(error.hint).toContain('check the user and password');
    expect(JSON.stringify(error) + error.stack).not.toContain('hunter22');
  });

  test('a hint where there are none', async () => {
    await using server = await startRegistry();
    server.replies.push({ status: 401, text: '' });
    expect((await errorOf(open(server.url).latest('t'))).hint).toContain('basic.auth.user.info');
  });
});

describe('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string) => join(folder, name);
  const { key, cert } = certificate({ names: ['127.0.0.1'] });
  const locked = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'open-sesame',
  });
  const wrong = {
    CERT_HAS_EXPIRED: certificate({ names: ['127.0.0.1'], to: '2021-01-01' }),
    ERR_TLS_CERT_ALTNAME_INVALID: certificate({ names: ['elsewhere'] }),
  };
  writeFileSync(file('key.pem'), key);
  writeFileSync(file('cert.pem'), cert);
  writeFileSync(file('locked.pem'), locked);
  writeFileSync(file('other.pem'), wrong.CERT_HAS_EXPIRED.key);
  for (const [name, { cert }] of Object.entries(wrong)) writeFileSync(file(`${name}.pem`), cert);
  const trusting = { caFile: file('cert.pem') };
  const client = { certificateFile: file('cert.pem'), keyFile: file('locked.pem'), keyPassword: 'open-sesame' };

  test('with the authority that signed', async () => {
    await using server = await startRegistry({ key, cert });
    expect(await open(server.url, { tls: trusting }).register('t', schema)).toBe(101);
  });

  test('a certificate that nobody known signed is refused at once, and what helps is named', async () => {
    await using server = await startRegistry({ key, cert });
    const error = await errorOf(open(server.url).register('t', schema));
    expect(error.code).toBe('REGISTRY_TLS');
    expect(error.hint).toContain('ssl.ca.location');
    expect(server.questions).toHaveLength(0);
  });

  test('with a certificate of our own, its key under a password; refused without', async () => {
    await using server = await startRegistry({ key, cert, ca: cert, requestCert: true, rejectUnauthorized: true });
    expect(await open(server.url, { tls: { ...trusting, ...client } }).register('t', schema)).toBe(101);
    await errorOf(open(server.url, { tls: trusting }).register('t', schema));
    expect(server.questions).toHaveLength(1);
  });

  test('https where there is none', async () => {
    await using server = await startRegistry();
    const error = await errorOf(open(server.url.replace('http:', 'https:')).register('t', schema));
    expect(error.code).toBe('REGISTRY_TLS');
    expect(error.hint).toContain('http://');
  });

  test.each([
    ['expired', 'CERT_HAS_EXPIRED', /correct the clock of this machine/],
    ['of another name', 'ERR_TLS_CERT_ALTNAME_INVALID', /a name from its certificate/],
  ] as const)('a certificate that is %s: why, in one line', async (name, code, hint) => {
    await using server = await startRegistry(wrong[code]);
    const error = await errorOf(open(server.url, { tls: { caFile: file(`${code}.pem`) } }).register('t', schema));
    expect([error.code, name]).toEqual(['REGISTRY_TLS', name]);
    expect(error.message).toContain(`(${code})`);
    expect(error.message).not.toMatch(/\n/);
    expect(error.hint).toMatch(hint);
  });

  test('one that wants ours says so, without the places in OpenSSL’s sources', async () => {
    await using server = await startRegistry({ key, cert, ca: cert, requestCert: true, rejectUnauthorized: true });
    const error = await errorOf(open(server.url, { tls: trusting }).register('t', schema));
    expect(error.code).toBe('REGISTRY_TLS');
    expect(error.message).toMatch(/: tlsv13 alert certificate required \(ERR_SSL_\w+\)$/);
    expect(error.hint).toContain('ssl.certificate.location');
  });

  test.each([
    ['authorities without one', { caFile: 'key.pem' }, /^schemaRegistry\.ssl\.ca\.location: no certificate in \S+$/],
    ['a certificate that is none', { ...client, certificateFile: 'key.pem' }, /ssl\.certificate\.location: no certif/],
    [
      'a key that is none',
      { ...client, keyFile: 'cert.pem' },
      /^schemaRegistry\.ssl\.key\.location: \S+ cannot be used/,
    ],
    ['a wrong password', { ...client, keyPassword: 'open-sesam' }, /ssl\.key\.location: .* \(.*ssl\.key\.password/],
    ['another key', { ...client, keyFile: 'other.pem' }, /it is not the key of the certificate: key values mismatch$/],
  ])('%s: bad input, before anything is asked', (_, tls, message) => {
    const named = Object.fromEntries(
      Object.entries(tls).map(([name, value]) => [name, name.endsWith('File') ? file(basename(value)) : value]),
    );
    const opening = () => open('https://localhost', { tls: named });
    expect(opening).toThrow(InputError);
    expect(opening).toThrow(message);
    expect(opening).not.toThrow(/open-sesam/);
  });

  test('files that cannot be read are bad input, all of them told', () => {
    const tls = { caFile: file('none.pem'), certificateFile: file('nor.pem'), keyFile: file('key.pem') };
    expect(() => open('https://localhost', { tls })).toThrow(InputError);
    expect(() => open('https://localhost', { tls })).toThrow(/ssl\.ca\.location.*\n.*ssl\.certificate\.location/);
  });
});
