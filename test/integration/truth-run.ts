/** Runs on the embedded cluster as the package does them, worker threads included; their counts add up. */
import { expect } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { Result } from '../../src/result/result.ts';
import type { EmbeddedCluster } from '../../src/transport/librdkafka/embedded-cluster.ts';

type Interference = (cluster: EmbeddedCluster) => unknown;

export async function runOn(profile: string, interfere: Interference = () => {}): Promise<Result> {
  const { result } = await run(profile, {
    env: {},
    onReady: (_plan, cluster) => interfere(cluster as unknown as EmbeddedCluster),
  });
  expect(result.run.target).toBe('embedded');
  expectIdentities(result);
  return result;
}

export function expectIdentities({ totals }: Result): void {
  expect(totals.scheduled).toBe(totals.sent + totals.shed + totals.unsent);
  expect(totals.sent).toBe(totals.acked + totals.failed + totals.unresolved);
}

export const constant = (rate: number, duration: string) => ({ executor: 'constant-arrival-rate', rate, duration });
