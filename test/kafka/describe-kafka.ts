import { describe, inject } from 'vitest';

/** A group of tests against the shared Apache Kafka; reported as skipped where there is none. */
export function describeKafka(name: string, tests: (bootstrapServers: string) => void): void {
  const bootstrapServers = inject('kafkaBootstrapServers');
  describe.skipIf(bootstrapServers === null)(name, () => tests(bootstrapServers ?? ''));
}
