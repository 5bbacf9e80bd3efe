// librdkafka's addon: prebuilt where one can be fetched, else compiled. For a clone's set-up, which runs before any package is
// there, and for `load setup` of an installed package, which bundles this file.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { debianCommand, installDebianPackages } from './debian.mjs';

export const ADDON_PACKAGE = '@confluentinc/kafka-javascript';

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

/** Ends the set-up with a message for the person. */
export class SetupError extends Error {}

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Debian keeps RabbitMQ's programs in a folder that is not on every user's path. */
const PROGRAM_FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/lib/rabbitmq/bin'];

export const onPath = (program) =>
  PROGRAM_FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Runs a program quietly; its output is shown only if it failed. */
export function runOrFail(what, program, args, options) {
  const done = spawnSync(program, args, {
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

/** Where the addon's package is, or undefined: npm drops an optional package whose install script failed. */
function findPackage(root) {
  try {
    // As the compiled sources find it: in `dist/node_modules`, too, which no later `npm install` of a project empties.
    return dirname(createRequire(join(root, 'dist/src/cli.js')).resolve(`${ADDON_PACKAGE}/package.json`));
  } catch {
    return undefined;
  }
}

function installPackage(root, print) {
  const folder = join(root, 'dist');
  const spec = `${ADDON_PACKAGE}@${readJson(join(root, 'package.json')).optionalDependencies[ADDON_PACKAGE]}`;
  print(`installing ${spec}`);
  const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  runOrFail(`installing ${spec}`, 'npm', ['install', '--prefix', folder, ...flags, spec], { cwd: folder });
  const found = findPackage(root);
  if (found === undefined) throw new SetupError(`npm installed ${spec}, but not below ${folder}`);
  return found;
}

const fileOf = (addon) => join(addon, 'build/Release/confluent-kafka-javascript.node');

/** What `npm` has to be called in for a package: the folder around its node_modules. */
const folderOf = (addon) => dirname(dirname(dirname(addon)));

const stampOf = (addon) => join(folderOf(addon), 'node_modules/.librdkafka-loads');

/** Changes with the Node ABI, the machine's kind and the addon's file, so that a swapped one is tried again. */
function identityOf(addon) {
  if (!existsSync(fileOf(addon))) return undefined;
  const { size, mtimeMs } = statSync(fileOf(addon));
  return [process.versions.modules, process.platform, process.arch, size, mtimeMs].join(' ');
}

/** True when this addon, as it is, has loaded before in this version of Node.js. */
export function isAddonKnownToLoad(root) {
  const addon = findPackage(root);
  const identity = addon && identityOf(addon);
  return identity !== undefined && existsSync(stampOf(addon)) && readFileSync(stampOf(addon), 'utf8') === identity;
}

/** librdkafka's version, or undefined when it does not load; a child tries, because a bad addon can abort. */
function tryLibrdkafka(root, addon) {
  if (identityOf(addon) === undefined) return undefined;
  const script = `require('koffi'); process.stdout.write(require(${JSON.stringify(addon)}).librdkafkaVersion)`;
  const child = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8', timeout: 30_000 });
  if (child.status !== 0 || child.stdout === '') return undefined;
  writeFileSync(stampOf(addon), identityOf(addon));
  return child.stdout;
}

/** A compiled addon loads in the major version of Node.js it was made for, and in no other. */
function reportOtherNode(addon, print) {
  if (!existsSync(fileOf(addon)) || !existsSync(stampOf(addon))) return;
  const [modules] = readFileSync(stampOf(addon), 'utf8').split(' ');
  if (modules === process.versions.modules) return;
  print(`librdkafka was set up with another version of Node.js than this one, ${process.version}`);
}

/**
 * Makes librdkafka load, for the engine whose package.json is in `root`.
 * @returns its version
 * @throws SetupError
 */
export function obtainAddon(root, print) {
  const addon = findPackage(root) ?? installPackage(root, print);
  const present = tryLibrdkafka(root, addon);
  if (present !== undefined) return present;
  reportOtherNode(addon, print);
  print(`fetching the prebuilt librdkafka of ${ADDON_PACKAGE} ${readJson(join(addon, 'package.json')).version}`);
  const preGyp = createRequire(join(addon, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  // Without --update-binary it fetches nothing where a file is already, and the one there does not load.
  spawnSync(process.execPath, [preGyp, 'install', '--update-binary'], { cwd: addon, stdio: 'ignore', timeout: 60_000 });
  const fetched = tryLibrdkafka(root, addon);
  if (fetched !== undefined) return fetched;
  compile(addon, print);
  const compiled = tryLibrdkafka(root, addon);
  if (compiled === undefined) throw new SetupError('librdkafka was compiled but does not load');
  print(`librdkafka ${compiled} compiled`);
  return compiled;
}

function hasHeadersOfThisNode(prefix) {
  const header = join(prefix, 'include/node/node_version.h');
  if (!existsSync(header)) return false;
  const [, modules] = /^#define NODE_MODULE_VERSION (\d+)/m.exec(readFileSync(header, 'utf8')) ?? [];
  return modules === process.versions.modules;
}

function compile(addon, print) {
  print('no prebuilt one is available, so librdkafka is compiled: one or two minutes');
  const manager = Object.keys(BUILD_PACKAGES).find(onPath);
  const packages = manager === undefined ? [] : BUILD_PACKAGES[manager];
  if (manager === 'apt-get' && !installDebianPackages(packages, print)) {
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
    runOrFail('compiling librdkafka', 'npm', ['rebuild', ADDON_PACKAGE], { cwd: folderOf(addon), env });
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
