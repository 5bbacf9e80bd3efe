/** The Prometheus endpoint of a command that runs for a while: `GET /metrics`, and `GET /healthz` for probes. */
import { createServer } from 'node:http';
import { InputError, type Problem } from '../../errors.ts';
import { type ListenAddress, LOOPBACK, listen, originOf, portProblem } from '../../listening.ts';
import { scrub } from '../../secrets.ts';
import { formatDuration, NS_PER_MS, parseDuration } from '../../units.ts';
import type { Notices } from '../notices.ts';
import type { Terminal } from '../terminal.ts';
import { textValue, type Values } from '../values.ts';

/** What is served, e.g. prom-client's `Registry`. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export interface MetricsServer {
  /** `http://host:port/metrics` */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface MetricsAddress extends ListenAddress {
  /** How long it stays after the end, ns: Prometheus asks every few seconds, and the last numbers are the final ones. */
  readonly lingerNs: number;
}

const ENDPOINT = {
  code: 'METRICS_PORT',
  name: 'the metrics port',
  hostFlag: '--metrics-host',
  freePort: '--metrics-port 0',
} as const;
const LINGER_CHECK_MS = 200;

/**
 * undefined without `--metrics-port`.
 * @throws InputError with everything that is wrong about the endpoint's flags.
 */
export function metricsAddressOf(values: Values): MetricsAddress | undefined {
  const [port, host, linger] = ['port', 'host', 'linger'].map((name) => textValue(values, `metrics-${name}`));
  const problems: Problem[] = [];
  for (const [flag, value] of [
    ['--metrics-host', host],
    ['--metrics-linger', linger],
  ] as const) {
    if (port !== undefined || value === undefined) continue;
    problems.push({ place: flag, message: 'a port is missing', hint: 'add --metrics-port 9464' });
  }
  const wrong = port === undefined ? undefined : portProblem(port, '--metrics-port');
  if (wrong !== undefined) problems.push(wrong);
  if (host === '') problems.push({ place: '--metrics-host', message: 'the host is empty' });
  const lingerNs = readLinger(linger ?? '0s', problems);
  if (problems.length > 0) throw new InputError(problems);
  return port === undefined ? undefined : { port: Number(port), host: host ?? LOOPBACK, lingerNs };
}

function readLinger(text: string, problems: Problem[]): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems.map((problem) => ({ ...problem, place: '--metrics-linger' })));
    return 0;
  }
}

/**
 * The endpoint that the flags ask for, undefined where they ask for none.
 * @throws InputError for the flags, LoadError METRICS_PORT when the port is not available.
 */
export async function openMetrics(
  source: MetricsSource,
  values: Values,
  notices: Pick<Notices, 'note' | 'event'>,
): Promise<MetricsServer | undefined> {
  const address = metricsAddressOf(values);
  if (address === undefined) return undefined;
  const server = await serveMetrics(source, address);
  const told = `metrics at ${server.url}`;
  // A port that nobody chose has to be printed, even with --quiet.
  if (address.port === 0) notices.event(told);
  else notices.note(told);
  return server;
}

/** With the final numbers, for whoever asks every few seconds only: until the time is over or a signal comes. */
export async function lingerMetrics(
  lingerNs: number,
  terminal: Pick<Terminal, 'onInterrupt'>,
  notices: Pick<Notices, 'note'>,
): Promise<void> {
  notices.note(`the metrics stay for ${formatDuration(lingerNs)}, or until a signal`);
  const endMs = performance.now() + lingerNs / NS_PER_MS;
  await new Promise<void>((resolve) => {
    // A single timer cannot wait longer than 24 days.
    const timer = setInterval(() => {
      if (performance.now() >= endMs) end();
    }, LINGER_CHECK_MS);
    const end = () => {
      clearInterval(timer);
      resolve();
    };
    terminal.onInterrupt(end);
  });
}

/**
 * Serves until it is closed. A scrape is answered on the main thread; workers notice nothing of it.
 * @throws LoadError METRICS_PORT when the port is not available.
 */
export async function serveMetrics(source: MetricsSource, address: ListenAddress): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, text: string, contentType = 'text/plain; charset=utf-8') => {
      response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
      response.end(request.method === 'HEAD' ? undefined : text);
    };
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'only GET\n');
    else if (path === '/healthz') answer(200, 'ok\n');
    else if (path !== '/metrics') answer(404, 'the metrics are at /metrics\n');
    else {
      source.metrics().then(
        (text) => answer(200, text, source.contentType),
        (error: Error) => answer(500, scrub(`${error.message}\n`)),
      );
    }
  });
  const port = await listen(server, address, ENDPOINT);
  return {
    url: `${originOf(address.host, port)}/metrics`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Prometheus keeps its connection open; what is being answered is tiny.
        server.closeAllConnections();
      }),
  };
}
