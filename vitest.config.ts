import { defineConfig } from 'vitest/config';

const kafkaTests = 'test/kafka/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    pool: 'forks',
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [kafkaTests], maxWorkers: 2 } },
      {
        extends: true,
        test: {
          name: 'kafka',
          include: [kafkaTests],
          // Starts the broker, and only when a file of this project is to run.
          globalSetup: 'test/kafka/global-setup.ts',
          testTimeout: 120_000,
          // After the others and one file at a time: what a broker does in milliseconds is tested here.
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
        },
      },
    ],
  },
});
