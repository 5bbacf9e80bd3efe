// Makes a fresh clone ready to run, and says what it does on stderr; a second start finds nothing to do and is silent.
//
//   node scripts/setup.mjs            packages, librdkafka, build: what running needs
//   node scripts/setup.mjs --tests    also the programs that the tests against real servers need
//
// Uses nothing but Node, because it runs before any package is there. Every step asks first whether its work is
// done already, so a step that failed half-way is simply run again.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { debianCommand, installDebianPackages } from './debian.mjs';

const root = dirname(import.meta.dirname);
const addon = join(root, 'node_modules/@confluentinc/kafka-javascript');
const loadedStamp = join(root, 'node_modules/.librdkafka-loads');
const builtStamp = join(root, 'dist/.built');
const lockFile = join(root, '.setup-lock');

/** What compiling librdkafka takes, by package manager. */
const BUILD_PACKAGES = {
  'apt-get': [
    'g++',
    'make',
    'python3',
    'libssl-dev',
    'zlib1g-dev',
    'libzstd-dev',
    'liblz4-dev',
    'libcurl4-openssl-dev',
    'libsasl2-dev',
  ],
  dnf: [
    'gcc-c++',
    'make',
    'python3',
    'openssl-devel',
    'zlib-devel',
    'libzstd-devel',
    'lz4-devel',
    'libcurl-devel',
    'cyrus-sasl-devel',
  ],
  apk: [
    'build-base',
    'bash',
    'python3',
    'openssl-dev',
    'zlib-dev',
    'zstd-dev',
    'lz4-dev',
    'curl-dev',
    'cyrus-sasl-dev',
  ],
  brew: ['openssl@3', 'zstd', 'lz4', 'cyrus-sasl', 'python3'],
};

/** Real servers, and a reader that is not ours: program looked for → Debian package it comes from. */
const TEST_PROGRAMS = {
  java: 'default-jre-headless',
  mvn: 'maven',
  kcat: 'kcat',
  faketime: 'faketime',
  'rabbitmq-server': 'rabbitmq-server',
  'redis-server': 'redis-server',
};

/** Ends the set-up with a message for the person. */
class SetupError extends Error {}

const say = (line) => process.stderr.write(`setup: ${line}\n`);

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Debian keeps RabbitMQ's programs in a folder that is not on every user's path. */
const PROGRAM_FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/lib/rabbitmq/bin'];

const onPath = (program) =>
  PROGRAM_FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Runs a program quietly; what it said is shown only when it failed. */
function runOrFail(what, program, args, options = {}) {
  const done = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
    ...options,
  });
  if (done.status === 0) return;
  const output = `${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`
    .trimEnd()
    .split('\n')
    .slice(-40);
  throw new SetupError(`${what} failed (${program} ${args.join(' ')}):\n${output.join('\n')}`);
}

function checkNode() {
  const wanted = readJson(join(root, 'package.json')).engines.node;
  const [major, minor] = wanted.match(/\d+/g).map(Number);
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  throw new SetupError(`Node.js ${wanted} is needed, this is ${process.versions.node}`);
}

/** True when npm's own record of node_modules names every package of package-lock.json at its version. */
function packagesInstalled() {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = readJson(record).packages;
  return Object.entries(readJson(join(root, 'package-lock.json')).packages).every(
    ([path, wanted]) =>
      path === '' ||
      // npm leaves out optional packages that are for other machines.
      (installed[path] === undefined && wanted.optional) ||
      installed[path]?.version === wanted.version,
  );
}

function installPackages() {
  // `npm ci` empties node_modules, the compiled addon with it; an older complete tree is brought up to date instead.
  const fresh = !existsSync(join(root, 'node_modules/.package-lock.json'));
  say(fresh ? 'installing packages' : 'bringing packages up to date with package-lock.json');
  // No install scripts: the only one that matters, the addon's, is the next step's own business.
  const args = [
    ...(fresh ? ['ci'] : ['install', '--no-save']),
    '--include=dev',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ];
  runOrFail('installing packages', 'npm', args);
}

const addonFile = join(addon, 'build/Release/confluent-kafka-javascript.node');

/** Changes with the Node ABI, the machine's kind and the addon's file, so that a swapped one is tried again. */
function addonIdentity() {
  if (!existsSync(addonFile)) return undefined;
  const { size, mtimeMs } = statSync(addonFile);
  return [process.versions.modules, process.platform, process.arch, size, mtimeMs].join(' ');
}

function addonKnownToLoad() {
  const identity = addonIdentity();
  return identity !== undefined && existsSync(loadedStamp) && readFileSync(loadedStamp, 'utf8') === identity;
}

/** librdkafka's version, or undefined when it does not load; a child tries, because a bad addon can abort. */
function tryLibrdkafka() {
  if (addonIdentity() === undefined) return undefined;
  const script = "require('koffi'); process.stdout.write(require('@confluentinc/kafka-javascript').librdkafkaVersion)";
  const child = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8', timeout: 30_000 });
  if (child.status !== 0 || child.stdout === '') return undefined;
  writeFileSync(loadedStamp, addonIdentity());
  return child.stdout;
}

/** A compiled addon loads in the major version of Node.js it was made for, and in no other. */
function sayWhenOfOtherNode() {
  if (!existsSync(addonFile) || !existsSync(loadedStamp)) return;
  const [modules] = readFileSync(loadedStamp, 'utf8').split(' ');
  if (modules === process.versions.modules) return;
  say(`librdkafka was set up with another version of Node.js than this one, ${process.version}`);
}

function obtainAddon() {
  if (tryLibrdkafka() !== undefined) return;
  sayWhenOfOtherNode();
  const { version } = readJson(join(addon, 'package.json'));
  say(`fetching the prebuilt librdkafka of @confluentinc/kafka-javascript ${version}`);
  const preGyp = join(root, 'node_modules/@mapbox/node-pre-gyp/bin/node-pre-gyp');
  // Without --update-binary it fetches nothing where a file is already, and the one there does not load.
  spawnSync(process.execPath, [preGyp, 'install', '--update-binary'], { cwd: addon, stdio: 'ignore', timeout: 60_000 });
  if (tryLibrdkafka() !== undefined) return;
  compileAddon();
  const librdkafka = tryLibrdkafka();
  if (librdkafka === undefined) throw new SetupError('librdkafka was compiled but does not load');
  say(`librdkafka ${librdkafka} compiled`);
}

function hasHeadersOfThisNode(prefix) {
  const header = join(prefix, 'include/node/node_version.h');
  if (!existsSync(header)) return false;
  const [, modules] = /^#define NODE_MODULE_VERSION (\d+)/m.exec(readFileSync(header, 'utf8')) ?? [];
  return modules === process.versions.modules;
}

function compileAddon() {
  say('it cannot be had here, so librdkafka is compiled from its source: one or two minutes');
  const manager = Object.keys(BUILD_PACKAGES).find(onPath);
  const packages = manager === undefined ? [] : BUILD_PACKAGES[manager];
  if (manager === 'apt-get' && !installDebianPackages(packages, say)) {
    throw new SetupError(
      `compiling librdkafka needs these packages; install them and start again:\n  ${debianCommand(packages)}`,
    );
  }
  const env = { ...process.env, CKJS_LINKING: 'dynamic', npm_config_build_from_source: 'true' };
  // Node's headers often lie beside its binary: then node-gyp need not download them. A `nodedir` of the person's .npmrc,
  // which npm hands down, may be that of another version.
  const prefix = dirname(dirname(process.execPath));
  if (hasHeadersOfThisNode(prefix)) env.npm_config_nodedir = prefix;
  try {
    runOrFail('compiling librdkafka', 'npm', ['rebuild', '@confluentinc/kafka-javascript'], { env });
  } catch (error) {
    if (manager === undefined || manager === 'apt-get') throw error;
    const sudo = manager === 'brew' ? '' : 'sudo ';
    const command = `${sudo}${manager} ${manager === 'apk' ? 'add' : 'install'} ${packages.join(' ')}`;
    const first = process.platform === 'darwin' ? 'xcode-select --install\n  ' : '';
    throw new SetupError(
      `${error.message}\nit needs a C++ compiler and these libraries; install them and start again:\n  ${first}${command}`,
    );
  }
}

/** Newest modification below a path; folders count too, so that a deleted file is noticed. Hidden ones are no sources. */
function newestMs(path) {
  const below = readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) =>
      entry.isDirectory() ? newestMs(join(path, entry.name)) : statSync(join(path, entry.name)).mtimeMs,
    );
  return Math.max(statSync(path).mtimeMs, ...below);
}

function built() {
  if (!existsSync(builtStamp)) return false;
  const builtMs = Number(readFileSync(builtStamp, 'utf8'));
  const settings = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/bundle.mjs'];
  return (
    settings.every((file) => statSync(join(root, file)).mtimeMs < builtMs) &&
    ['src', 'workers', 'bench'].every((folder) => newestMs(join(root, folder)) < builtMs)
  );
}

function build() {
  say('building');
  const startedMs = Date.now();
  runOrFail('building', 'npm', ['run', '--silent', 'build']);
  // The start, not the end: a file saved while the compiler ran is newer than that.
  writeFileSync(builtStamp, String(startedMs));
}

/** Without these the tests against real servers are skipped, so a machine that cannot have them still goes on. */
function obtainTestPrograms() {
  const missing = Object.keys(TEST_PROGRAMS).filter((program) => !onPath(program));
  const packages = missing.map((program) => TEST_PROGRAMS[program]);
  if (onPath('apt-get') && installDebianPackages(packages, say)) return;
  const command = onPath('apt-get') ? `:\n  ${debianCommand(packages)}` : '';
  say(`the tests against real servers need ${missing.join(', ')}; without, they are skipped${command}`);
}

/** One set-up at a time in this folder; a lock whose owner is gone is taken over. */
async function withLock(work) {
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(existsSync(lockFile) ? readFileSync(lockFile, 'utf8') : 0);
    if (owner > 0 && !isRunning(owner)) rmSync(lockFile, { force: true });
    else if (!waited) say('another set-up is at work here, waiting for it');
    await sleep(100);
  }
  try {
    work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Steps in order: what makes a step's work done already, and the work. */
const steps = [
  { done: packagesInstalled, work: installPackages },
  { done: addonKnownToLoad, work: obtainAddon },
  { done: built, work: build },
];
if (process.argv.includes('--tests')) {
  steps.push({ done: () => Object.keys(TEST_PROGRAMS).every(onPath), work: obtainTestPrograms });
}

try {
  checkNode();
  if (!steps.every((step) => step.done())) {
    await withLock(() => {
      for (const step of steps) if (!step.done()) step.work();
    });
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
