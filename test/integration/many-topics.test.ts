/** A scenario over many topics on the embedded cluster. */
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { profileFile } from './profile-file.ts';

test('500 topics: each has a partition in the ledger, and every message is acknowledged', async () => {
  const scenario = {
    ...{ workload: 'bytes', topics: { count: 500, pattern: 'load-{n}' }, params: { size: 100 } },
    ...{ executor: 'constant-arrival-rate', rate: 2_000, duration: '1s', gracefulStop: '60s' },
  };
  const profile = profileFile({}, { scenarios: { many: scenario }, topics: { 'load-{0..499}': { partitions: 1 } } });
  const { result } = await run(profile, { env: {}, allowInvalid: true });
  expect(result.totals).toMatchObject({ scheduled: 2_000, sent: 2_000, acked: 2_000, failed: 0 });
  const names = new Set(result.ledger.partitions.map(({ topic }) => topic));
  expect([names.size, result.ledger.partitions.length, names.has('load-499')]).toEqual([500, 500, true]);
});

test.each(['none', { uniform: 100_000 }])(
  'one topic of 10,000 partitions, key %j: all is acknowledged',
  async (key) => {
    const scenario = {
      ...{ workload: 'bytes', topic: 'wide', params: { size: 100 }, key, gracefulStop: '60s' },
      ...{ executor: 'constant-arrival-rate', rate: 2_000, duration: '1s' },
    };
    const profile = profileFile({}, { scenarios: { wide: scenario }, topics: { wide: { partitions: 10_000 } } });
    const { result } = await run(profile, { env: {}, allowInvalid: true });
    expect(result.totals).toMatchObject({ scheduled: 2_000, sent: 2_000, acked: 2_000, failed: 0 });
    expect(result.ledger.partitions.map(({ partition }) => partition)).toEqual([...new Array(10_000).keys()]);
  },
);
