// Makes a fresh clone ready to run, and says what it does on stderr; a second start finds nothing to do and is silent.
//
//   node scripts/setup.mjs            packages, librdkafka, build: what running needs
//   node scripts/setup.mjs --tests    also the programs that the tests against real servers need
//
// Uses nothing but Node, because it runs before any package is there. Every step asks first whether its work is
// done already, so a step that failed half-way is simply run again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADDON_PACKAGE, isAddonKnownToLoad, obtainAddon, onPath, readJson, runOrFail, SetupError } from './addon.mjs';
import { debianCommand, installDebianPackages } from './debian.mjs';
import { programsBuilt } from './kubernetes-programs.mjs';

const root = dirname(import.meta.dirname);
const builtStamp = join(root, 'dist/.built');
const lockFile = join(root, '.setup-lock');

/** Real servers, a browser, and a reader that is not ours: program looked for → Debian package it comes from. */
const TEST_PROGRAMS = {
  java: 'default-jre-headless',
  mvn: 'maven',
  kcat: 'kcat',
  faketime: 'faketime',
  'rabbitmq-server': 'rabbitmq-server',
  'redis-server': 'redis-server',
  chromium: 'chromium',
  promtool: 'prometheus',
};

const print = (line) => process.stderr.write(`setup: ${line}\n`);

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
      // npm leaves out optional packages that are for other machines; the addon's, if its install script failed.
      (installed[path] === undefined && wanted.optional && path !== `node_modules/${ADDON_PACKAGE}`) ||
      installed[path]?.version === wanted.version,
  );
}

function installPackages() {
  // `npm ci` empties node_modules, the compiled addon with it; an older complete tree is brought up to date instead.
  const fresh = !existsSync(join(root, 'node_modules/.package-lock.json'));
  print(fresh ? 'installing packages' : 'bringing packages up to date with package-lock.json');
  // No install scripts: the only one that matters, the addon's, is the next step's own business.
  const args = [
    ...(fresh ? ['ci'] : ['install', '--no-save']),
    '--include=dev',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ];
  runOrFail('installing packages', 'npm', args, { cwd: root });
}

/** Newest modification below a path; folders count too, so that a deleted file is noticed. Hidden ones are not sources. */
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
  print('building');
  const startedMs = Date.now();
  runOrFail('building', 'npm', ['run', '--silent', 'build'], { cwd: root });
  // The start, not the end: a file saved while the compiler ran is newer than that.
  writeFileSync(builtStamp, String(startedMs));
}

/** Without these the tests against real servers are skipped, so a machine that cannot have them still goes on. */
function obtainTestPrograms() {
  const missing = Object.keys(TEST_PROGRAMS).filter((program) => !onPath(program));
  const packages = missing.map((program) => TEST_PROGRAMS[program]);
  if (onPath('apt-get') && installDebianPackages(packages, print)) return;
  const command = onPath('apt-get') ? `:\n  ${debianCommand(packages)}` : '';
  print(`the tests against real servers need ${missing.join(', ')}; without, they are skipped${command}`);
}

/**
 * Begins to build Kubernetes, which takes minutes, while packages are downloaded.
 * @returns resolves with its end; what fails it prints itself, and the tests against Kubernetes are skipped
 */
function beginKubernetes() {
  const args = [join(root, 'scripts/kubernetes-programs.mjs')];
  return once(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit');
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
    else if (!waited) print('waiting for another setup that runs here');
    await sleep(100);
  }
  try {
    await work();
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
  { done: () => isAddonKnownToLoad(root), work: () => obtainAddon(root, print) },
  { done: built, work: build },
];
const forTests = process.argv.includes('--tests');
if (forTests) {
  steps.push({ done: () => Object.keys(TEST_PROGRAMS).every(onPath), work: obtainTestPrograms });
}

try {
  checkNode();
  const kubernetesBuilt = () => !forTests || programsBuilt();
  if (!kubernetesBuilt() || !steps.every((step) => step.done())) {
    await withLock(async () => {
      const kubernetes = kubernetesBuilt() ? undefined : beginKubernetes();
      for (const step of steps) if (!step.done()) step.work();
      await kubernetes;
    });
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  print(error.message);
  process.exitCode = 1;
}
