/** Three Apache Kafka nodes for tests of faults: what a node's end does to a run takes seconds, not half a minute. */
import { afterAll, beforeAll, describe } from 'vitest';
import { type Kafka, startKafka } from './cluster.ts';
import { checkKafka } from './java.ts';
import { skipLoudly } from './skip-loudly.ts';

/** How long the controller believes that a silent node is alive: it keeps its partitions, and all that waits for it waits. */
export const SESSION_MS = 3_000;
export const HEARTBEAT_MS = 500;

const PROPERTIES = {
  'broker.session.timeout.ms': String(SESSION_MS),
  'broker.heartbeat.interval.ms': String(HEARTBEAT_MS),
  // Members of groups that are killed are noticed as soon.
  'group.min.session.timeout.ms': '1000',
};

/** Tests that share one cluster of three nodes; each leaves it as it found it: all nodes up, every replica in sync. */
export async function describeThreeNodes(name: string, tests: (kafka: Kafka) => void): Promise<void> {
  // Not by the broker of the other files: these tests run without it.
  const unavailable = await checkKafka().catch((error: unknown) => error);
  if (unavailable !== undefined) skipLoudly(name, unavailable);
  describe.skipIf(unavailable !== undefined)(name, () => {
    let started: Kafka | undefined;
    beforeAll(async () => {
      started = await startKafka({ nodes: 3, heapMb: 512, properties: PROPERTIES });
    });
    afterAll(() => started?.stop());
    // Known only once it runs, which is before any test does.
    tests(new Proxy({} as Kafka, { get: (_, key) => started![key as keyof Kafka] }));
  });
}
