/** Requests to the API server, as JSON or as lines that go on. What it refuses is one error, in its words. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { LoadError } from '../errors.ts';
import type { Connection } from './connection.ts';

/** An object of the API, of which each reader knows its part. */
export interface KubeObject {
  readonly metadata: ObjectMeta;
}

export interface ObjectMeta {
  readonly name: string;
  readonly uid: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly resourceVersion?: string;
}

export interface KubeList<T> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: object;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** The API server answered, and not with what was asked for. */
export class ApiError extends LoadError {
  /** HTTP. */
  readonly status: number;

  constructor(status: number, message: string, hint?: string) {
    super('KUBERNETES', message, hint === undefined ? {} : { hint });
    this.status = status;
  }
}

export const MERGE_PATCH = 'application/merge-patch+json';

/** Of one answer; a watch and a log go on. */
const ANSWER_MS = 30_000;
const KEEP_ALIVE_MS = 20_000;

export class KubeApi {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws ApiError; LoadError where the server cannot be reached. */
  async call<T>(path: string, call: Call = {}): Promise<T> {
    const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_MS), ...(call.signal ? [call.signal] : [])]);
    const response = await this.#open(path, { ...call, signal });
    return JSON.parse(await this.#orUnreachable(() => textOf(response), call.signal)) as T;
  }

  /** Line by line, until the server ends it. @throws as `call`; where the signal came it only ends. */
  async *lines(path: string, signal: AbortSignal): AsyncGenerator<string> {
    try {
      const response = await this.#open(path, { signal });
      // Nothing may be said for long: a connection that is dead is found out by the kernel.
      response.socket.setKeepAlive(true, KEEP_ALIVE_MS);
      yield* linesOf(response);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #open(path: string, { method = 'GET', body, contentType = 'application/json', signal }: Call) {
    const url = new URL(this.#connection.server.replace(/\/$/, '') + path);
    const { headers, ...options } = await this.#connection.options();
    const text = body === undefined ? '' : JSON.stringify(body);
    const response = await this.#orUnreachable(async () => {
      const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
      const sent = send(url, {
        ...(options as RequestOptions),
        method,
        headers: {
          ...(headers as Record<string, string>),
          ...{ accept: 'application/json', 'content-type': contentType },
          // Node.js sends the body of a DELETE without it.
          'content-length': Buffer.byteLength(text),
        },
        ...(signal && { signal }),
      });
      sent.end(text);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      return answer;
    }, signal);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw refusal(status, await this.#orUnreachable(() => textOf(response), signal), `${method} ${url.pathname}`);
  }

  async #orUnreachable<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (signal?.aborted === true && signal.reason?.name !== 'TimeoutError') throw cause;
      const { server, context } = this.#connection;
      const why = signal?.aborted === true ? `no answer within ${ANSWER_MS / 1_000} s` : reasonOf(cause);
      const hint = `is it there, and is the context \`${context}\` the right one? --context, or KUBECONFIG`;
      throw new LoadError('KUBERNETES', `the cluster at ${server} cannot be reached: ${why}`, { hint, cause });
    }
  }
}

/** Lines as they come, and what is left at the end. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8');
  // A file of a run is one line of many pieces.
  let pieces: string[] = [];
  for await (const chunk of response as AsyncIterable<string>) {
    const [first = '', ...more] = chunk.split('\n');
    pieces.push(first);
    for (const next of more) {
      yield pieces.join('');
      pieces = [next];
    }
  }
  const rest = pieces.join('');
  if (rest !== '') yield rest;
}

/** Where a name has several addresses, none has answered: the first reason stands for all. */
function reasonOf(error: unknown): string {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  return first instanceof Error ? first.message : String(first);
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** A `Status` has the reason in words; a proxy in between may answer anything. */
function refusal(status: number, text: string, asked: string): ApiError {
  let message = text.trim().slice(0, 1_000);
  try {
    message = (JSON.parse(text) as { message?: string }).message ?? message;
  } catch {
    // As it is.
  }
  const said = `Kubernetes: ${message || asked} (${status})`;
  return status === 401
    ? new ApiError(status, said, 'log in: `kubectl get pods` fails as well')
    : new ApiError(status, said);
}

/** `/api/v1/namespaces/NS/KIND/NAME`, or that of the batch group. */
export function pathOf(namespace: string, kind: 'jobs' | 'configmaps' | 'pods' | 'events', name?: string): string {
  const group = kind === 'jobs' ? '/apis/batch/v1' : '/api/v1';
  return `${group}/namespaces/${namespace}/${kind}${name === undefined ? '' : `/${name}`}`;
}

/** What is gone need not be removed. */
export async function ifThere(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}

/** Something of that name is there, or has changed meanwhile. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}
