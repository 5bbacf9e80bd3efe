import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import {
  type MetricsServer,
  type MetricsSource,
  metricsAddressOf,
  serveMetrics,
} from '../../../src/commands/metrics/metrics-server.ts';
import { rememberSecret } from '../../../src/secrets.ts';

const ANY = { port: 0, host: '127.0.0.1' };
let server: MetricsServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const source = (metrics: () => Promise<string>): MetricsSource => ({
  contentType: 'text/plain; version=0.0.4',
  metrics,
});

test('a registry of prom-client is served as Prometheus reads it', async () => {
  const registry = new Registry();
  new Counter({ name: 'sent_total', help: 'of a test', registers: [registry] }).inc(3);
  server = await serveMetrics(registry, ANY);
  const response = await fetch(server.url);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await response.text()).toBe('# HELP sent_total of a test\n# TYPE sent_total counter\nsent_total 3\n');
});

test('each scrape reads anew; a probe reads nothing', async () => {
  let scrapes = 0;
  server = await serveMetrics(
    source(async () => `scrapes ${++scrapes}\n`),
    ANY,
  );
  const base = new URL(server.url).origin;
  expect(await (await fetch(`${base}/healthz`)).text()).toBe('ok\n');
  expect(await (await fetch(server.url)).text()).toBe('scrapes 1\n');
  expect(await (await fetch(`${server.url}?name[]=x`)).text()).toBe('scrapes 2\n');
  const head = await fetch(server.url, { method: 'HEAD' });
  expect(await head.text()).toBe('');
});

test('anything else is refused', async () => {
  server = await serveMetrics(
    source(async () => ''),
    ANY,
  );
  const base = new URL(server.url).origin;
  expect((await fetch(`${base}/`)).status).toBe(404);
  expect((await fetch(server.url, { method: 'POST' })).status).toBe(405);
});

test('a scrape that fails says why, without secrets', async () => {
  rememberSecret('hunter2-of-metrics');
  const failing = source(async () => {
    throw new Error('no reading with hunter2-of-metrics');
  });
  server = await serveMetrics(failing, ANY);
  const response = await fetch(server.url);
  expect(response.status).toBe(500);
  expect(await response.text()).toBe('no reading with ***\n');
});

test('a port in use is told with what helps', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const refused = serveMetrics(
    source(async () => ''),
    { port, host: '127.0.0.1' },
  );
  await expect(refused).rejects.toMatchObject({
    code: 'METRICS_PORT',
    exitCode: 1,
    message: `the metrics port 127.0.0.1:${port} is in use`,
    hint: '--metrics-port 0 picks a free port',
  });
  other.close();
});

test('a host of another machine is told as such', async () => {
  // TEST-NET-1 of RFC 5737: nobody has it.
  const refused = serveMetrics(
    source(async () => ''),
    { port: 0, host: '192.0.2.1' },
  );
  await expect(refused).rejects.toMatchObject({
    exitCode: 1,
    hint: 'check that --metrics-host is an address of this machine',
  });
});

test('it closes while a scraper holds its connection', async () => {
  const closing = await serveMetrics(
    source(async () => 'x 1\n'),
    ANY,
  );
  await (await fetch(closing.url)).text();
  await closing.close();
  await expect(fetch(closing.url)).rejects.toThrow();
});

test('without a port there is none; with one it is on loopback, and ends with the command, unless told', () => {
  expect(metricsAddressOf({})).toBeUndefined();
  expect(metricsAddressOf({ 'metrics-port': '0' })).toEqual({ port: 0, host: '127.0.0.1', lingerNs: 0 });
  const more = { 'metrics-host': '0.0.0.0', 'metrics-linger': '30s' };
  expect(metricsAddressOf({ 'metrics-port': '9464', ...more })).toEqual({
    port: 9464,
    host: '0.0.0.0',
    lingerNs: 30e9,
  });
});

test.each(['', 'http', '-1', '65536', '1.5', '0x50'])('`%s` is not a port', (port) => {
  expect(() => metricsAddressOf({ 'metrics-port': port })).toThrow(`--metrics-port: \`${port}\` is not a port`);
});

test('what stands without a port, and what is no time, is told at once', () => {
  const values = { 'metrics-host': '0.0.0.0', 'metrics-linger': 'long' };
  expect(() => metricsAddressOf(values)).toThrow(
    [
      '--metrics-host: a port is missing (add --metrics-port 9464)',
      '--metrics-linger: a port is missing (add --metrics-port 9464)',
      '--metrics-linger: `long` is not a duration (write 30s, 5m, 1h30m, 250ms, or a number of seconds)',
    ].join('\n'),
  );
});
