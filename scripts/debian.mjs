// Debian packages: installed where this process may (root, or sudo that asks no password), else named to the person.
import { spawnSync } from 'node:child_process';

/** The command a person types to get these packages. */
export const debianCommand = (packages) =>
  `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;

const isInstalled = (name) =>
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholder
  spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' }).stdout === 'install ok installed';

/** Packages that Debian starts as soon as they are there, and at every boot: setup stops and disables them. */
const SERVICES = {
  'redis-server': ['redis-server'],
  'rabbitmq-server': ['rabbitmq-server'],
  prometheus: ['prometheus'],
  'erlang-base': ['epmd.service', 'epmd.socket'], // comes with rabbitmq-server
};

/** invoke-rc.d(8) asks this program before it starts a service, and 101 forbids it; one that already exists stays. */
const INSTALL_WITHOUT_STARTING = `
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > $policy
  chmod 755 $policy
fi
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"`;

/** True when all of them are installed afterwards, no service running; false when they cannot be or may not be. */
export function installDebianPackages(packages, print) {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return true;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) return false;
  print(`installing Debian packages: ${missing.join(' ')}`);
  const asRoot = (...command) => {
    const [program, ...args] = isRoot ? command : ['sudo', '-n', ...command];
    return spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const newServices = Object.keys(SERVICES).filter((name) => !isInstalled(name));
  asRoot('apt-get', 'update'); // one unreachable source does not matter if the rest has the packages
  const done = asRoot('sh', '-c', INSTALL_WITHOUT_STARTING, 'sh', ...missing);
  if (done.status !== 0) print(`apt-get failed:\n${done.stderr.trimEnd()}`);
  const units = newServices.filter(isInstalled).flatMap((name) => SERVICES[name]);
  if (units.length > 0) asRoot('systemctl', 'disable', ...units); // where there is no systemd nothing boots them
  return done.status === 0;
}
