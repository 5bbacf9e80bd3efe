/** One question to a schema registry over HTTP or HTTPS, asked again while that may help. */
import { request as requestPlain } from 'node:http';
import { type RequestOptions, request as requestTls } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectionReason } from '../connection-error.ts';
import { debug, timed } from '../debug.ts';
import { LoadError } from '../errors.ts';
import type { SchemaRegistrySpec } from '../profile/profile.ts';
import { scrub } from '../secrets.ts';
import { MS_PER_SEC } from '../units.ts';
import { distrusted, isDistrust, tlsOptions } from './tls.ts';

/** How long a registry is waited for. */
export interface Patience {
  /** For one answer, from the connection to its last byte. */
  readonly answerMs: number;
  /** For all attempts of one question. */
  readonly totalMs: number;
  /** Pause before the second attempt; doubled before each one after it. */
  readonly pauseMs: number;
}

/** A person waits for the run to start: at most this long, and a name server's hiccup or a restart is ridden out. */
export const PATIENCE: Patience = { answerMs: 3000, totalMs: 9000, pauseMs: 200 };
const ATTEMPTS_MAX = 5;
const ANSWER_BYTES_MAX = 16 * 2 ** 20;
/** Some explain an incompatibility with the whole schema. */
const REASON_CHARACTERS_MAX = 2000;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined where the body is none. */
  readonly body: unknown;
  /** Where a redirect points to; it is not followed. */
  readonly location?: string;
}

export type Ask = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Answer>;

/**
 * Asks at `path` below the registry's address. Any status is an answer, but for those that say "later": 408, 429 and
 * 5xx are repeated, as connections that fail are.
 * @throws InputError when a file that TLS needs cannot be used; from the function returned, LoadError
 *   REGISTRY_UNREACHABLE, or REGISTRY_TLS where no trust could be established, which is not repeated.
 */
export function openExchange(spec: SchemaRegistrySpec, patience: Patience): Ask {
  const options: RequestOptions = { ...tlsOptions(spec), agent: false, headers: headersFor(spec) };
  return async (method, path, body) => {
    const url = new URL(`${spec.url}${path}`);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const startedMs = performance.now();
    const leftMs = () => patience.totalMs - (performance.now() - startedMs);
    for (let attempt = 1; ; attempt++) {
      const asked = () => once(url, { ...options, method }, text, Math.min(patience.answerMs, leftMs()));
      const outcome = await timed(`registry: ${method} ${url}, attempt ${attempt}`, asked);
      debug(() => `registry: ${outcome instanceof Error ? outcome.message : `status ${outcome.status}`}`);
      const pauseMs = patience.pauseMs * 2 ** (attempt - 1);
      const mayGoOn = attempt < ATTEMPTS_MAX && leftMs() > pauseMs;
      if (outcome instanceof Error) {
        if (isDistrust(outcome)) throw distrusted(spec.url, outcome);
        if (!mayGoOn) {
          const why = describe(outcome, patience.answerMs);
          const hint = isClosed(outcome) ? closedHint(spec) : undefined;
          throw unreachable(spec.url, why, attempt, startedMs, { ...(hint !== undefined && { hint }), cause: outcome });
        }
      } else {
        if (!isTemporary(outcome.status)) return outcome;
        if (!mayGoOn) throw unreachable(spec.url, `it answers ${statusText(outcome)}`, attempt, startedMs);
      }
      await sleep(pauseMs);
    }
  };
}

function once(
  url: URL,
  options: RequestOptions,
  text: string | undefined,
  timeoutMs: number,
): Promise<Answer | NodeJS.ErrnoException> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? requestTls : requestPlain;
    // The signal also ends a name that does not resolve, and an answer that trickles.
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
    const failed = (error: Error) => resolve(signal.aborted ? signal.reason : error);
    const request = send(url, { ...options, signal }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
        else response.destroy(new Error('its answer is longer than any schema'));
      });
      response.on('error', failed);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        const location = status >= 300 && status < 400 ? headers.location : undefined;
        resolve({ status, body: parsed(Buffer.concat(chunks)), ...(location !== undefined && { location }) });
      });
    });
    request.on('error', failed);
    if (text !== undefined) request.setHeader('content-type', MEDIA_TYPE);
    request.end(text);
  });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function headersFor({ auth }: SchemaRegistrySpec): Record<string, string> {
  const accept = `${MEDIA_TYPE}, application/json`;
  if (auth === undefined) return { accept };
  const basic = () => `Basic ${Buffer.from(auth.secret).toString('base64')}`;
  return { accept, authorization: auth.kind === 'basic' ? basic() : `Bearer ${auth.secret}` };
}

function isTemporary(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function unreachable(
  url: string,
  why: string,
  attempts: number,
  startedMs: number,
  { hint = 'check that it is running and the address is right', cause }: { hint?: string; cause?: unknown } = {},
): LoadError {
  const seconds = ((performance.now() - startedMs) / MS_PER_SEC).toFixed(1);
  const times = attempts === 1 ? 'asked once' : `asked ${attempts} times`;
  const message = scrub(`the schema registry ${url} cannot be used: ${why} (${times} in ${seconds} s)`);
  return new LoadError('REGISTRY_UNREACHABLE', message, { hint, ...(cause !== undefined && { cause }) });
}

function isClosed({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

/** Servers close what they did not expect without a word. */
function closedHint({ url, tls }: SchemaRegistrySpec): string | undefined {
  if (url.startsWith('http:')) return 'check that it is running, and whether it needs https://';
  return tls.certificateFile === undefined ? undefined : 'does it trust the certificate of ssl.certificate.location?';
}

function describe(error: NodeJS.ErrnoException, answerMs: number): string {
  if (error.name === 'TimeoutError') return `no answer within ${answerMs / MS_PER_SEC} s`;
  return connectionReason(error);
}

/** `503: reason`, the reason as the registry words it, on one line. */
export function statusText({ status, body }: Answer): string {
  const said = (body as { message?: unknown } | null | undefined)?.message;
  return typeof said === 'string' && said.trim() !== '' ? `${status}: ${oneLine(said)}` : `${status}`;
}

/** What somebody else wrote, fit for a line of ours: without control characters, and not without an end. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length <= REASON_CHARACTERS_MAX ? line : `${line.slice(0, REASON_CHARACTERS_MAX)}…`;
}
