/** The set-up in a folder that looks like a clone to it, with a stand-in for npm, and for the addon a file that names a version. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ADDON = 'node_modules/@confluentinc/kafka-javascript';
const ADDON_FILE = `${ADDON}/build/Release/confluent-kafka-javascript.node`;
/** What compiled addons are told apart by: one number for each major version of Node.js. */
const THIS_NODE = process.versions.modules;
const OTHER_NODE = String(Number(THIS_NODE) - 1);

let root: string;

function write(path: string, content: string | object): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Its only program is npm, which notes what it was told and "compiles". */
const env = () => ({ PATH: join(root, 'bin') });

function setUp(extraEnv: Readonly<Record<string, string>> = {}) {
  const options = { encoding: 'utf8', env: { ...env(), ...extraEnv } } as const;
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/setup.mjs')], options);
  return { status, said: stderr.split('\n').filter((line) => line !== '') };
}

/** Where node-pre-gyp looks for a prebuilt addon: a folder in place of the vendor's server. */
function offerPrebuilt(): void {
  write('prebuilt/Release/confluent-kafka-javascript.node', THIS_NODE);
  mkdirSync(join(root, 'offered/v1.0.0'), { recursive: true });
  execFileSync('tar', ['-czf', join(root, 'offered/v1.0.0/addon.tar.gz'), '-C', join(root, 'prebuilt'), 'Release']);
}

/** As another version of Node.js left it after its set-up. */
function leaveAddonOfOtherNode(): void {
  write(ADDON_FILE, OTHER_NODE);
  write('node_modules/.librdkafka-loads', `${OTHER_NODE} ${process.platform} ${process.arch} 3 1`);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'setup-'));
  cpSync('scripts', join(root, 'scripts'), { recursive: true });
  write('package.json', { engines: { node: '>=20.19' } });
  for (const lock of ['package-lock.json', 'node_modules/.package-lock.json']) write(lock, { packages: {} });
  for (const file of ['tsconfig.json', 'tsconfig.build.json']) write(file, {});
  for (const folder of ['src', 'workers', 'bench']) mkdirSync(join(root, folder));
  write('dist/.built', String(Date.now() + 1e9));

  write('node_modules/koffi/index.js', '');
  symlinkSync(resolve('node_modules/@mapbox'), join(root, 'node_modules/@mapbox'));
  const binary = {
    module_name: 'confluent-kafka-javascript',
    module_path: './build/{configuration}/',
    host: `file://${root}/offered/`,
    remote_path: 'v{version}',
    package_name: 'addon.tar.gz',
  };
  write(`${ADDON}/package.json`, { name: 'addon', version: '1.0.0', main: 'index.js', binary });
  write(
    `${ADDON}/index.js`,
    `const made = require('node:fs').readFileSync(require('node:path').join(__dirname, '../../../${ADDON_FILE}'), 'utf8');
     if (made !== process.versions.modules) throw new Error('made for ' + made);
     exports.librdkafkaVersion = '2.0.0';`,
  );
  write(
    'bin/npm',
    `#!/bin/sh
     echo "$@ $CKJS_LINKING $npm_config_build_from_source $npm_config_nodedir" >> ${root}/npm.log
     printf %s "$COMPILES_TO" > ${join(root, ADDON_FILE)}`,
  );
  chmodSync(join(root, 'bin/npm'), 0o755);
});

afterEach(() => rmSync(root, { recursive: true }));

test('an addon of another version of Node.js: said so, and the prebuilt one of this version is fetched', () => {
  leaveAddonOfOtherNode();
  offerPrebuilt();
  expect(setUp()).toEqual({
    status: 0,
    said: [
      `setup: librdkafka was set up with another version of Node.js than this one, ${process.version}`,
      'setup: fetching the prebuilt librdkafka of @confluentinc/kafka-javascript 1.0.0',
    ],
  });
  expect(existsSync(join(root, 'npm.log'))).toBe(false);
  expect(setUp()).toEqual({ status: 0, said: [] });
});

test('none to be fetched: compiled, whatever `nodedir` npm hands down from a .npmrc, and not again', () => {
  mkdirSync(join(root, dirname(ADDON_FILE)), { recursive: true });
  const first = setUp({ COMPILES_TO: THIS_NODE, npm_config_nodedir: '/headers/of/another' });
  expect(first.status).toBe(0);
  expect(first.said.at(-1)).toBe('setup: librdkafka 2.0.0 compiled');
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include/node/node_version.h')) ? prefix : '/headers/of/another';
  expect(read('npm.log')).toBe(`rebuild @confluentinc/kafka-javascript dynamic true ${headers}\n`);
  expect(setUp()).toEqual({ status: 0, said: [] });
});

test('compiled, but it does not load: an error', () => {
  leaveAddonOfOtherNode();
  const { status, said } = setUp({ COMPILES_TO: OTHER_NODE });
  expect(status).toBe(1);
  expect(said.at(-1)).toBe('setup: librdkafka was compiled but does not load');
});

test('an optional package that is for another machine is not missed', () => {
  write('package-lock.json', { packages: { 'node_modules/for-another-machine': { optional: true } } });
  write(ADDON_FILE, THIS_NODE);
  expect(setUp()).toEqual({ status: 0, said: [] });
  expect(existsSync(join(root, 'npm.log'))).toBe(false);
});
