/** One broker for all files of test/kafka, started before the first and stopped after the last. */
import type { TestProject } from 'vitest/node';
import { startKafka } from './cluster.ts';
import { checkKafka } from './java.ts';
import { skipLoudly } from './skip-loudly.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** null where no Apache Kafka can be had: see describeKafka. */
    kafkaBootstrapServers: string | null;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  try {
    await checkKafka();
    // Some 5 s on an idle machine. Without it no test of the project can run, and no test's own limit is at stake.
    const kafka = await startKafka({ startLimitMs: 300_000 });
    project.provide('kafkaBootstrapServers', kafka.bootstrapServers);
    return kafka.stop;
  } catch (error) {
    skipLoudly('every test against a real Apache Kafka', error);
    project.provide('kafkaBootstrapServers', null);
    return undefined;
  }
}
