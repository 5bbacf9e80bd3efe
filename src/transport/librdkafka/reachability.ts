/**
 * Why a cluster cannot be used, where librdkafka only reports a time-out: its brokers are asked again by hand, with
 * plain sockets. Runs after a failure, or once before a run; never beside a measurement.
 */
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import { connectionReason } from '../../connection-error.ts';

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

export interface AdvertisedBroker extends BrokerAddress {
  readonly id: number;
}

export interface UnreachableBroker {
  readonly broker: AdvertisedBroker;
  readonly reason: string;
  /** The name is unknown here, which no waiting mends. */
  readonly isUnresolved: boolean;
}

export interface Diagnosis {
  readonly message: string;
  readonly hint: string;
}

type Properties = Readonly<Record<string, string>>;

const PROBE_TIMEOUT_MS = 2_000;
const PORT_DEFAULT = 9092;

/** Those of the brokers a client cannot connect to under the addresses that the cluster advertises. */
export async function unreachableBrokers(
  brokers: readonly AdvertisedBroker[],
  properties: Properties,
): Promise<UnreachableBroker[]> {
  const found = await Promise.all(
    brokers.map(async (broker): Promise<UnreachableBroker | undefined> => {
      try {
        await lookup(broker.host, { family: familyOf(properties) });
      } catch (error) {
        return { broker, reason: connectionReason(error as Error), isUnresolved: true };
      }
      try {
        (await opened(connect({ ...broker, family: familyOf(properties) }), 'connect')).destroy();
        return undefined;
      } catch (error) {
        return { broker, reason: connectionReason(error as Error), isUnresolved: false };
      }
    }),
  );
  return found.filter((broker) => broker !== undefined);
}

/** What is wrong between `security.protocol` and the listener; undefined where nothing was found. */
export async function diagnose(properties: Properties): Promise<Diagnosis | undefined> {
  const servers = addressesOf(properties['bootstrap.servers'] ?? '');
  const found = await Promise.all(servers.slice(0, 3).map((server) => diagnoseListener(server, properties)));
  return found.find((diagnosis) => diagnosis !== undefined);
}

async function diagnoseListener(server: BrokerAddress, properties: Properties): Promise<Diagnosis | undefined> {
  const [, login = '', encryption] =
    /^(sasl_)?(plaintext|ssl)$/.exec((properties['security.protocol'] ?? 'plaintext').toLowerCase()) ?? [];
  const at = `${server.host}:${server.port}`;
  const certificate = await certificateProblem(server, properties);
  if (encryption === 'ssl') {
    if (certificate !== 'no TLS') return certificate;
    if (!(await plaintextAnswers(server, API_VERSIONS))) return undefined;
    const needed = (await plaintextAnswers(server, METADATA)) ? '' : 'sasl_';
    return { message: `${at} speaks plaintext, not TLS`, hint: `set security.protocol to ${needed}plaintext` };
  }
  if (certificate !== 'no TLS') {
    return { message: `${at} speaks TLS, not plaintext`, hint: `set security.protocol to ${login}ssl` };
  }
  if (!(await plaintextAnswers(server, API_VERSIONS))) return undefined;
  const isOpen = await plaintextAnswers(server, METADATA);
  if (login === '' && !isOpen) {
    const hint = 'set security.protocol to sasl_plaintext, with sasl.mechanism, sasl.username and sasl.password';
    return { message: `${at} closes connections without a login`, hint };
  }
  if (login !== '' && isOpen) return { message: `${at} takes no login`, hint: 'set security.protocol to plaintext' };
  return undefined;
}

/** What is wrong with the listener's certificate; undefined where nothing is, `no TLS` where the handshake fails. */
async function certificateProblem(
  server: BrokerAddress,
  properties: Properties,
): Promise<Diagnosis | undefined | 'no TLS'> {
  const { host, port } = server;
  let socket: TLSSocket;
  try {
    socket = await opened(tlsSocketTo(server, properties), 'secureConnect');
  } catch {
    return 'no TLS';
  }
  const certificate = socket.getPeerCertificate();
  const { authorizationError } = socket;
  socket.destroy();
  if (properties['enable.ssl.certificate.verification'] === 'false') return undefined;
  const whose = `the certificate of ${host}:${port}`;
  const now = Date.now();
  if (Date.parse(certificate.valid_to) < now) {
    const hint = `renew it; this machine's clock shows ${day(now)}`;
    return { message: `${whose} expired on ${day(certificate.valid_to)}`, hint };
  }
  if (Date.parse(certificate.valid_from) > now) {
    const hint = `check this machine's clock, which shows ${day(now)}`;
    return { message: `${whose} is not valid before ${day(certificate.valid_from)}`, hint };
  }
  const isNameChecked = (properties['ssl.endpoint.identification.algorithm'] ?? 'https') !== 'none';
  if (isNameChecked && checkServerIdentity(host, certificate) !== undefined) {
    const names = certificate.subjectaltname ?? certificate.subject?.CN ?? 'no name';
    const hint = 'use a name that the certificate has, in bootstrap.servers and in the advertised.listeners';
    return { message: `${whose} is for another host: ${names}`, hint };
  }
  if (authorizationError === undefined || authorizationError === null) return undefined;
  const hint = 'set ssl.ca.location to a PEM file with the certificate of the authority that signed it';
  return { message: `${whose} is not signed by a trusted authority (${authorizationError})`, hint };
}

/** As `security.protocol` says, without a login, about to connect. @throws where the TLS files cannot be used. */
export function socketTo(server: BrokerAddress, properties: Properties): Socket {
  const isEncrypted = /ssl$/i.test(properties['security.protocol'] ?? '');
  if (isEncrypted) return tlsSocketTo(server, properties);
  const { host, port } = server;
  return connect({ host, port, family: familyOf(properties) });
}

/** The server's certificate is not checked here. */
function tlsSocketTo({ host, port }: BrokerAddress, properties: Properties): TLSSocket {
  return connectTls({
    host,
    port,
    family: familyOf(properties),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(isIP(host) === 0 && { servername: host }),
    ...filesOf(properties),
  } as ConnectionOptions);
}

/** The client's own TLS files; librdkafka itself reports one that cannot be read. */
function filesOf(properties: Properties): ConnectionOptions {
  const read = (name: string) => {
    try {
      return properties[name] === undefined ? undefined : readFileSync(properties[name]);
    } catch {
      return undefined;
    }
  };
  const ca = read('ssl.ca.location');
  const cert = read('ssl.certificate.location');
  const key = read('ssl.key.location');
  const passphrase = properties['ssl.key.password'];
  return { ...(ca && { ca }), ...(cert && key && { cert, key, ...(passphrase !== undefined && { passphrase }) }) };
}

/** Requests of Kafka's protocol, version 0 each: api key, version, correlation id, no client id; Metadata of all topics. */
const API_VERSIONS = Buffer.from('0000000a00120000000000010000', 'hex');
const METADATA = Buffer.from('0000000e0003000000000001000000000000', 'hex');

/** Whether a plaintext request is answered rather than the connection closed, or left without a word. */
async function plaintextAnswers(server: BrokerAddress, request: Buffer): Promise<boolean> {
  try {
    const socket = await opened(connect({ ...server }), 'connect');
    socket.write(request);
    await opened(socket, 'data');
    socket.destroy();
    return true;
  } catch {
    return false;
  }
}

/** The socket once it has seen `event`. @throws when it fails, is closed or takes too long before. */
function opened<T extends Socket>(socket: T, event: 'connect' | 'secureConnect' | 'data'): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const code = { code: 'ETIMEDOUT' };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => fail(Object.assign(new Error('no answer'), code)));
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('it closed the connection')));
    socket.once(event, () => resolve(socket));
  });
}

function addressesOf(servers: string): BrokerAddress[] {
  return servers.split(',').flatMap((server) => {
    const [, bracketed, plain, port] = /^(?:\w+:\/\/)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(server.trim()) ?? [];
    const host = bracketed ?? plain;
    return host === undefined ? [] : [{ host, port: Number(port ?? PORT_DEFAULT) }];
  });
}

function familyOf(properties: Properties): 0 | 4 | 6 {
  const family = properties['broker.address.family'];
  return family === 'v4' ? 4 : family === 'v6' ? 6 : 0;
}

const day = (time: number | string) => new Date(time).toISOString().slice(0, 10);
