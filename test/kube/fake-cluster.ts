/** The part of the API server that `load kube run` uses, in this process; pods do what a test has them do. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeApi } from '../../src/kubernetes/api.ts';
import type { Connection } from '../../src/kubernetes/connection.ts';

// biome-ignore lint/suspicious/noExplicitAny: of any kind
type Any = any;
type State =
  | 'pending'
  | 'running'
  | { readonly exitCode: number }
  | { readonly waiting: string; readonly message: string };

export const NAMESPACE = 'load';

export class FakeCluster {
  /** `METHOD /path`, without reviews and reads. */
  readonly changes: string[] = [];
  /** `VERB RESOURCE` that are not allowed. */
  readonly denied = new Set<string>();
  readonly events: Any[] = [];
  /** What happens when the API server is asked to delete a pod. */
  onDeletePod: (name: string) => void = (name) => this.removePod(name);
  /** What happens when the Job may start its pods. */
  onStart: () => void = () => {};
  readonly #objects = new Map<string, Any>();
  readonly #watchers = new Set<{ readonly list: string; readonly response: ServerResponse }>();
  readonly #logs = new Map<string, PodLog>();
  #server: Server | undefined;
  #version = 1;
  #created = 0;

  async start(): Promise<string> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async api(): Promise<KubeApi> {
    const server = await this.start();
    const connection: Connection = { server, namespace: NAMESPACE, context: 'fake', options: async () => ({}) };
    return new KubeApi(connection);
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  get names(): string[] {
    return [...this.#objects.keys()].map((path) => path.split('/').slice(-2).join('/')).sort();
  }

  object(path: string): Any {
    return [...this.#objects].find(([key]) => key.endsWith(`/${path}`))?.[1];
  }

  setPod(name: string, shard: number, state: State): void {
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}`;
    const [phase, container] =
      state === 'pending'
        ? ['Pending', undefined]
        : state === 'running'
          ? ['Running', { running: {} }]
          : 'waiting' in state
            ? ['Pending', { waiting: { reason: state.waiting, message: state.message } }]
            : [state.exitCode === 0 ? 'Succeeded' : 'Failed', { terminated: { ...state, reason: 'Error' } }];
    const before = this.#objects.get(path);
    this.#put(path, {
      metadata: {
        ...{ name, uid: before?.metadata.uid ?? randomUUID() },
        creationTimestamp:
          before?.metadata.creationTimestamp ?? new Date(Date.UTC(2026, 0, 1) + this.#created++).toISOString(),
        annotations: { 'batch.kubernetes.io/job-completion-index': String(shard) },
      },
      status: { phase, ...(container && { containerStatuses: [{ state: container }] }) },
    });
  }

  setConditions(path: string, ...conditions: object[]): void {
    const [key, object] = [...this.#objects].find(([each]) => each.endsWith(`/${path}`))!;
    this.#put(key, { ...object, status: { ...object.status, conditions } });
  }

  removePod(name: string): void {
    this.#delete(`/api/v1/namespaces/${NAMESPACE}/pods/${name}`);
  }

  log(pod: string): PodLog {
    const log = this.#logs.get(pod) ?? new PodLog();
    this.#logs.set(pod, log);
    return log;
  }

  #put(path: string, object: Any): void {
    const type = this.#objects.has(path) ? 'MODIFIED' : 'ADDED';
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
    this.#objects.set(path, stored);
    this.#tell(path, { type, object: stored });
  }

  #delete(path: string): void {
    const object = this.#objects.get(path);
    this.#objects.delete(path);
    if (object !== undefined) this.#tell(path, { type: 'DELETED', object });
  }

  #tell(path: string, event: object): void {
    for (const { list, response } of this.#watchers) {
      if (path.startsWith(`${list}/`)) response.write(`${JSON.stringify(event)}\n`);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams: query } = new URL(request.url!, 'http://fake');
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const body: Any = text === '' ? {} : JSON.parse(text);
    const send = (status: number, answer: object) => response.writeHead(status).end(JSON.stringify(answer));
    if (path.endsWith('/selfsubjectaccessreviews')) {
      const { verb, resource, subresource } = body.spec.resourceAttributes;
      const kind = subresource === undefined ? resource : `${resource}/${subresource}`;
      return void send(201, { status: { allowed: !this.denied.has(`${verb} ${kind}`) } });
    }
    if (path.endsWith('/log')) return this.log(path.split('/').at(-2)!).serve(query, response);
    if (path.endsWith('/events')) return void send(200, { metadata: {}, items: this.events });
    if (request.method !== 'GET')
      this.changes.push(
        `${request.method} ${path
          .split('/')
          .slice(path.startsWith('/apis') ? 6 : 5)
          .join('/')}`,
      );
    if (request.method === 'POST') {
      const key = `${path}/${body.metadata.name}`;
      if (this.#objects.has(key)) return void send(409, { message: `"${body.metadata.name}" already exists` });
      this.#put(key, { ...body, metadata: { ...body.metadata, uid: randomUUID() } });
      return void send(201, this.#objects.get(key));
    }
    const object = this.#objects.get(path);
    if (object !== undefined && request.method === 'GET') return void send(200, object);
    if (request.method === 'GET') return this.#list(path, query, response);
    if (object === undefined) return void send(404, { message: `"${path.split('/').at(-1)}" not found` });
    if (request.method === 'PATCH') {
      this.#put(path, { ...object, spec: { ...object.spec, ...body.spec } });
      if (body.spec?.suspend === false) this.onStart();
    } else if (path.includes('/pods/')) this.onDeletePod(object.metadata.name);
    else this.#delete(path);
    return void send(200, {});
  }

  #list(path: string, query: URLSearchParams, response: ServerResponse): void {
    const items = [...this.#objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, object]) => object);
    if (query.get('watch') !== 'true') {
      const answer = { metadata: { resourceVersion: String(this.#version) }, items };
      response.writeHead(200).end(JSON.stringify(answer));
      return;
    }
    response.writeHead(200).flushHeaders();
    const from = Number(query.get('resourceVersion'));
    for (const object of items) {
      if (Number(object.metadata.resourceVersion) > from)
        response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
    }
    const watcher = { list: path, response };
    this.#watchers.add(watcher);
    response.once('close', () => this.#watchers.delete(watcher));
  }
}

/** What one container wrote. */
class PodLog {
  /** Connections so far. */
  opened = 0;
  readonly #lines: string[] = [];
  readonly #readers = new Set<{ readonly response: ServerResponse; readonly isTimed: boolean }>();
  #isOver = false;

  /** @param at seconds within one minute; lines of the same time are possible. */
  write(at: number, ...lines: string[]): void {
    for (const line of lines) {
      const timed = `2026-11-30T22:00:${at.toFixed(3).padStart(6, '0')}Z ${line}`;
      this.#lines.push(timed);
      for (const { response, isTimed } of this.#readers) response.write(`${isTimed ? timed : line}\n`);
    }
  }

  event(at: number, event: object): void {
    this.write(at, JSON.stringify(event));
  }

  end(): void {
    this.#isOver = true;
    for (const { response } of this.#readers) response.end();
  }

  /** Connections break, and the container goes on. */
  cut(): void {
    for (const { response } of this.#readers) response.destroy();
  }

  serve(query: URLSearchParams, response: ServerResponse): void {
    this.opened++;
    const isTimed = query.get('timestamps') === 'true';
    // As the API server: from the second on.
    const since = (query.get('sinceTime') ?? '').slice(0, 19);
    const lines = this.#lines.filter((line) => line.slice(0, 19) >= since);
    response.writeHead(200).flushHeaders();
    for (const line of lines) response.write(`${isTimed ? line : line.slice(line.indexOf(' ') + 1)}\n`);
    if (this.#isOver || query.get('follow') !== 'true') {
      response.end();
      return;
    }
    const reader = { response, isTimed };
    this.#readers.add(reader);
    response.once('close', () => this.#readers.delete(reader));
  }
}
