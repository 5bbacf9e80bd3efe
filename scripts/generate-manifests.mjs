// Writes deploy/kubernetes/sharded/run.yaml, after a build: node scripts/generate-manifests.mjs
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const directory = join(root, 'deploy/kubernetes/sharded');
const [, args] = /load (kube render .*) > run\.yaml/.exec(readFileSync(join(directory, 'kustomization.yaml'), 'utf8'));
const text = execFileSync(process.execPath, [join(root, 'dist/src/cli.js'), ...args.split(' ')], { cwd: root });
writeFileSync(join(directory, 'run.yaml'), text);
