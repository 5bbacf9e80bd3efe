// Debian packages: installed where this process may (root, or sudo that asks no password), else named to the person.
import { spawnSync } from 'node:child_process';

/** The command a person types to get these packages. */
export const debianCommand = (packages) =>
  `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;

const isInstalled = (name) =>
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholder
  spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' }).stdout === 'install ok installed';

/** True when all of them are installed afterwards; false when they cannot be or may not be. */
export function installDebianPackages(packages, say) {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return true;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) return false;
  say(`installing Debian packages: ${missing.join(' ')}`);
  const apt = [...(isRoot ? [] : ['sudo', '-n']), 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  const run = (...args) =>
    spawnSync(apt[0], [...apt.slice(1), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  run('update'); // one unreachable source does not matter if the rest has the packages
  const done = run('install', '-y', '--no-install-recommends', ...missing);
  if (done.status !== 0) say(`apt-get failed:\n${done.stderr.trimEnd()}`);
  return done.status === 0;
}
