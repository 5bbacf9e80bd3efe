import { describe, expect, test } from 'vitest';
import { serversProblem, userInfoProblem } from '../src/address.ts';

describe('user info that is cut off', () => {
  test.each([
    'amqp://guest:hush?4@localhost',
    'amqp://guest:hush/4@localhost/vhost',
    'amqp://guest:hush#4@localhost',
    'redis://:hush/1@host:6379/0',
    'redis://hu?sh@host',
    'http://user:12/3@registry',
    'http://user:hush\\x@registry',
    'https://user:p@ss/hush@registry',
    '//u:1/2@host',
  ])('%s', (url) => {
    const problem = userInfoProblem(url)!;
    expect(problem.hint).toMatch(/%2F.*%3F.*%23/);
    expect(JSON.stringify(problem)).not.toMatch(/hush|localhost|registry/);
  });

  test.each([
    'amqp://guest:hu%3Fsh@host/v',
    'redis://host/0',
    'http://host/a/b',
    'https://u:p@host/path?x=1',
    'host:1',
  ])('not in %s', (url) => expect(userInfoProblem(url)).toBeUndefined());
});

describe('addresses of brokers', () => {
  test.each([
    'embedded',
    'null',
    'localhost',
    'localhost:9092',
    'a:1,b:65535, c:9092,',
    '[::1]:9092',
    '[::1]',
    'SASL_SSL://host:9092',
    'plaintext://host',
  ])('%s', (list) => expect(serversProblem(list)).toBeUndefined());

  test.each([
    ['127.0.0.1:99999', /`99999` is not a port: a whole number from 1 to 65535/],
    ['127.0.0.1:abc', /`abc` is not a port/],
    ['good:9092,bad:65536', /`65536` is not a port/],
    ['h:0', /`0` is not a port/],
    ['h:-1', /`-1` is not a port/],
    ['h:9092.5', /`9092.5` is not a port/],
    ['h:', /`` is not a port/],
    ['h:9092/topic', /`9092\/topic` is not a port/],
    ['fe80::abcd', /`abcd` is not a port.*\[::1\]:9092/],
    [':9092', /has no host/],
    ['my host:9092', /has no host/],
    ['http://host:9092', /`http` is not a Kafka protocol/],
  ])('%s is refused', (list, words) => {
    const { message, hint } = serversProblem(list)!;
    expect(`${message} ${hint}`).toMatch(words);
  });

  test.each(['user:hush@host:9092', 'SASL_SSL://user:hush@host:9092', 'a:1,u:hu?sh@b:2', 'http://u:hush/1@h:9092'])(
    'user and password are refused, and not repeated: %s',
    (list) => {
      const problem = serversProblem(list)!;
      expect(problem.message).toMatch(/cannot contain a user or password/);
      expect(JSON.stringify(problem)).not.toMatch(/hu.?sh/);
    },
  );
});
