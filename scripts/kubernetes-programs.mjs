// Builds what the tests against Kubernetes run, from the Go modules in test/kubernetes/go, once a machine: into a cache
// folder outside the checkout. Uses nothing but Node, because set-up runs it before any package is there.
//
//   node scripts/kubernetes-programs.mjs
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onPath } from './addon.mjs';

const root = dirname(import.meta.dirname);
const sources = join(root, 'test/kubernetes/go');

/** Where golang.org's archive is unpacked to, which is often not on the PATH. */
const GO_ARCHIVE = '/usr/local/go/bin/go';

/** Go or its modules are not available here; the message says which. */
export class ProgramsUnavailable extends Error {}

/** `kubernetes-programs`, `kubeconform` and `schemas/` are there once they are built; every version has a folder of its own. */
export function programsFolder() {
  const hash = createHash('sha256').update(readFileSync(import.meta.filename));
  for (const file of readdirSync(sources).sort()) hash.update(`${file}\n`).update(readFileSync(join(sources, file)));
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const [, version] = /^\tk8s\.io\/kubernetes v(\S+)$/m.exec(readFileSync(join(sources, 'go.mod'), 'utf8'));
  return join(cache, 'kafka-load-engine', `kubernetes-${version}-${hash.digest('hex').slice(0, 12)}`);
}

export const programsBuilt = () => existsSync(programsFolder());

/**
 * Their folder; builds them where they are not there: some minutes of all CPUs.
 * @throws ProgramsUnavailable
 */
export function obtainPrograms(print) {
  const folder = programsFolder();
  if (existsSync(folder)) return folder;
  const go = onPath('go') ? 'go' : GO_ARCHIVE;
  if (go !== 'go' && !existsSync(go)) throw new ProgramsUnavailable('Go 1.24 or later is needed: https://go.dev/dl');
  print('building Kubernetes for the tests, which takes some minutes');
  mkdirSync(dirname(folder), { recursive: true });
  // Into a folder of our own, then renamed: whoever comes second, or half-way, finds all or nothing.
  const own = mkdtempSync(`${folder}-`);
  try {
    const flags = ['-buildvcs=false', '-ldflags=-s -w', '-o', `${own}/`];
    run(go, ['build', ...flags, '.', 'github.com/yannh/kubeconform/cmd/kubeconform']);
    const specification = join(
      run(go, ['list', '-m', '-f', '{{.Dir}}', 'k8s.io/kubernetes']).trim(),
      'api/openapi-spec/v3',
    );
    writeSchemas(specification, join(own, 'schemas'));
    renameSync(own, folder);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function run(go, args) {
  // CGO_ENABLED: neither needs it, and it would ask for a C compiler.
  const env = { ...process.env, CGO_ENABLED: '0' };
  const { status, error, stdout, stderr } = spawnSync(go, args, { cwd: sources, env, encoding: 'utf8' });
  if (status === 0) return stdout;
  const end = (error?.message ?? stderr).trim().split('\n').slice(-5).join('\n');
  throw new ProgramsUnavailable(`go ${args[0]} of test/kubernetes/go failed: ${end}`);
}

/**
 * A schema for each kind, as kubeconform looks for them, from the OpenAPI files of Kubernetes' own repository. They are
 * strict: a field that is not in them is a problem.
 */
function writeSchemas(specification, folder) {
  mkdirSync(folder);
  for (const file of readdirSync(specification)) {
    const [, group, version] = /^apis?__(?:(.+?)__)?(v[a-z0-9]+)_openapi\.json$/.exec(file) ?? [];
    if (version === undefined) continue;
    const { schemas } = JSON.parse(readFileSync(join(specification, file), 'utf8')).components;
    for (const schema of Object.values(schemas)) {
      if (schema.properties !== undefined) schema.additionalProperties ??= false;
    }
    writeFileSync(join(folder, `of-${file}`), JSON.stringify({ components: { schemas } }));
    for (const [name, schema] of Object.entries(schemas)) {
      for (const { group: itsGroup, version: itsVersion, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
        if (itsGroup !== (group ?? '') || itsVersion !== version) continue;
        const prefix = group === undefined ? '' : `${group.split('.')[0]}-`;
        const text = JSON.stringify({ $ref: `of-${file}#/components/schemas/${name}` });
        writeFileSync(join(folder, `${kind.toLowerCase()}-${prefix}${version}.json`), text);
      }
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const print = (line) => process.stderr.write(`setup: ${line}\n`);
  try {
    obtainPrograms(print);
  } catch (error) {
    if (!(error instanceof ProgramsUnavailable)) throw error;
    print(`the tests against Kubernetes are skipped: ${error.message}`);
    process.exitCode = 1;
  }
}
