import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCommand } from '../integration/command.ts';
import { certificate } from '../transport/certificate.ts';
import { type Kafka, type Listener, startKafka } from './cluster.ts';
import { describeKafka } from './describe-kafka.ts';

const PASSWORD = 'open-sesame';
const NOWHERE = 'kafka-0.no-such-host.invalid:9092';

const folder = mkdtempSync(join(tmpdir(), 'listeners-'));
const pem = (name: string, text: string) => {
  const file = join(folder, `${name}.pem`);
  writeFileSync(file, text);
  return file;
};

function tlsListener(name: string, options: Parameters<typeof certificate>[0]): { listener: Listener; ca: string } {
  const { key, cert } = certificate(options);
  const properties = { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': pem(name, `${key}${cert}`) };
  return { listener: { name, protocol: 'SSL', properties }, ca: pem(`${name}-ca`, cert) };
}

describeKafka('a broker whose listener does not answer says why', () => {
  const expired = tlsListener('EXPIRED', { names: ['127.0.0.1'], to: '2024-02-01' });
  const other = tlsListener('OTHER', { names: ['broker.example'] });
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p"';
  let kafka: Kafka;

  beforeAll(async () => {
    kafka = await startKafka({
      heapMb: 384,
      properties: { 'inter.broker.listener.name': 'PLAINTEXT', 'sasl.enabled.mechanisms': 'PLAIN' },
      listeners: [
        expired.listener,
        other.listener,
        { name: 'NOWHERE', protocol: 'PLAINTEXT', advertised: NOWHERE },
        {
          name: 'LOGIN',
          protocol: 'SASL_PLAINTEXT',
          properties: { 'plain.sasl.jaas.config': `${login} user_u="${PASSWORD}";` },
        },
      ],
    });
  });
  afterAll(() => kafka?.stop());

  // The tests run at the same time: each command waits some seconds for an answer.
  const run = (listener: string, ...more: readonly string[]) => {
    const server = listener === 'PLAINTEXT' ? kafka.bootstrapServers : kafka.listeners[listener]!;
    const args = ['bytes', '-r', '10', '-n', '1', '--out', 'none', '--bootstrap-servers', server, ...more];
    return startCommand(args).ended;
  };
  const tls = (ca: string) => ['-X', 'security.protocol=ssl', '-X', `ssl.ca.location=${ca}`];

  test.concurrent('an advertised name that nobody knows: in doctor, and in a run', async () => {
    const where = ['--bootstrap-servers', kafka.listeners.NOWHERE!];
    const [doctor, { code, err }] = await Promise.all([startCommand(['doctor', ...where]).ended, run('NOWHERE')]);
    expect(doctor.code).toBe(1);
    expect(doctor.out).toContain(NOWHERE);
    expect(doctor.out).toContain('advertised.listeners');
    expect(doctor.out).not.toContain('Ready to run');
    expect(code).toBe(1);
    expect(err).toContain(NOWHERE);
    expect(err).toContain('advertised.listeners');
  });

  test.concurrent('certificates', async () => {
    const [late, foreign] = await Promise.all([run('EXPIRED', ...tls(expired.ca)), run('OTHER', ...tls(other.ca))]);
    expect(late).toMatchObject({ code: 1, err: expect.stringContaining('expired on 2024-02-01') });
    expect(foreign).toMatchObject({ code: 1, err: expect.stringContaining('is for another host: DNS:broker.example') });
  });

  test.concurrent('plaintext to a TLS listener, TLS to a plaintext one, and no login', async () => {
    const [toTls, toPlaintext, toLogin] = await Promise.all([
      run('EXPIRED'),
      run('PLAINTEXT', ...tls(expired.ca)),
      run('LOGIN'),
    ]);
    expect(toTls).toMatchObject({ code: 1, err: expect.stringContaining('speaks TLS') });
    expect(toPlaintext).toMatchObject({ code: 1, err: expect.stringContaining('speaks plaintext') });
    expect(toLogin).toMatchObject({ code: 1, err: expect.stringContaining('closes connections without a login') });
  });
});
