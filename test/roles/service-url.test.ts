import { expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { readServiceUrl } from '../../src/roles/service-url.ts';
import { scrub } from '../../src/secrets.ts';

const AMQP = ['amqp', 'amqps'];
const REDIS = ['redis', 'rediss'];

function problemOf(text: string, schemes: readonly string[]): string {
  try {
    readServiceUrl(text, '--queue', schemes);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

test.each([
  ['amqp://localhost', AMQP, 'amqp://localhost:5672'],
  ['amqps://user:secret-word@host:1234/load%2Ftest', AMQP, 'amqps://host:1234/load%2Ftest'],
  ['redis://:secret-word@[::1]', REDIS, 'redis://[::1]:6379'],
  ['rediss://host/3', REDIS, 'rediss://host:6379/3'],
])('%s is shown without user and password', (text, schemes, shown) => {
  expect(readServiceUrl(text, '--queue', schemes)).toEqual({ text, shown });
});

test('a password is a secret from then on, as it is and as it stands in the URL', () => {
  readServiceUrl('amqp://user:p%40ss%2Fword@host', '--queue', AMQP);
  expect(scrub('p@ss/word and p%40ss%2Fword')).toBe('*** and ***');
});

test.each([
  ['localhost:5672', AMQP, /^--queue: a URL of localhost, expected amqp or amqps/],
  ['rabbit', AMQP, /^--queue: not a URL \(e.g. amqp:\/\/USER:PASSWORD@HOST:5672;/],
  ['http://host', AMQP, /a URL of http, expected amqp or amqps/],
  ['amqp://', AMQP, /no host in the URL/],
  ['amqp://u:hush#hush@host', AMQP, /not a URL/],
  ['amqp://guest:hush?4@localhost', AMQP, /user or password is cut off by a \/, \? or #/],
  ['redis://:12/hush@localhost', REDIS, /is cut off.*%2F/],
  ['redis://host:99999/0', REDIS, /a port is at most 65535, not `99999`/],
  ['guest:hush@localhost', AMQP, /not a URL/],
  ['amqp://host/#x', AMQP, /a # in the URL/],
  ['amqp://u:hush%@host', AMQP, /an invalid % escape in user or password/],
  ['amqp://host', REDIS, /expected redis or rediss \(e.g. redis:\/\/USER:PASSWORD@HOST:6379\)/],
  ['redis://host/hush', REDIS, /the path of the URL is not the number of a database/],
])('%s is refused, and not repeated', (text, schemes, words) => {
  expect(problemOf(text, schemes)).toMatch(words);
  expect(problemOf(text, schemes)).not.toContain('hush');
});
