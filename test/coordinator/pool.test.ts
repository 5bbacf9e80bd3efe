import { expect, test } from 'vitest';
import { WorkerPool } from '../../src/coordinator/pool.ts';
import { EXIT, LoadError } from '../../src/errors.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { allocateRunMemory } from '../../src/recorder/run-memory.ts';

test('what a worker said last is heard, however busy this thread was', async () => {
  const pool = new WorkerPool({ workers: 1, entry: new URL('./talkative-worker.mjs', import.meta.url) });
  const heard: string[] = [];
  try {
    const { done } = pool.run({ lanes: [] } as unknown as Plan, allocateRunMemory(1, 1, 1), [], ({ message }) => {
      heard.push(message);
    });
    await done;
  } finally {
    await pool.close();
  }
  expect(heard).toEqual(Array.from({ length: 5000 }, (_, i) => `word ${i}`));
});

test('an error that a worker explains keeps its code, hint and exit code', async () => {
  const pool = new WorkerPool({ workers: 1, entry: new URL('./refusing-worker.mjs', import.meta.url) });
  try {
    const plan = { lanes: [] } as unknown as Plan;
    const { ready } = pool.run(plan, allocateRunMemory(1, 1, 1), [], () => {});
    const explained = { code: 'CLIENT_FAILED', message: 'no client', hint: 'another one', exitCode: EXIT.badInput };
    await expect(ready).rejects.toMatchObject(explained);
    await expect(ready).rejects.toBeInstanceOf(LoadError);
  } finally {
    await pool.close();
  }
});
