/** One Kubernetes for all files of test/kubernetes, started before the first and stopped after the last. */
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { obtainPrograms, ProgramsUnavailable } from '../../scripts/kubernetes-programs.mjs';
import { packageRoot } from '../kafka/java.ts';
import { type ClusterUser, startCluster } from './cluster.ts';
import type { Image } from './container-process.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** null where Kubernetes cannot be built: see describeKubernetes. */
    kubernetes: KubernetesContext | null;
  }
}

export interface KubernetesContext {
  /** Folder of the programs, `kubeconform` and `schemas/` among them. */
  readonly programs: string;
  readonly admin: ClusterUser;
  readonly outsider: ClusterUser;
}

/** In the place of deploy/Dockerfile's image: the engine as it is built in this checkout, and this Node.js. */
const image: Image = {
  entrypoint: ['load'],
  programs: { load: [process.execPath, join(packageRoot(), 'dist/src/cli.js')], node: [process.execPath] },
};

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  try {
    const programs = obtainPrograms((line) => process.stderr.write(`${line}\n`));
    const { admin, outsider, stop } = await startCluster(programs, image);
    project.provide('kubernetes', { programs, admin, outsider });
    return stop;
  } catch (error) {
    if (!(error instanceof ProgramsUnavailable) || process.env.REQUIRE_KUBERNETES === '1') throw error;
    const rule = '='.repeat(100);
    process.stderr.write(`${rule}\nSKIPPED: every test against Kubernetes. ${error.message}\n${rule}\n`);
    project.provide('kubernetes', null);
    return undefined;
  }
}
