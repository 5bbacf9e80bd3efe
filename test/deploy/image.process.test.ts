import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { interpret } from './interpreted.ts';

const run = promisify(execFile);

const DOCKERFILE = 'deploy/Dockerfile';
const text = readFileSync(DOCKERFILE, 'utf8');

/** [word, rest] of each instruction, continuation lines joined, comments left out. */
function instructionsOf(dockerfile: string): (readonly [string, string])[] {
  const joined = dockerfile.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n/g, ' ');
  return joined
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word, rest] = /^(\w+)\s+(.*)$/.exec(line)!;
      return [word!, rest!.replaceAll(/\s+/g, ' ')] as const;
    });
}

const instructions = instructionsOf(text);
const [, runtime] = text.split(/^FROM node:\d+-bookworm-slim$/m);
const last = (word: string) => instructionsOf(runtime!).findLast(([each]) => each === word)![1];

test('the Dockerfile is one, without a warning', () => {
  expect(validate(text)).toEqual([]);
  expect(validate(text.replace('COPY . .', 'COPY .'))).not.toEqual([]);
  expect(validate(text.replace('--interval=15s', '--interval=soon'))).not.toEqual([]);
});

test('two stages of the same release, of a version of Node.js that the engine takes and the tests were run on', () => {
  const images = instructions.filter(([word]) => word === 'FROM').map(([, image]) => image);
  expect(images).toEqual(['node:24-bookworm AS build', 'node:24-bookworm-slim']);
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
  expect(engines.node).toMatch(/^>=2[0-4]\./);
  expect(readFileSync('README.md', 'utf8')).toMatch(/run on .*\b24\.\d+/);
});

test('compiling finds the packages that set-up would install', () => {
  const [, list] = /'apt-get': \[([^\]]*)\]/.exec(readFileSync('scripts/addon.mjs', 'utf8'))!;
  const packages = [...list!.matchAll(/'([^']+)'/g)].map(([, name]) => name!);
  expect(packages.length).toBeGreaterThan(5);
  for (const name of packages) expect(text.split('AS build')[1]!.split('FROM')[0]).toContain(name);
});

test('not root, by number; and what a person starts is `load`', async () => {
  expect(last('USER')).toBe('1000:1000');
  expect(last('ENTRYPOINT')).toBe('["load"]');
  const { plan } = await interpret(JSON.parse(last('CMD')) as string[]);
  expect(plan!.name).toBe('quickstart');
});

describe('what goes in', () => {
  const lines = readFileSync(`${DOCKERFILE}.dockerignore`, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const named = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const root = mkdtempSync(join(tmpdir(), 'image-'));
  const [context, image] = [join(root, 'context'), join(root, 'image')];

  test('only what is named, and that is there; nothing hidden', () => {
    expect([lines[0], lines.at(-1)]).toEqual(['*', '**/.*']);
    expect(lines.length).toBe(named.length + 2);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('the first stage can compile it', { timeout: 90_000 }, async () => {
    const isVisible = (path: string) => !basename(path).startsWith('.');
    for (const path of named) cpSync(path, join(context, path), { recursive: true, filter: isVisible });
    symlinkSync(join(process.cwd(), 'node_modules'), join(context, 'node_modules'));
    const { stdout } = await run(join('node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], { cwd: context });
    expect(stdout).toBe('');
    expect(existsSync(join(context, 'scripts', 'setup.mjs'))).toBe(true);
  });

  test('what the second stage takes of the first is enough to run', async () => {
    const copied = instructions.filter(([word, rest]) => word === 'COPY' && rest.startsWith('--from=build'));
    for (const [, rest] of copied) {
      const [, from, to] = rest.split(' ').map((path) => path.replace('/opt/load', '.'));
      if (basename(from!) === 'node_modules') symlinkSync(join(process.cwd(), from!), join(image, to!));
      else cpSync(join(context, from!), join(image, to!), { recursive: true });
    }
    // The link that the image has on its path.
    const [, target] = /ln -s \/opt\/load\/(\S+) \/usr\/local\/bin\/load/.exec(text)!;
    const link = join(image, 'load');
    symlinkSync(join(image, target!), link);
    const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
    const args = ['atm', '-n', '20', '-b', '--out', 'none', '--allow-invalid'];
    const { stdout } = await run(process.execPath, [link, ...args], { cwd: root, env });
    expect(stdout).toContain('20 sent = 20 acked');
  });
});

describe('health check', () => {
  /** As the container's first process has it: words with a zero byte after each. */
  function check(...words: string[]) {
    const file = join(mkdtempSync(join(tmpdir(), 'cmdline-')), 'cmdline');
    writeFileSync(file, words.map((word) => `${word}\0`).join(''));
    return run(process.execPath, ['deploy/healthcheck.mjs', file]).then(
      () => 'healthy',
      () => 'unhealthy',
    );
  }

  test('is what the image runs', () => {
    expect(last('HEALTHCHECK')).toContain('CMD ["node", "/opt/load/healthcheck.mjs"]');
  });

  test('asks the endpoint where the command has one', async () => {
    let status = 200;
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url!);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port);
    const healthy = () => check('node', '/usr/local/bin/load', 'atm', '--metrics-port', port);
    // It gives the endpoint 3 s, which on a busy machine may pass in between.
    await expect.poll(healthy, { timeout: 25_000 }).toBe('healthy');
    status = 500;
    expect(await check('node', '/usr/local/bin/load', 'atm', `--metrics-port=${port}`)).toBe('unhealthy');
    expect(new Set(asked)).toEqual(new Set(['/healthz']));
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect(await check('node', '/usr/local/bin/load', 'atm', '--metrics-port', port)).toBe('unhealthy');
  });

  test('has nothing to ask where it has none', async () => {
    expect(await check('node', '/usr/local/bin/load', 'plan', 'atm')).toBe('healthy');
  });
});
