/** Builds Kubernetes where this machine has not got it yet: before the tests, whose limits do not include that. */
import type { TestProject } from 'vitest/node';
import { obtainPrograms, ProgramsUnavailable } from '../../scripts/kubernetes-programs.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the programs, `kubeconform` and `schemas/` among them; null where they cannot be built. */
    kubernetesPrograms: string | null;
  }
}

export default function setup(project: TestProject): void {
  try {
    project.provide(
      'kubernetesPrograms',
      obtainPrograms((line) => process.stderr.write(`${line}\n`)),
    );
  } catch (error) {
    if (!(error instanceof ProgramsUnavailable) || process.env.REQUIRE_KUBERNETES === '1') throw error;
    const rule = '='.repeat(100);
    process.stderr.write(`${rule}\nSKIPPED: every test against Kubernetes. ${error.message}\n${rule}\n`);
    project.provide('kubernetesPrograms', null);
  }
}
