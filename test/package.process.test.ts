/** What `npm pack` puts into the package, installed where npm dropped the optional addon. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let packed: string[];
let folder: string;
let installed: string;

function load(command: string, env: Readonly<Record<string, string>> = {}) {
  const cli = join(installed, 'dist/src/cli.js');
  const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...command.split(' ')], options);
  return { status, stdout, stderr };
}

beforeAll(() => {
  const pack = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' });
  packed = (JSON.parse(pack) as { files: { path: string }[] }[])[0]!.files.map(({ path }) => path);
  folder = mkdtempSync(join(tmpdir(), 'package-'));
  installed = join(folder, 'node_modules/kafka-load-engine');
  for (const file of packed) cpSync(file, join(installed, file));
  for (const name of readdirSync('node_modules')) {
    if (name === '@confluentinc' || name.startsWith('.')) continue;
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

test('the entries, their chunks, their types and the profiles; no tests, maps or sources', () => {
  for (const entry of ['cli.js', 'index.js', 'index.d.ts']) expect(packed).toContain(`dist/src/${entry}`);
  for (const file of [
    'dist/workers/engine.js',
    'dist/page/live.js',
    'dist/page/report.js',
    'profiles/quickstart.yaml',
    'profiles/profile.schema.json',
    'profiles/experiments/compression.yaml',
    'LICENSE',
  ]) {
    expect(packed).toContain(file);
  }
  expect(packed.some((file) => /^dist\/src\/chunks\/.*\.js$/.test(file))).toBe(true);
  expect(packed.filter((file) => /\.map$|(?<!\.d)\.ts$|^dist\/(bench|test)|\/node_modules\//.test(file))).toEqual([
    'docs/examples/orders.ts',
  ]);
});

test('without librdkafka: what needs none works', () => {
  expect(load('--help')).toMatchObject({ status: 0, stderr: '' });
  expect(load('plan atm')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Plan atm/) });
  expect(load('sample atm -n 1 --format json')).toMatchObject({ status: 0, stdout: expect.stringContaining('atm_id') });
});

test('without librdkafka: a run is one error, which names `load setup`; doctor names it, too', () => {
  const why = 'librdkafka is not installed: npm could not set up @confluentinc/kafka-javascript';
  const help = 'run `npx load setup`: it downloads or compiles librdkafka';
  expect(load('quickstart -t 1s')).toEqual({ status: 1, stdout: '', stderr: `error: ${why}\n  ${help}\n` });
  const { status, stdout } = load('doctor');
  expect(status).toBe(1);
  expect(stdout).toContain(`missing  librdkafka        ${why} (${help})\n`);
  expect(stdout.match(/^missing/gm)).toHaveLength(1);
});

test('load setup: installs the package beside the engine, compiles it, and has nothing to do the next time', () => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  // Stands in for npm: the package is a file that names a version.
  writeFileSync(
    join(bin, 'npm'),
    `#!${process.execPath}
     const { mkdirSync, writeFileSync } = require('node:fs');
     const [command, ...args] = process.argv.slice(2);
     const addon = 'node_modules/@confluentinc/kafka-javascript/';
     const write = (file, text) => writeFileSync(addon + file, text);
     mkdirSync(addon + 'build/Release', { recursive: true });
     if (command === 'install') {
       write('package.json', JSON.stringify({ name: 'addon', version: args.at(-1).split('@').at(-1) }));
       write('index.js', "exports.librdkafkaVersion = '2.0.0'");
     } else write('build/Release/confluent-kafka-javascript.node', '');`,
  );
  chmodSync(join(bin, 'npm'), 0o755);
  expect(load('setup', { PATH: bin })).toEqual({
    status: 0,
    stdout: 'librdkafka 2.0.0 loads.\n',
    stderr: [
      'setup: installing @confluentinc/kafka-javascript@1.10.1',
      'setup: fetching the prebuilt librdkafka of @confluentinc/kafka-javascript 1.10.1',
      'setup: no prebuilt one is available, so librdkafka is compiled: one or two minutes',
      'setup: librdkafka 2.0.0 compiled\n',
    ].join('\n'),
  });
  expect(readdirSync(join(installed, 'dist/node_modules'))).toContain('@confluentinc');
  expect(load('setup', { PATH: dirname(bin) })).toEqual({ status: 0, stdout: 'librdkafka 2.0.0 loads.\n', stderr: '' });
});

test('load setup that cannot do it: exit code 1, and the reason', () => {
  rmSync(join(installed, 'dist/node_modules'), { recursive: true, force: true });
  const { status, stderr } = load('setup', { PATH: '/nowhere' });
  expect(status).toBe(1);
  expect(stderr).toContain('error: installing @confluentinc/kafka-javascript@1.10.1 failed (npm install');
});
