/** One question to a schema registry over HTTP or HTTPS, asked again while that may help. */
import { readFileSync } from 'node:fs';
import { request as requestPlain } from 'node:http';
import { type RequestOptions, request as requestTls } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectionReason } from '../connection-error.ts';
import { InputError, LoadError } from '../errors.ts';
import type { SchemaRegistrySpec } from '../profile/profile.ts';
import { scrub } from '../secrets.ts';

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
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined where the body is none. */
  readonly body: unknown;
}

export type Ask = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Answer>;

/**
 * Asks at `path` below the registry's address. Any status is an answer, but for those that say "later": 408, 429 and
 * 5xx are repeated, as connections that fail are.
 * @throws InputError when a file that TLS needs cannot be read; from the function returned, LoadError
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
      const outcome = await once(url, { ...options, method }, text, Math.min(patience.answerMs, leftMs()));
      const pauseMs = patience.pauseMs * 2 ** (attempt - 1);
      const mayGoOn = attempt < ATTEMPTS_MAX && leftMs() > pauseMs;
      if (outcome instanceof Error) {
        if (isDistrust(outcome)) throw distrusted(spec.url, outcome);
        if (!mayGoOn) throw unreachable(spec.url, describe(outcome, patience.answerMs), attempt, startedMs, outcome);
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
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) }));
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

function tlsOptions({ tls }: SchemaRegistrySpec): RequestOptions {
  const problems: { path: string; message: string }[] = [];
  const read = (name: string, file: string | undefined): Buffer | undefined => {
    if (file === undefined) return undefined;
    try {
      return readFileSync(file);
    } catch (error) {
      problems.push({ path: `schemaRegistry.${name}`, message: `cannot be read: ${(error as Error).message}` });
      return undefined;
    }
  };
  const ca = read('ssl.ca.location', tls.caFile);
  const cert = read('ssl.certificate.location', tls.certificateFile);
  const key = read('ssl.key.location', tls.keyFile);
  if (problems.length > 0) throw new InputError(problems);
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(tls.keyPassword !== undefined && { passphrase: tls.keyPassword }),
  };
}

function isTemporary(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Certificates and protocol versions are the same at the next attempt. */
function isDistrust({ code = '' }: NodeJS.ErrnoException): boolean {
  return /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/.test(code);
}

function distrusted(url: string, error: NodeJS.ErrnoException): LoadError {
  const isPlain = error.code === 'EPROTO' || error.code === 'ERR_SSL_WRONG_VERSION_NUMBER';
  const hint = isPlain
    ? 'is it http:// in truth?'
    : 'schemaRegistry takes ssl.ca.location, and ssl.certificate.location with ssl.key.location';
  const message = scrub(`no TLS connection to the schema registry ${url}: ${error.message} (${error.code})`);
  return new LoadError('REGISTRY_TLS', message, { hint, cause: error });
}

function unreachable(url: string, why: string, attempts: number, startedMs: number, cause?: unknown): LoadError {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const times = attempts === 1 ? 'asked once' : `asked ${attempts} times`;
  const message = scrub(`the schema registry ${url} cannot be used: ${why} (${times} in ${seconds} s)`);
  const hint = 'does it run, and is the address right?';
  return new LoadError('REGISTRY_UNREACHABLE', message, { hint, ...(cause !== undefined && { cause }) });
}

function describe(error: NodeJS.ErrnoException, answerMs: number): string {
  if (error.name === 'TimeoutError') return `no answer within ${answerMs / 1000} s`;
  return connectionReason(error);
}

/** `503: reason`, the reason as the registry words it. */
export function statusText({ status, body }: Answer): string {
  const said = (body as { message?: unknown } | null | undefined)?.message;
  return typeof said === 'string' && said !== '' ? `${status}: ${said}` : `${status}`;
}
