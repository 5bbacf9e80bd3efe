import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { LiveEvent, LiveSeconds } from '../../src/page/live/live-event.ts';
import { forgetSecrets, rememberSecret } from '../../src/secrets.ts';
import { BEHIND_BYTES_MAX, CLIENTS_MAX } from '../../src/web/event-clients.ts';
import { type LiveAssets, type LiveServer, serveLive } from '../../src/web/live-server.ts';
import { secondRow } from '../recorder/second-row.ts';
import { ask, EventReader } from './live-client.ts';

const ASSETS: LiveAssets = {
  html: '<!doctype html><p>live',
  script: 'let s;',
  style: 'p{}',
  reportHashes: { script: "'sha256-s'", style: "'sha256-t'" },
};

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function serve(host = '127.0.0.1'): Promise<LiveServer> {
  const server = await serveLive({ port: 0, host }, () => ASSETS);
  open.push(server);
  return server;
}

function read(url: string, headers?: Readonly<Record<string, string>>): EventReader {
  const reader = new EventReader(url, headers);
  open.push(reader);
  return reader;
}

/** Asks for the events so many times on one connection. */
function askRaw({ url }: LiveServer, times: number): Socket {
  const { host, port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  open.push({ close: () => socket.destroy() });
  socket.write(`GET /events HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(times));
  return socket;
}

/** Asks for the events and reads no more of them. */
async function stall(server: LiveServer): Promise<Socket> {
  const socket = askRaw(server, 1);
  await once(socket, 'readable');
  return socket.pause();
}

const START: LiveEvent = {
  kind: 'start',
  run: {
    ...{ name: 'atm', target: 'embedded', load: '10/s', startedAt: '2026-11-21T20:44:54Z', limits: [] },
    phases: { warmup: 0, load: 10 },
  },
};

function seconds(...numbers: readonly number[]): LiveSeconds {
  const rows = numbers.map((second) => secondRow({ second, acked: 10 * second }));
  return { kind: 'second', rows, latencies: numbers.map((second) => [[second, 1]]) };
}

const progressAt = (elapsedNs: number) => ({ kind: 'progress', progress: { elapsedNs } }) as LiveEvent;
const kindsOf = (events: readonly LiveEvent[]) => events.map(({ kind }) => kind);
const atLeast =
  (count: number) =>
  ({ length }: readonly LiveEvent[]) =>
    length >= count;

test('the page, its script and its style, with the policy that lets nothing else run', async () => {
  const { url } = await serve();
  const page = await ask(url);
  expect([page.status, page.text, page.headers['content-type']]).toEqual([
    200,
    ASSETS.html,
    'text/html; charset=utf-8',
  ]);
  expect((await ask(`${url}live.js`)).text).toBe('let s;');
  expect((await ask(`${url}live.css`)).text).toBe('p{}');
  expect(page.headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self' 'sha256-s'; style-src 'self' 'sha256-t'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
  );
  expect(page.headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  // Its own machine alone reaches it.
  expect(page.headers['set-cookie']).toBeUndefined();
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is refused', async (method) => {
  const { url } = await serve();
  expect(await ask(url, { method })).toMatchObject({ status: 405, text: 'only GET\n' });
});

test('HEAD has no body; what is not there is 404, and so is the report until the end', async () => {
  const { url } = await serve();
  expect(await ask(url, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  expect(await ask(`${url}events`, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  expect(await ask(`${url}etc/passwd`)).toMatchObject({ status: 404, text: 'the live page is at /\n' });
  expect(await ask(`${url}report.html`)).toMatchObject({ status: 404, text: 'the run goes on\n' });
});

test.each([
  ['evil.example:PORT', 421],
  ['localhost.evil.example:PORT', 421],
  ['127.0.0.1', 421],
  ['127.0.0.1:1', 421],
  ['127.0.0.1:PORT@evil.example', 421],
  ['10.0.0.1:PORT', 421],
  ['localhost:PORT', 200],
  ['LOCALHOST:PORT', 200],
  ['[::1]:PORT', 200],
])('asked as %s: %i', async (host, status) => {
  const { url } = await serve();
  const answer = await ask(url, { headers: { host: host.replace('PORT', new URL(url).port) } });
  expect(answer.status).toBe(status);
  if (status === 421) expect(answer.text).toContain(`127.0.0.1:${new URL(url).port}`);
});

test('another site is refused though it asks by the right name', async () => {
  const { url } = await serve();
  const from = async (origin: string) => (await ask(`${url}live.js`, { headers: { origin } })).status;
  expect(await from('http://evil.example')).toBe(403);
  expect(await from('null')).toBe(403);
  expect(await from('http://127.0.0.1:1')).toBe(403);
  expect(await from(url.slice(0, -1))).toBe(200);
});

test('no connection is kept for a page of another site; a link to the live page opens it', async () => {
  const { url } = await serve();
  const from = async (site: string, dest: string) => {
    return (await ask(url, { headers: { 'sec-fetch-site': site, 'sec-fetch-dest': dest } })).status;
  };
  for (const site of ['cross-site', 'same-site']) {
    // fetch(…, { mode: 'no-cors' }), images and frames come without an origin.
    for (const dest of ['empty', 'image', 'script', 'iframe']) expect(await from(site, dest)).toBe(403);
    expect(await from(site, 'document')).toBe(200);
  }
  for (const site of ['same-origin', 'none']) expect(await from(site, 'empty')).toBe(200);
});

test('beyond this machine a token is needed: in the address once, then as a cookie', async () => {
  const server = await serve('0.0.0.0');
  const { port, searchParams } = new URL(server.url);
  const token = searchParams.get('token')!;
  expect(token).toMatch(/^[\da-f]{32}$/);
  const url = `http://127.0.0.1:${port}/`;
  for (const wrong of ['', '?token=', `?token=${token.slice(1)}`, `?token=${token}0`, `?token=${'0'.repeat(32)}`]) {
    expect((await ask(url + wrong)).status).toBe(403);
  }
  expect((await ask(`${url}events`)).status).toBe(403);
  const page = await ask(`${url}?token=${token}`);
  const [cookie] = page.headers['set-cookie']!;
  expect([page.status, cookie]).toEqual([200, `load-live-${port}=${token}; HttpOnly; SameSite=Strict; Path=/`]);
  const headers = { cookie: `other=1; ${cookie!.split(';')[0]}` };
  expect((await ask(`${url}live.js`, { headers })).status).toBe(200);
  expect((await ask(`${url}live.js`, { headers: { cookie: `load-live-${port}=0` } })).status).toBe(403);
  // A name of somebody else could be pointed here, an address could not.
  expect((await ask(`${url}?token=${token}`, { headers: { host: `evil.example:${port}` } })).status).toBe(421);
  expect((await ask(`${url}?token=${token}`, { headers: { host: `10.0.0.1:${port}` } })).status).toBe(200);
});

test('a page that comes late gets what was: all seconds at once, of the rest the last', async () => {
  const server = await serve();
  for (const event of [START, seconds(0), progressAt(1), seconds(1, 2), progressAt(3)]) server.send(event);
  const reader = read(server.url);
  expect(await reader.until(atLeast(3))).toEqual([START, seconds(0, 1, 2), progressAt(3)]);
  server.send(seconds(3));
  expect((await reader.until(atLeast(4))).at(-1)).toEqual(seconds(3));
});

test('a page that comes back gets what is new; with the number of another process, everything', async () => {
  const server = await serve();
  server.send(START);
  server.send(seconds(0));
  const first = read(server.url);
  await first.until(atLeast(2));
  first.close();
  server.send(seconds(1));
  server.send(progressAt(2));
  const again = read(server.url, { 'last-event-id': first.id! });
  expect(await again.until(atLeast(2))).toEqual([seconds(1), progressAt(2)]);
  const other = read(server.url, { 'last-event-id': '0badcafe-3' });
  expect(kindsOf(await other.until(atLeast(3)))).toEqual(['start', 'second', 'progress']);
});

test('of scenarios and curves as well; a run that begins replaces the one before', async () => {
  const server = await serve();
  const scenarioRows = (...numbers: number[]) => {
    const rows = numbers.map((second) => ({ second }));
    return { scenarioRows: { 'a"b': rows, b: rows } } as never;
  };
  const curves = (count: number) => ({ curves: [{ name: 'response', points: [], count, censored: 0 }] });
  server.send(Object.assign(seconds(0), scenarioRows(0), curves(1)));
  const errors = { errors: [{ second: 1, code: 7, name: 'E', count: 2 }] };
  server.send(Object.assign(seconds(1), errors, scenarioRows(1), curves(2)));
  server.send(Object.assign(seconds(2), scenarioRows(2)));
  const [late] = await read(server.url).until(atLeast(1));
  expect(late).toEqual(Object.assign(seconds(0, 1, 2), errors, scenarioRows(0, 1, 2), curves(2)));
  server.send(START);
  server.send(seconds(0));
  expect(await read(server.url).until(atLeast(2))).toEqual([START, seconds(0)]);
});

test('no more than twenty pages; one that leaves makes room', async () => {
  const server = await serve();
  server.send(START);
  const readers = Array.from({ length: CLIENTS_MAX }, () => read(server.url));
  for (const reader of readers) await reader.until(atLeast(1));
  const refused = await ask(`${server.url}events`);
  expect(refused).toMatchObject({ status: 503, text: '20 pages are open: no more are served\n' });
  readers[0]!.close();
  let next = refused;
  while (next.status === 503) next = await ask(`${server.url}events`, { method: 'HEAD' });
  expect(next.status).toBe(200);
});

test('a connection is one page, however often it asks', async () => {
  const server = await serve();
  await once(askRaw(server, CLIENTS_MAX).resume(), 'close');
  await expect.poll(() => server.clients).toBe(0);
});

test('a page that does not read is dropped; the others get everything', async () => {
  const server = await serve();
  server.send(START);
  const slow = await stall(server);
  const quick = read(server.url);
  await quick.until(atLeast(1));
  expect(server.clients).toBe(2);
  const long = { kind: 'progress', progress: 'x'.repeat(BEHIND_BYTES_MAX / 4) } as never;
  // What the kernel takes on the way comes on top.
  let sent = 1;
  while (server.clients === 2 && sent < 400) {
    server.send(long);
    await quick.until(atLeast(++sent));
  }
  expect(server.clients).toBe(1);
  slow.on('error', () => {}).resume();
  await once(slow, 'close');
  server.send(seconds(0));
  expect((await quick.until(atLeast(sent + 1))).at(-1)).toEqual(seconds(0));
});

test('at the end every page gets the report, the late one as well, and the port is free', async () => {
  const server = await serve();
  server.send(START);
  const early = read(server.url);
  await early.until(atLeast(1));
  const report = `<!doctype html>\n<p>the report: ${'–'.repeat(100_000)}`;
  await ask(server.url);
  const ended = server.end(report);
  expect((await ask(`${server.url}report.html`)).text).toBe(report);
  expect(kindsOf(await read(server.url).until(atLeast(2)))).toEqual(['start', 'end']);
  await early.closed;
  expect(early.events.at(-1)).toEqual({ kind: 'end', report });
  await ended;
  server.close();
  await expect(ask(server.url)).rejects.toThrow('ECONNREFUSED');
});

test('a page that does not read does not keep the end waiting for long', async () => {
  const server = await serve();
  await stall(server);
  // More than any kernel takes.
  await server.end('x'.repeat(32 * 2 ** 20));
  expect(server.clients).toBe(1);
});

test('no event holds a secret', async () => {
  rememberSecret('hunter2-of-live');
  const server = await serve();
  server.send({ kind: 'start', run: { name: 'hunter2-of-live', load: 'key hunter2-of-live' } } as never);
  const [event] = await read(server.url).until(atLeast(1));
  expect(event).toEqual({ kind: 'start', run: { name: '***', load: 'key ***' } });
  for (const secret of ['progress', 'load']) rememberSecret(secret);
  const progress = { kind: 'progress', progress: { phase: 'load' } } as LiveEvent;
  server.send(progress);
  expect((await read(server.url).until(atLeast(2))).at(-1)).toEqual(progress);
  forgetSecrets();
});

test('a port in use, and a host of another machine, in one message each', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await expect(serveLive({ port, host: '127.0.0.1' }, () => ASSETS)).rejects.toMatchObject({
    code: 'WEB_PORT',
    exitCode: 1,
    message: `the live page's port 127.0.0.1:${port} is in use`,
    hint: '--web without a port picks a free port',
  });
  other.close();
  // TEST-NET-1 of RFC 5737: nobody has it.
  await expect(serveLive({ port: 0, host: '192.0.2.1' }, () => ASSETS)).rejects.toMatchObject({
    hint: 'check that --web-host is an address of this machine',
  });
});
