import { defineConfig } from 'vitest/config';

const kafkaTests = 'test/kafka/**/*.test.ts';
const integrationTests = 'test/integration/**/*.test.ts';
const serviceTests = 'test/services/**/*.test.ts';
const kubernetesTests = 'test/kubernetes/**/*.test.ts';
const browserTests = 'test/browser/**/*.test.ts';
const processTests = 'test/**/*.process.test.ts';
/** Of whatever folder: what measures milliseconds, the capacity of this machine, or needs all of it. */
const aloneTests = 'test/**/*.alone.test.ts';

export default defineConfig({
  test: {
    // Far beyond what any takes: a busy machine is no reason to fail.
    testTimeout: 60_000,
    hookTimeout: 180_000,
    pool: 'forks',
    globalSetup: 'test/temporary-folder.ts',
    // In the tests' own processes: what a command or worker thread does that a test starts is not counted.
    coverage: { include: ['src/**/*.{ts,tsx}'], reporter: ['text-summary', 'html'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [
            processTests,
            aloneTests,
            integrationTests,
            kafkaTests,
            serviceTests,
            kubernetesTests,
            browserTests,
          ],
          setupFiles: 'test/unit-setup.ts',
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'process',
          include: [processTests],
          globalSetup: 'test/current-build.ts',
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        // One file at a time, and nothing beside it.
        test: {
          name: 'alone',
          include: [aloneTests],
          globalSetup: 'test/current-build.ts',
          testTimeout: 180_000,
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        // They wait more than they compute, each for clusters of its own.
        test: {
          name: 'integration',
          include: [integrationTests],
          exclude: [aloneTests],
          globalSetup: 'test/current-build.ts',
          testTimeout: 180_000,
          sequence: { groupOrder: 3 },
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        // Two files share one broker, each with topics and groups of its own.
        test: {
          name: 'kafka',
          include: [kafkaTests],
          exclude: [aloneTests],
          // Starts the broker, and only when a file of this project is to run.
          globalSetup: ['test/current-build.ts', 'test/kafka/global-setup.ts'],
          testTimeout: 180_000,
          sequence: { groupOrder: 4 },
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        // RabbitMQ, Redis, Prometheus: each file starts those it needs.
        test: {
          name: 'services',
          include: [serviceTests],
          globalSetup: 'test/current-build.ts',
          testTimeout: 180_000,
          sequence: { groupOrder: 5 },
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        // A real API server, whose pods are processes: each file starts its own.
        test: {
          name: 'kubernetes',
          include: [kubernetesTests],
          globalSetup: ['test/current-build.ts', 'test/kubernetes/global-setup.ts'],
          testTimeout: 180_000,
          sequence: { groupOrder: 6 },
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: [browserTests],
          globalSetup: 'test/current-build.ts',
          sequence: { groupOrder: 7 },
          maxWorkers: 2,
        },
      },
    ],
  },
});
