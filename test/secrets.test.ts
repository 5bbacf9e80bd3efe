import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isSecretEnvironmentName,
  isSecretProperty,
  redact,
  redactTexts,
  rememberSecret,
  scrub,
} from '../src/secrets.ts';

test.each(['MY_SECRET', 'db_password', 'TOKEN', 'CONFLUENT_CLOUD_API_KEY'])('%s names a secret', (name) => {
  expect(isSecretEnvironmentName(name)).toBe(true);
});

test('HOME names none', () => {
  expect(isSecretEnvironmentName('HOME')).toBe(false);
});

test.each([
  'sasl.password',
  'ssl.key.password',
  'ssl.keystore.password',
  'ssl.key.pem',
  'sasl.oauthbearer.client.secret',
  'sasl.oauthbearer.config',
  'sasl.oauthbearer.assertion.private.key.passphrase',
  'basic.auth.user.info',
  'bearer.auth.token',
])('%s holds a secret, remembered or not', (name) => {
  expect(isSecretProperty(name)).toBe(true);
  expect(redact({ producer: { [name]: 'x' } })).toEqual({ producer: { [name]: '***' } });
});

test.each(['sasl.username', 'ssl.key.location', 'ssl.ca.location', 'key.serializer', 'linger.ms'])(
  '%s holds none',
  (name) => {
    expect(isSecretProperty(name)).toBe(false);
  },
);

test('a remembered secret is in nothing that was scrubbed, however it was written down', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 4, maxLength: 30 }),
      fc.string(),
      fc.string(),
      (secret, before, after) => {
        // The mark that takes its place cannot be the secret.
        fc.pre(!'******'.includes(secret) && !before.includes('*') && !after.includes('*') && !secret.includes('*'));
        rememberSecret(secret);
        expect(scrub(before + secret + after)).not.toContain(secret);
        expect(scrub(JSON.stringify({ before, secret, after }))).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(JSON.stringify(redact({ deep: [{ [secret]: before + secret }] }))).not.toContain(
          JSON.stringify(secret).slice(1, -1),
        );
      },
    ),
    { numRuns: 50 },
  );
});

test('a number is a secret too, and a short one only where it is the whole', () => {
  rememberSecret('48151623');
  rememberSecret('q7');
  expect(redact({ a: 48151623, b: 5, c: 'q7', d: 'q7q7' })).toEqual({ a: '***', b: 5, c: '***', d: 'q7q7' });
  expect(scrub('q7 48151623')).toBe('q7 ***');
});

test('a key is told by its lines', () => {
  rememberSecret('-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END KEY-----');
  expect(scrub('at MIIEvQIBADANBgkqhkiG9w0BAQEFAASC of')).toBe('at *** of');
  rememberSecret('seventeen-letters\nsixteen--letters');
  expect(scrub('seventeen-letters, sixteen--letters')).toBe('***, sixteen--letters');
});

test('a secret is taken out as often as it stands there, and an empty one is none', () => {
  rememberSecret('hunter22');
  expect(scrub('hunter22 and hunter22')).toBe('*** and ***');
  rememberSecret('');
  expect(redact({ a: '' })).toEqual({ a: '' });
});

test('a result keeps its numbers and its keys, whatever a secret looks like', () => {
  for (const secret of ['1234', 'acked', 'client']) rememberSecret(secret);
  const result = { client: { acked: 1234, rate: 12345.6 }, texts: ['x1234', 'client'] };
  const masked = redactTexts({ ...result, 'by-1234': {} }, ['by-1234']);
  expect(masked.client).toEqual(result.client);
  expect(Object.keys(masked)).not.toContain('by-1234');
  expect(JSON.stringify(masked.texts)).not.toMatch(/1234|client/);
});

test('and what can be read again has its words, times and histograms, unless somebody else chose the key', () => {
  for (const secret of ['open', 'VALID', '2026', 'AAAA']) rememberSecret(secret);
  const result = {
    run: { startedAt: '2026-03-01T12:00:00.000Z' },
    verdict: { status: 'VALID' },
    scenarios: { a: { model: 'open' } },
    histograms: { response: 'HISTAAAAB' },
  };
  expect(redactTexts(result, ['a'])).toEqual(result);
  expect(redactTexts({ status: 'VALID' }, ['status'])).toEqual({ status: '***' });
});
