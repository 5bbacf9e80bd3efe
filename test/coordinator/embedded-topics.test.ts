import { expect, test } from 'vitest';
import { openTarget } from '../../src/coordinator/target.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { measureRecord } from '../../src/workload/workload.ts';
import { profileOf, scenarioOf } from '../plan/profile.ts';

test('more topics than a run creates are not created in memory either', async () => {
  const topics = Array.from({ length: 20_000 }, (_, i) => `t-${i}`);
  const spec = { partitions: 12, replicationFactor: 1, create: 'if-missing', config: {} } as const;
  const profile = profileOf({
    scenarios: { many: scenarioOf({ topic: 't-{0..19999}', topics }) },
    topics: Object.fromEntries(topics.map((name) => [name, spec])),
  });
  const plan = buildPlan(profile, { cores: 4, runTag: '0123456789abcdef', measure: measureRecord });
  await expect(openTarget(plan)).rejects.toThrow(
    '20,000 topics with 240,000 partition replicas: a run creates at most 200,000',
  );
});
