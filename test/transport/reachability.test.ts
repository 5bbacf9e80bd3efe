import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { diagnose, unreachableBrokers } from '../../src/transport/librdkafka/reachability.ts';
import { freePorts } from '../server-process.ts';
import { certificate, type TestCertificate } from './certificate.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

const API_VERSIONS = 18;

/** Answers requests as a plaintext listener does; without a login it takes ApiVersions alone. */
const broker = (needsLogin: boolean) => (socket: Socket) => {
  socket.on('error', () => {});
  socket.on('data', (request) => {
    const apiKey = request.length < 6 ? -1 : request.readInt16BE(4);
    if (apiKey === API_VERSIONS || (apiKey === 3 && !needsLogin)) socket.write(Buffer.alloc(8));
    else socket.destroy();
  });
};

const speaksTls = (of: TestCertificate) => listening(createTlsServer(of, (socket) => socket.on('error', () => {})));
const GOOD = certificate({ names: ['127.0.0.1', 'localhost'] });

function trusting({ cert }: TestCertificate): Record<string, string> {
  const file = join(mkdtempSync(join(tmpdir(), 'ca-')), 'ca.pem');
  writeFileSync(file, cert);
  return { 'security.protocol': 'ssl', 'ssl.ca.location': file };
}

describe('a listener and security.protocol that do not fit', () => {
  test.each(['plaintext', 'sasl_plaintext'])('%s to a TLS listener', async (protocol) => {
    const server = await speaksTls(GOOD);
    const found = await diagnose({ 'bootstrap.servers': server, 'security.protocol': protocol });
    expect(found).toEqual({
      message: `${server} speaks TLS, not plaintext`,
      hint: `set security.protocol to ${protocol.replace('plaintext', 'ssl')}`,
    });
  });

  test.each([
    [false, 'plaintext'],
    [true, 'sasl_plaintext'],
  ] as const)('TLS to a plaintext listener (login: %s)', async (needsLogin, right) => {
    const server = await listening(createServer(broker(needsLogin)));
    const found = await diagnose({ 'bootstrap.servers': server, ...trusting(GOOD) });
    expect(found).toEqual({
      message: `${server} speaks plaintext, not TLS`,
      hint: `set security.protocol to ${right}`,
    });
  });

  test('no login where one is needed', async () => {
    const server = await listening(createServer(broker(true)));
    expect(await diagnose({ 'bootstrap.servers': server })).toMatchObject({
      message: `${server} closes connections without a login`,
      hint: expect.stringContaining('sasl_plaintext'),
    });
  });

  test('a login where none is taken', async () => {
    const server = await listening(createServer(broker(false)));
    const found = await diagnose({ 'bootstrap.servers': server, 'security.protocol': 'SASL_PLAINTEXT' });
    expect(found?.message).toBe(`${server} takes no login`);
  });

  test('what fits gives no diagnosis, nor does a server that is not there or never answers', async () => {
    const [unused] = await freePorts(1);
    const tls = await speaksTls(GOOD);
    expect(await diagnose({ 'bootstrap.servers': tls, ...trusting(GOOD) })).toBeUndefined();
    expect(await diagnose({ 'bootstrap.servers': await listening(createServer(broker(false))) })).toBeUndefined();
    expect(await diagnose({ 'bootstrap.servers': `127.0.0.1:${unused}` })).toBeUndefined();
    expect(await diagnose({ 'bootstrap.servers': await listening(createServer()) })).toBeUndefined();
  });
});

describe('a certificate that is not trusted', () => {
  test.each([
    ['expired', { names: ['127.0.0.1'], to: '2024-02-01' }, 'expired on 2024-02-01'],
    ['not yet valid', { names: ['127.0.0.1'], from: '2100-02-01' }, 'is not valid before 2100-02-01'],
    ['for another host', { names: ['broker.example'] }, 'is for another host: DNS:broker.example'],
  ])('%s', async (_, options, problem) => {
    const own = certificate(options);
    const server = await speaksTls(own);
    const found = await diagnose({ 'bootstrap.servers': server, ...trusting(own) });
    expect(found?.message).toBe(`the certificate of ${server} ${problem}`);
  });

  test('signed by nobody known', async () => {
    const server = await speaksTls(GOOD);
    const found = await diagnose({ 'bootstrap.servers': server, 'security.protocol': 'ssl' });
    expect(found?.message).toMatch(/is not signed by a trusted authority/);
    expect(found?.hint).toContain('ssl.ca.location');
  });

  test('what the client does not check is no reason', async () => {
    const other = certificate({ names: ['broker.example'] });
    const properties = { 'bootstrap.servers': await speaksTls(other), ...trusting(other) };
    expect(await diagnose({ ...properties, 'ssl.endpoint.identification.algorithm': 'none' })).toBeUndefined();
    expect(await diagnose({ ...properties, 'enable.ssl.certificate.verification': 'false' })).toBeUndefined();
  });
});

test('brokers whose advertised address leads nowhere', async () => {
  const address = await listening(createServer());
  const [unused] = await freePorts(1);
  const brokers = [
    { id: 1, host: '127.0.0.1', port: Number(address.split(':')[1]) },
    { id: 2, host: '127.0.0.1', port: unused! },
    { id: 3, host: 'kafka-0.no-such-host.invalid', port: 9092 },
  ];
  const found = await unreachableBrokers(brokers, {});
  expect(found.map(({ broker, isUnresolved }) => [broker.id, isUnresolved])).toEqual([
    [2, false],
    [3, true],
  ]);
});
