import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { repositoryFiles } from '../repository-files.ts';
import { describePrograms } from './describe-kubernetes.ts';
import { kubeconform } from './kubeconform.ts';

/** A kustomization is not an object of the API. */
const files = repositoryFiles('deploy/kubernetes').filter((path) => /(?<!kustomization)\.ya?ml$/.test(path));

/** Of KEDA, whose schema is not among these. */
const KEDA = 'ScaledObject';

describePrograms('manifests', (programs) => {
  test.each(files)('%s is what the API server knows', async (file) => {
    const { checked, problems } = await kubeconform(programs, readFileSync(file, 'utf8'), [KEDA]);
    expect(problems).toEqual([]);
    expect(checked.length).toBeGreaterThan(0);
  });

  test('fields that it does not know, types and missing fields are found', async () => {
    const manifests = `
apiVersion: batch/v1
kind: Job
metadata: {name: a}
spec: {completionMode: Indexed, completions: four, retries: 3, template: {spec: {containers: [{image: x}]}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
data: {a: b}
---
apiVersion: batch/v2
kind: Job
metadata: {name: c}
`;
    const { checked, problems } = await kubeconform(programs, manifests);
    expect(checked).toEqual(['Job a', 'ConfigMap b', 'Job c']);
    expect(problems).toEqual([
      'Job a /spec/completions: got string, want integer',
      "Job a /spec/template/spec/containers/0: missing property 'name'",
      "Job a /spec: additional properties 'retries' not allowed",
      'Job c: could not find schema for Job',
    ]);
  });
});
