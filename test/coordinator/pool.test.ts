import { expect, test } from 'vitest';
import { WorkerPool } from '../../src/coordinator/pool.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { allocateRunMemory } from '../../src/result/run-memory.ts';

test('what a worker said last is heard, however busy this thread was', async () => {
  const pool = new WorkerPool({ workers: 1, entry: new URL('./talkative-worker.mjs', import.meta.url) });
  const heard: string[] = [];
  try {
    const never = new Promise<never>(() => {});
    const { done } = pool.run(
      { scenarios: [] } as unknown as Plan,
      allocateRunMemory(1, 1, 1),
      never,
      ({ message }) => {
        heard.push(message);
      },
    );
    await done;
  } finally {
    await pool.close();
  }
  expect(heard).toEqual(Array.from({ length: 5000 }, (_, i) => `word ${i}`));
});
