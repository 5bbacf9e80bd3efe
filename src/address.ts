/** Addresses as people write them: what is wrong with one, in words that repeat none of its user info. */
import type { Problem } from './errors.ts';

type AddressProblem = Pick<Problem, 'message' | 'hint'>;

export const PORT_MAX = 65_535;
const SERVERS = 'HOST:PORT[,HOST:PORT]';
const PROTOCOLS = ['plaintext', 'ssl', 'sasl_plaintext', 'sasl_ssl'];

/**
 * A `/`, `?` or `#` in a user or password ends the authority of a URL: what stands before it would be read as host and
 * port, and be printed. A path with an `@` looks the same, and can be written otherwise.
 */
export function userInfoProblem(url: string): AddressProblem | undefined {
  if (!/^([^/?#]*:)?\/\/[^/?#\\]*[/?#\\].*@/s.test(url)) return undefined;
  return {
    message: 'not a URL: user or password is cut off by a /, ? or #',
    hint: 'in a user or password / is written %2F, ? %3F, # %23 and @ %40; an @ in a path is %40 too',
  };
}

/** What is wrong with a list of brokers. */
export function serversProblem(list: string): AddressProblem | undefined {
  if (list === 'embedded' || list === 'null') return undefined;
  if (list.includes('@')) {
    const hint = `${SERVERS}; user and password are sasl.username and sasl.password`;
    return { message: 'a broker address cannot contain a user or password', hint };
  }
  const servers = list.split(',').map((server) => server.trim());
  return servers.map((server) => (server === '' ? undefined : serverProblem(server))).find(Boolean);
}

function serverProblem(server: string): AddressProblem | undefined {
  const [, protocol, address] = /^(?:(.*):\/\/)?(.*)$/s.exec(server)!;
  if (protocol !== undefined && !PROTOCOLS.includes(protocol.toLowerCase())) {
    return { message: `\`${protocol}\` is not a Kafka protocol`, hint: SERVERS };
  }
  const [, host, port] = /^(\[[^\]]*\]|.*?)(?::([^:]*))?$/s.exec(address!)!;
  if (host === '' || /[\s/?#]/.test(host!)) return { message: `\`${server}\` has no host`, hint: SERVERS };
  if (port === undefined || isPort(port)) return undefined;
  return {
    message: `\`${port}\` is not a port: a whole number from 1 to ${PORT_MAX}`,
    hint: host!.includes(':') && !host!.startsWith('[') ? 'an IPv6 address is written [::1]:9092' : SERVERS,
  };
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= PORT_MAX;
}
