/** What a container wrote, as kubelets keep and serve it: line by line, stdout and stderr in one, each with its time. */
import { EventEmitter, on } from 'node:events';
import { createServer, type Server } from 'node:https';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { TestCertificate } from '../transport/certificate.ts';

export class ContainerLog {
  readonly #lines: string[] = [];
  readonly #changes = new EventEmitter();
  #open = 0;

  constructor() {
    this.#changes.setMaxListeners(0);
  }

  take(stream: Readable): void {
    this.#open++;
    createInterface({ input: stream })
      .on('line', (line) => this.#add(`${new Date().toISOString()} ${line}`))
      .on('close', () => {
        this.#open--;
        this.#changes.emit('change');
      });
  }

  #add(line: string): void {
    this.#lines.push(line);
    this.#changes.emit('change');
  }

  /** Lines so far; with `follow` those that come later too, until the container has ended. */
  async *read(query: URLSearchParams, signal: AbortSignal): AsyncIterable<string> {
    const tail = Number(query.get('tailLines') ?? Number.POSITIVE_INFINITY);
    const since = query.get('sinceTime') ?? '';
    const withTime = query.get('timestamps') === 'true';
    const changes = on(this.#changes, 'change', { signal });
    for (let at = Math.max(0, this.#lines.length - tail); ; ) {
      for (; at < this.#lines.length; at++) {
        const line = this.#lines[at]!;
        if (line < since) continue;
        yield `${withTime ? line : line.slice(line.indexOf(' ') + 1)}\n`;
      }
      if (query.get('follow') !== 'true' || this.#open === 0) return;
      await changes.next();
    }
  }
}

/** The one thing that the API server asks a kubelet for in these tests: `/containerLogs/NAMESPACE/POD/CONTAINER`. */
export async function serveLogs(
  { key, cert, port }: TestCertificate & { readonly port: number },
  logOf: (namespace: string, pod: string, container: string) => ContainerLog | undefined,
): Promise<Server> {
  const server = createServer({ key, cert }, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'https://kubelet');
    const [, what, namespace, pod, container] = pathname.split('/').map(decodeURIComponent);
    const log = what === 'containerLogs' ? logOf(namespace!, pod!, container!) : undefined;
    if (log === undefined) {
      response.writeHead(404).end(`no container at ${pathname}\n`);
      return;
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    try {
      for await (const line of log.read(searchParams, gone.signal)) response.write(line);
      response.end();
    } catch (error) {
      if (!gone.signal.aborted) throw error;
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}
