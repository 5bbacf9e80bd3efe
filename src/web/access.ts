/** Who may read the live page: whoever asks this server by one of its own names, and knows the token where there is one. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

export interface Access {
  readonly port: number;
  /** As it was asked to listen on. */
  readonly host: string;
  /** Needed where other machines reach it. */
  readonly token?: string;
}

export interface Refusal {
  readonly status: number;
  readonly text: string;
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '::1'];
const ANY_ADDRESS = ['0.0.0.0', '::'];
const HTTP_PORT = 80;

export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.includes(host) || (isIP(host) === 4 && host.startsWith('127.'));
}

/** A name under which other machines find this one, for the address that is printed. */
export function shownHost(host: string): string {
  return ANY_ADDRESS.includes(host) ? hostname() : host;
}

/**
 * A page of another site can point its own name at this address (DNS rebinding) and ask from a browser on this machine:
 * the name that it asked for gives it away, and so does its origin. An address cannot be pointed elsewhere.
 */
export function refusal(request: Pick<IncomingMessage, 'headers' | 'url'>, access: Access): Refusal | undefined {
  const { host, origin } = request.headers;
  if (host === undefined || !isOwnName(host, access)) {
    const names = [...LOOPBACK_NAMES.slice(0, 2), shownHost(access.host)];
    const hosts = [...new Set(names)].map((name) => `${name}:${access.port}`).join(', ');
    return { status: 421, text: `this server answers to ${hosts}; a port that is forwarded keeps its number\n` };
  }
  const isForeign = origin !== undefined && origin !== `http://${host}`;
  if (isForeign || isInsideOther(request.headers)) return { status: 403, text: 'not for other sites\n' };
  if (access.token === undefined || isToken(tokenOf(request, access), access.token)) return undefined;
  return { status: 403, text: 'the token is missing: open the address as the command printed it\n' };
}

/** What a page of another site fetches without an origin, or has in a frame: it reads nothing, but takes a place. */
function isInsideOther(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  return site !== 'none' && site !== 'same-origin' && headers['sec-fetch-dest'] !== 'document';
}

function isOwnName(header: string, { port, host }: Access): boolean {
  const [, ip6, name = ip6, digits = HTTP_PORT] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(header) ?? [];
  if (name === undefined || Number(digits) !== port) return false;
  const asked = name.toLowerCase();
  if (LOOPBACK_NAMES.includes(asked) || asked === host.toLowerCase()) return true;
  return ANY_ADDRESS.includes(host) && (isIP(asked) !== 0 || asked === hostname().toLowerCase());
}

/** Cookies are of a host, not of a port: another run on it has its own. */
function cookieName({ port }: Access): string {
  return `load-live-${port}`;
}

/** After the first request the browser brings it by itself, so that no other address needs to carry it. */
export function tokenCookie(access: Access): string | undefined {
  return access.token && `${cookieName(access)}=${access.token}; HttpOnly; SameSite=Strict; Path=/`;
}

function tokenOf({ url = '', headers }: Pick<IncomingMessage, 'headers' | 'url'>, access: Access): string {
  const typed = new URLSearchParams(url.split('?')[1]).get('token');
  if (typed !== null) return typed;
  const prefix = `${cookieName(access)}=`;
  const cookie = headers.cookie?.split('; ').find((each) => each.startsWith(prefix));
  return cookie?.slice(prefix.length) ?? '';
}

/** In a time that does not tell how much of it is right. */
function isToken(given: string, token: string): boolean {
  const [a, b] = [given, token].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}
