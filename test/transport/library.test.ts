import { expect, test } from 'vitest';
import { unusable } from '../../src/transport/librdkafka/library.ts';

test('an addon of another version of Node.js: what it is, not the lines that advise an `npm rebuild`', () => {
  const cause = new Error(
    "The module '/a/confluent-kafka-javascript.node'\nwas compiled against a different Node.js version using\n" +
      'NODE_MODULE_VERSION 1. This version of Node.js requires\nNODE_MODULE_VERSION 2. Please try re-compiling or ' +
      're-installing\nthe module (for instance, using `npm rebuild` or `npm install`).',
  );
  const { message, hint } = unusable(cause);
  expect(message).toBe(
    `librdkafka cannot be loaded: it was set up with another version of Node.js than this one, ${process.version}`,
  );
  expect(hint).toContain('npx load setup');
});

test('anything else: the reason as it was given', () => {
  const { message } = unusable(new Error('libsasl2.so.2: cannot open shared object file'));
  expect(message).toBe('librdkafka cannot be loaded: libsasl2.so.2: cannot open shared object file');
});
