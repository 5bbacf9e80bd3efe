/** The Kubernetes API as the tests and the kubelet call it: JSON over HTTPS with a bearer token. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { createInterface } from 'node:readline';

export interface Access {
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/** Any object of the API. */
// biome-ignore lint/suspicious/noExplicitAny: of any kind
export type KubernetesObject = any;

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubernetesObject;
}

export interface ApiClient {
  /** @throws ApiError on anything but a status of 2xx */
  call(method: string, path: string, body?: object, contentType?: string): Promise<KubernetesObject>;
  /** As text, e.g. of `pods/NAME/log?follow=true`: one line after the other as they come. */
  lines(path: string, signal?: AbortSignal): AsyncIterable<string>;
  close(): void;
}

/** What the API server refused, with its own words. */
export class ApiError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const MERGE_PATCH = 'application/merge-patch+json';

export function apiClient({ server, ca, token }: Access): ApiClient {
  const agent = new Agent({ keepAlive: true, ca });
  const open = async (path: string, options: RequestOptions, body = ''): Promise<IncomingMessage> => {
    const sent = request(new URL(path, server), { agent, ...options });
    // Node.js would send the body of a DELETE without its length.
    sent.setHeader('content-length', Buffer.byteLength(body));
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  };
  const text = async (response: IncomingMessage): Promise<string> => {
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return Buffer.concat(parts).toString();
  };
  const refused = async (what: string, response: IncomingMessage): Promise<ApiError> => {
    const said = await text(response);
    return new ApiError(response.statusCode!, `${what}: ${response.statusCode} ${said.slice(0, 2_000)}`);
  };
  const isGood = ({ statusCode }: IncomingMessage) => statusCode! >= 200 && statusCode! < 300;
  return {
    call: async (method, path, body, contentType = 'application/json') => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': contentType };
      const response = await open(path, { method, headers }, body === undefined ? '' : JSON.stringify(body));
      if (!isGood(response)) throw await refused(`${method} ${path}`, response);
      return JSON.parse(await text(response));
    },
    async *lines(path, signal) {
      const headers = { authorization: `Bearer ${token}` };
      const response = await open(path, { headers, ...(signal === undefined ? {} : { signal }) });
      if (!isGood(response)) throw await refused(`GET ${path}`, response);
      yield* createInterface({ input: response });
    },
    close: () => agent.destroy(),
  };
}

/** The objects of a list, then every change of them, until the signal; starts again where the API server ends a watch. */
export async function* watched(client: ApiClient, path: string, signal: AbortSignal): AsyncIterable<WatchEvent> {
  while (!signal.aborted) {
    const list = await client.call('GET', path);
    for (const object of list.items) yield { type: 'ADDED', object };
    const from = `${path}?watch=1&resourceVersion=${list.metadata.resourceVersion}`;
    try {
      for await (const line of client.lines(from, signal)) {
        const event = JSON.parse(line) as WatchEvent;
        if (event.type === 'ERROR') break;
        yield event;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
