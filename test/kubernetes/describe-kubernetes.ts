import { describe, inject } from 'vitest';
import type { KubernetesContext } from './global-setup.ts';

/** A group of tests against the shared Kubernetes; reported as skipped where there is none. */
export function describeKubernetes(name: string, tests: (kubernetes: KubernetesContext) => void): void {
  const kubernetes = inject('kubernetes');
  // Where it is skipped the tests are only collected, and none of them runs.
  describe.skipIf(kubernetes === null)(name, () => tests(kubernetes ?? NOWHERE));
}

const NO_USER = { server: 'https://127.0.0.1', ca: '', token: '', kubeconfig: '' };
const NOWHERE: KubernetesContext = { programs: '', admin: NO_USER, outsider: NO_USER };
