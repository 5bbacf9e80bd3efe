import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { load } from '../commands/fake-terminal.ts';

const planned = (...flags: string[]) => load('plan', 'bytes', '-r', '10', '-t', '1', ...flags);
const flagsOf = (properties: string) => properties.split(' ').flatMap((each) => ['-X', each]);

describe('properties that do not go together are found by the plan', () => {
  test.each([
    ['enable.idempotence=true acks=1', /-X acks and -X enable\.idempotence: .*\(acks=1, enable\.idempotence=true\)/],
    ['enable_idempotence=true request.required.acks=0', /-X request\.required\.acks and -X enable_idempotence/],
    ['enable.idempotence=true retries=0', /`retries` must be set >= 1 when `enable\.idempotence`/],
    ['enable.idempotence=true max.in.flight=10', /`max\.in\.flight` must be set <= 5/],
    ['enable.gapless.guarantee=true', /requires `enable\.idempotence`.*enable\.idempotence=false by default/],
    ['reconnect.backoff.ms=10000 reconnect.backoff.max.ms=1', /-X reconnect\.backoff\.max\.ms and -X reconnect/],
    [
      'linger.ms=900000',
      /`message\.timeout\.ms` must be greater than `linger\.ms`.*300000 by default, linger\.ms=900000/,
    ],
    ['security.protocol=sasl_plaintext', /kerberos.*sasl\.mechanism=GSSAPI by default/],
    ['security.protocol=sasl_ssl sasl.mechanism=PLAIN', /sasl\.username and sasl\.password must be set.*=PLAIN/],
    ['security.protocol=sasl_plaintext sasl.mechanism=NOPE', /Unsupported SASL mechanism: NOPE/],
    [
      'ssl.ca.location=/no/ca.pem',
      /^error: -X ssl\.ca\.location: .*`\/no\/ca\.pem` cannot be read: there is no such file/,
    ],
    ['security.protocol=ssl ssl.key.location=/no/key.pem', /-X ssl\.key\.location: .* no such file/],
    ['security.protocol=ssl ssl_cafile=/no/ca.pem', /-X ssl_cafile: .* no such file/],
    ['topic.blacklist=^(', /topic\.blacklist: Failed to parse pattern/],
  ])('%s', async (properties, words) => {
    const { exitCode, err, out } = await planned(...flagsOf(properties));
    expect(err).toMatch(words);
    expect(err).not.toMatch(/bug/);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT.badInput, out: '' });
  });

  test('a secret among them is not repeated', async () => {
    const { err, exitCode } = await planned(...flagsOf('security.protocol=ssl ssl.ca.pem=hush-hush-hush'));
    expect(err).toMatch(/ssl\.ca\.pem/);
    expect(err).not.toContain('hush');
    expect(exitCode).toBe(EXIT.badInput);
  });

  test('each with its place: blocks of the profile, of a scenario, and of consumers', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'clients-')), 'p.yaml');
    const scenario = 'workload: bytes, executor: constant-arrival-rate, rate: 1, duration: 1s';
    const lines = [
      'producer: { enable.idempotence: true }',
      'consumer: { session.timeout.ms: 1000, max.poll.interval.ms: 10 }',
      'scenarios:',
      `  a: { ${scenario} }`,
      `  b: { ${scenario}, producer: { acks: 1 } }`,
    ];
    writeFileSync(file, lines.join('\n'));
    const { err } = await load('plan', file);
    expect(err).toMatch(/p\.yaml:5 and \S+p\.yaml:1: librdkafka cannot create a producer .*`acks`/);
    expect(err).toMatch(
      /p\.yaml:2: librdkafka cannot create a consumer .*max\.poll\.interval\.ms=10, session\.timeout\.ms=1000/,
    );
    expect(err).toMatch(/^error: 2 problems/);
  });

  test.each(['linger.ms=200000', 'security.protocol=ssl', 'enable.idempotence=true acks=all', 'ssl.ca.location=probe'])(
    '%s is fine',
    async (properties) => expect(await planned(...flagsOf(properties))).toMatchObject({ err: '', exitCode: EXIT.ok }),
  );

  test('the null transport has no client', async () => {
    const { exitCode } = await planned('--bootstrap-servers', 'null', ...flagsOf('linger.ms=900000'));
    expect(exitCode).toBe(EXIT.ok);
  });
});
