import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { askBrokerVersion } from '../../src/transport/librdkafka/broker-version.ts';
import { freePorts } from '../server-process.ts';
import { certificate } from './certificate.ts';

/** What Apache Kafka 4.3.1 answered to version 3. */
const KAFKA_4_3 = Buffer.from(
  'AAAC0AAAAAEAAEwAAAAAAA0AAAEABAASAAACAAEACwAAAwAAAA0AAAgAAgAKAAAJAAEACgAACgAAAAYAAAsAAAAJAAAMAAAABAAADQAAAAUA' +
    'AA4AAAAFAAAPAAAABgAAEAAAAAUAABEAAAABAAASAAAABAAAEwACAAcAABQAAQAGAAAVAAAAAgAAFgAAAAUAABcAAgAEAAAYAAAABQAAGQAA' +
    'AAQAABoAAAAFAAAbAAEAAgAAHAAAAAUAAB0AAQADAAAeAAEAAwAAHwABAAMAACAAAQAEAAAhAAAAAgAAIgABAAIAACMAAQAFAAAkAAAAAgAA' +
    'JQAAAAMAACYAAQADAAAnAAEAAgAAKAABAAIAACkAAQADAAAqAAAAAgAAKwAAAAIAACwAAAABAAAtAAAAAQAALgAAAAAAAC8AAAAAAAAwAAAA' +
    'AQAAMQAAAAEAADIAAAAAAAAzAAAAAAAANwAAAAIAADkAAAACAAA8AAAAAgAAPQAAAAAAAEAAAAAAAABBAAAAAAAAQgAAAAIAAEQAAAABAABF' +
    'AAAAAQAASgAAAAEAAEsAAAAAAABMAAEAAQAATQABAAEAAE4AAQACAABPAAEAAgAAUAAAAAEAAFEAAAAAAABTAAAAAAAAVAAAAAAAAFUAAAAB' +
    'AABWAAAAAAAAVwAAAAEAAFgAAAAAAABZAAAAAAAAWgAAAAEAAFsAAAAAAABcAAAAAAAAAAAAAwAXAhFtZXRhZGF0YS52ZXJzaW9uAAcAHgAB' +
    'CAAAAAAAAAAQApEBBw5ncm91cC52ZXJzaW9uAAEAAQAQc3RyZWFtcy52ZXJzaW9uAAEAAQAUdHJhbnNhY3Rpb24udmVyc2lvbgACAAIAIWVs' +
    'aWdpYmxlLmxlYWRlci5yZXBsaWNhcy52ZXJzaW9uAAEAAQAOc2hhcmUudmVyc2lvbgABAAEAEW1ldGFkYXRhLnZlcnNpb24AHgAeAA==',
  'base64',
);
/** Length, correlation id, error and number; then 75 APIs of 7 bytes. */
const FEATURES_AT = 11 + 75 * 7;
/** What it answered to version 99. */
const UNSUPPORTED = Buffer.from('0000001000000001002300000001001200000004', 'hex');
const HOST = '127.0.0.1';

const servers: Server[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return (server.address() as { port: number }).port;
}

/** Each request gets the next answer, cut in two. */
const answering = (answers: readonly Buffer[], requests: Buffer[]) => (socket: Socket) => {
  socket.on('error', () => {});
  socket.on('data', (request) => {
    requests.push(request);
    const answer = answers[requests.length - 1]!;
    socket.write(answer.subarray(0, 3), () => setImmediate(() => socket.write(answer.subarray(3))));
  });
};

async function versionOf(...answers: Buffer[]): Promise<{ version: string | undefined; requests: Buffer[] }> {
  const requests: Buffer[] = [];
  const port = await listening(createServer(answering(answers, requests)));
  return { version: await askBrokerVersion([{ id: 1, host: HOST, port }], {}), requests };
}

function framed(hex: string): Buffer {
  const body = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** What it answers, with another rest behind its APIs. */
const withRest = (hex: string) => framed(KAFKA_4_3.subarray(4, FEATURES_AT).toString('hex') + hex);

describe('what a broker answers', () => {
  test('feature levels: the one in use, and the highest', async () => {
    const { version, requests } = await versionOf(KAFKA_4_3);
    expect(version).toBe('metadata.version 30 (max 30)');
    expect(requests).toHaveLength(1);
    expect(requests[0]!.readUInt32BE(0)).toBe(requests[0]!.length - 4);
  });

  test('new binaries, whose level is not raised yet', async () => {
    const old = Buffer.from(KAFKA_4_3);
    // Highest and lowest finalized level, and no tags, are its end.
    old.writeInt16BE(29, old.length - 5);
    expect((await versionOf(old)).version).toBe('metadata.version 29 (max 30)');
  });

  test('no features: a hash of the APIs, whatever their order', async () => {
    const { version } = await versionOf(withRest('00000000 00'));
    expect(version).toMatch(/^ApiVersions [0-9a-f]{8}$/);
    const answers = [
      '00000001 0000 03  0000 0000 0009 00  0012 0000 0003 00  00000000 00',
      '00000001 0000 03  0012 0000 0003 00  0000 0000 0009 00  00000000 00',
      '00000001 0000 03  0012 0000 0004 00  0000 0000 0009 00  00000000 00',
    ];
    const [first, same, other] = await Promise.all(answers.map((hex) => versionOf(framed(hex))));
    expect(same!.version).toBe(first!.version);
    expect(other!.version).not.toBe(first!.version);
  });

  test('version 3 is too new: asked again for version 0', async () => {
    const apis = framed('00000001 0000 00000002  0000 0000 0007  0012 0000 0002');
    const { version, requests } = await versionOf(UNSUPPORTED, apis);
    expect(version).toMatch(/^ApiVersions [0-9a-f]{8}$/);
    expect(requests.map((request) => request.readInt16BE(6))).toEqual([3, 0]);
    expect(requests[1]!.readUInt32BE(0)).toBe(requests[1]!.length - 4);
  });

  test.each([
    ['an error again', [UNSUPPORTED, UNSUPPORTED]],
    ['another error', [framed('00000001 002a')]],
    ['no API', [framed('00000001 0000 01 00000000 00')]],
    ['an answer to another question', [framed('00000002 0000 01 00000000 00')]],
    ['less than it says', [framed('00000001 0000 ff')]],
    ['numbers without an end', [framed(`00000001 0000 ${'ff'.repeat(60_000)}`)]],
    ['another protocol', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]],
  ] as const)('unknown: %s', async (_what, answers) => {
    expect((await versionOf(...answers)).version).toBeUndefined();
  });
});

test('of the broker with the lowest id, over TLS where the client speaks it', async () => {
  const own = certificate({ names: [HOST] });
  const ca = join(mkdtempSync(join(tmpdir(), 'ca-')), 'ca.pem');
  writeFileSync(ca, own.cert);
  const port = await listening(createTlsServer(own, answering([KAFKA_4_3], [])));
  const [closed] = await freePorts(1);
  const brokers = [
    { id: 2, host: HOST, port: closed! },
    { id: 1, host: HOST, port },
  ];
  const properties = { 'security.protocol': 'sasl_ssl', 'ssl.ca.location': ca };
  expect(await askBrokerVersion(brokers, properties)).toBe('metadata.version 30 (max 30)');
});

test('unknown: nobody listens, it hangs up, there is no broker', async () => {
  const [closed] = await freePorts(1);
  const hangsUp = await listening(createServer((socket) => socket.destroy()));
  for (const port of [closed!, hangsUp]) {
    expect(await askBrokerVersion([{ id: 1, host: HOST, port }], {})).toBeUndefined();
  }
  expect(await askBrokerVersion([], {})).toBeUndefined();
});

test('unknown: no answer within two seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const server = createServer();
  const port = await listening(server);
  const connected = once(server, 'connection');
  let version: string | undefined = 'not known yet';
  const done = askBrokerVersion([{ id: 1, host: HOST, port }], {}).then((found) => {
    version = found;
  });
  const [socket] = (await connected) as [Socket];
  await once(socket, 'data');
  await vi.advanceTimersByTimeAsync(1_999);
  expect(version).toBe('not known yet');
  vi.advanceTimersByTime(1);
  await Promise.all([done, once(socket, 'close')]);
  expect(version).toBeUndefined();
});
