import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { RULES } from '../../src/kubernetes/rights.ts';
import { load } from '../commands/fake-terminal.ts';
import { DIRECTORY, parseManifests, problemsOf } from '../deploy/manifests.ts';

const FOLDER = join(DIRECTORY, 'sharded');
const textOf = (name: string) => readFileSync(join(FOLDER, name), 'utf8');

test('the kustomize base is what `load kube render` prints', async () => {
  const text = textOf('kustomization.yaml');
  expect(parse(text)).toEqual({
    ...{ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' },
    resources: ['run.yaml'],
  });
  const [, args] = /load (kube render .*) > run\.yaml/.exec(text)!;
  const { out } = await load(...args!.split(' '));
  expect(textOf('run.yaml'), 'not current: run `npm run build && node scripts/generate-manifests.mjs`').toBe(out);
  const [, job] = parseManifests(out);
  expect(text).toContain(`job/${job!.metadata.name}\n`);
});

test('the Role has what `load kube run` does, and no more', () => {
  const [role] = parseManifests(textOf('role.yaml'));
  expect(role).toEqual({
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'load-runner' } },
    rules: RULES,
  });
  expect(problemsOf(role!)).toEqual([]);
});
