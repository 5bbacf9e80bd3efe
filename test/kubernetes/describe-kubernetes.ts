import { join } from 'node:path';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { packageRoot } from '../kafka/java.ts';
import { type Cluster, type ClusterUser, startCluster } from './cluster.ts';
import type { Image } from './container-process.ts';

/** Far beyond the 5 s that it takes on an idle machine. */
const START_LIMIT_MS = 300_000;

/** What tests ask for; there from `beforeAll` on. */
export interface Kubernetes {
  readonly admin: ClusterUser;
  readonly outsider: ClusterUser;
}

/** In the place of deploy/Dockerfile's image: the engine as it is built in this checkout, and this Node.js. */
const image: Image = {
  entrypoint: ['load'],
  programs: { load: [process.execPath, join(packageRoot(), 'dist/src/cli.js')], node: [process.execPath] },
};

/** A group of tests that need the programs only; reported as skipped where there are none. */
export function describePrograms(name: string, tests: (programs: string) => void): void {
  const programs = inject('kubernetesPrograms');
  describe.skipIf(programs === null)(name, () => tests(programs ?? ''));
}

/** A group of tests against a Kubernetes of its own: an idle one would cost the tests before it CPU. */
export function describeKubernetes(name: string, tests: (kubernetes: Kubernetes, programs: string) => void): void {
  describePrograms(name, (programs) => {
    let cluster: Cluster | undefined;
    beforeAll(async () => {
      cluster = await startCluster(programs, image);
    }, START_LIMIT_MS);
    afterAll(() => cluster?.stop());
    const started = () => {
      if (cluster === undefined) throw new Error('Kubernetes is there from beforeAll on');
      return cluster;
    };
    const kubernetes: Kubernetes = {
      get admin() {
        return started().admin;
      },
      get outsider() {
        return started().outsider;
      },
    };
    tests(kubernetes, programs);
  });
}
