/**
 * The live page's server: the page, its script and style, the events as server-sent events, and at the end the report. It
 * only reads: nothing a page asks or leaves unread changes the run or keeps it waiting.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ListenAddress, listen, originOf } from '../listening.ts';
import type { LiveEvent } from '../page/live/live-event.ts';
import { type Access, isLoopback, refusal, shownHost, tokenCookie } from './access.ts';
import { CLIENTS_MAX, EventClients } from './event-clients.ts';
import { LiveHistory } from './live-history.ts';

/** What the page is made of. */
export interface LiveAssets {
  readonly html: string;
  readonly script: string;
  readonly style: string;
  /** CSP sources of what stands inline in the report, which takes the page's place at the end. */
  readonly reportHashes: { readonly script: string; readonly style: string };
}

const ENDPOINT = {
  code: 'WEB_PORT',
  name: "the live page's port",
  hostFlag: '--web-host',
  freePort: '--web without a port',
} as const;
const END_MS = 1_000;
const END_POLL_MS = 20;
/** From a page to its connection for the events. */
const PAGE_MS = 2_000;
/** Of all kinds: browsers open some beside the one for events. */
const CONNECTIONS_MAX = 4 * CLIENTS_MAX;
/** A page whose connection breaks comes back after it. */
const RETRY_MS = 1_000;
const TOKEN_BYTES = 16;

/**
 * @param loadAssets called when the first page asks.
 * @throws LoadError WEB_PORT when the port is not available.
 */
export async function serveLive(address: ListenAddress, loadAssets: () => LiveAssets): Promise<LiveServer> {
  const server = createServer();
  const port = await listen(server, address, ENDPOINT);
  const token = isLoopback(address.host) ? undefined : randomBytes(TOKEN_BYTES).toString('hex');
  return new LiveServer(server, { port, host: address.host, ...(token && { token }) }, loadAssets);
}

export class LiveServer {
  readonly #server: Server;
  readonly #access: Access;
  readonly #loadAssets: () => LiveAssets;
  readonly #history = new LiveHistory();
  readonly #clients = new EventClients();
  #assets: LiveAssets | undefined;
  #report: string | undefined;
  /** A page was sent, whose script will ask for the events. */
  #awaitedUntilMs = 0;

  constructor(server: Server, access: Access, loadAssets: () => LiveAssets) {
    this.#server = server;
    this.#access = access;
    this.#loadAssets = loadAssets;
    server.maxConnections = CONNECTIONS_MAX;
    server.on('request', (request, response) => this.#answer(request, response));
    server.on('connection', (socket) => socket.unref());
    server.unref();
  }

  /** To open in a browser; with the token where there is one. */
  get url(): string {
    const { host, port, token } = this.#access;
    return `${originOf(shownHost(host), port)}/${token === undefined ? '' : `?token=${token}`}`;
  }

  /** Pages that are open. */
  get clients(): number {
    return this.#clients.size;
  }

  get hasToken(): boolean {
    return this.#access.token !== undefined;
  }

  send(event: LiveEvent): void {
    this.#clients.send(this.#history.add(event));
  }

  /** Sends the report to every page that is open; resolves when all have it, or END_MS later. */
  async end(report: string): Promise<void> {
    this.#report = report;
    this.#clients.end(this.#history.add({ kind: 'end', report }));
    const endMs = performance.now() + END_MS;
    const isWatched = (nowMs: number) => nowMs < endMs && (this.#clients.size > 0 || nowMs < this.#awaitedUntilMs);
    while (isWatched(performance.now())) await sleep(END_POLL_MS);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const reply = this.#replyTo(request);
    if (reply === 'events') this.#stream(request, response);
    else {
      const { status = 200, type = 'text/plain', text, cookie } = reply;
      response.writeHead(status, {
        ...SECURITY,
        'content-security-policy': policyOf(this.#assetsOf()),
        'content-type': `${type}; charset=utf-8`,
        'content-length': Buffer.byteLength(text),
        ...(cookie !== undefined && { 'set-cookie': cookie }),
      });
      response.end(request.method === 'HEAD' ? undefined : text);
    }
  }

  #replyTo(request: IncomingMessage): Reply | 'events' {
    if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, text: 'only GET\n' };
    const refused = refusal(request, this.#access);
    if (refused !== undefined) return refused;
    switch (request.url?.split('?')[0]) {
      case '/':
        if (request.method === 'GET') this.#awaitedUntilMs = performance.now() + PAGE_MS;
        return { type: 'text/html', text: this.#assetsOf().html, cookie: tokenCookie(this.#access) };
      case '/live.js':
        return { type: 'text/javascript', text: this.#assetsOf().script };
      case '/live.css':
        return { type: 'text/css', text: this.#assetsOf().style };
      case '/events':
        if (!this.#clients.isFull) return 'events';
        return { status: 503, text: `${CLIENTS_MAX} pages are open: no more are served\n` };
      case '/report.html':
        if (this.#report !== undefined) return { type: 'text/html', text: this.#report };
        return { status: 404, text: 'the run goes on\n' };
      default:
        return { status: 404, text: 'the live page is at /\n' };
    }
  }

  #assetsOf(): LiveAssets {
    this.#assets ??= this.#loadAssets();
    return this.#assets;
  }

  #stream({ method, headers, socket }: IncomingMessage, response: ServerResponse): void {
    // It would wait for the end of one before it on this connection, and Node.js does not tell when that closes.
    if (response.socket === null) {
      socket.destroy();
      return;
    }
    response.writeHead(200, { ...SECURITY, 'content-type': 'text/event-stream; charset=utf-8' });
    if (method === 'HEAD') {
      response.end();
      return;
    }
    this.#awaitedUntilMs = 0;
    response.write(`retry: ${RETRY_MS}\n\n`);
    this.#clients.add(response, this.#history.since(headers['last-event-id']?.toString()));
    if (this.#report !== undefined) response.end();
  }
}

interface Reply {
  readonly status?: number;
  readonly type?: string;
  readonly text: string;
  readonly cookie?: string | undefined;
}

const SECURITY = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

function policyOf({ reportHashes }: LiveAssets): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${reportHashes.script}`,
    `style-src 'self' ${reportHashes.style}`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'none'",
  ].join('; ');
}
