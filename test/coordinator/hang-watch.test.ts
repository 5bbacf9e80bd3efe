import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HangWatch } from '../../src/coordinator/hang-watch.ts';
import { patienceOf } from '../../src/coordinator/produce-task.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { CONTROL, controlOf, STATE } from '../../src/recorder/control-memory.ts';
import { allocateRunMemory, EFFORT, workerEffort } from '../../src/recorder/run-memory.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const STEP_MS = 50;

/** Two workers, gracefulStop 1 s, hangMs 2 s. The clock goes on while the timers do, and alone while the process stands still. */
function watching({ endNs = 10e9, clients = [] as { producers?: number }[] } = {}) {
  let nowMs = 0;
  const memory = allocateRunMemory(2, 1, 1);
  const { words } = controlOf(memory);
  const lanes = [{ load: { kind: 'closed', endNs }, gracefulStopNs: 1e9 }];
  const plan = { lanes, clients, workers: 2 } as unknown as Plan;
  const watch = new HangWatch(memory, patienceOf(plan, memory, 2000), () => nowMs);
  const lost: (string | undefined)[] = [undefined, undefined];
  watch.hung.forEach((hung, worker) => {
    hung.catch((error: Error) => {
      lost[worker] = error.message;
    });
  });
  const setState = (worker: number, state: number) => void Atomics.store(words, CONTROL.states + worker, state);
  return {
    watch,
    memory,
    lost,
    setState,
    /** Both turn, unless told, all the time. */
    async run(forMs: number, turning: readonly number[] = [0, 1]) {
      for (const untilMs = nowMs + forMs; nowMs < untilMs; ) {
        nowMs += STEP_MS;
        for (const worker of turning) workerEffort(memory, worker)[EFFORT.turn] = nowMs * 1e6;
        await vi.advanceTimersByTimeAsync(STEP_MS);
      }
    },
    standStill(forMs: number) {
      nowMs += forMs;
    },
    begin() {
      for (const worker of [0, 1]) setState(worker, STATE.load);
      watch.started();
    },
  };
}

test('a worker that opens many clients has a second more for each', async () => {
  const { run, lost } = watching({ clients: [{}, { producers: 40 }] });
  await run(138_000, []);
  expect(lost).toEqual([undefined, undefined]);
  await run(2_000, []);
  expect(lost[0]).toContain('not ready after 139 s');
});

test('a worker that is not at the barrier after two minutes is given up, one that waits there is not', async () => {
  const { run, setState, lost } = watching();
  setState(0, STATE.ready);
  await run(119_000);
  expect(lost).toEqual([undefined, undefined]);
  await run(2_000);
  expect(lost).toEqual([undefined, expect.stringContaining('worker 1 is not ready after 120 s')]);
});

test('a load ends gracefulStop and hangMs after its planned end', async () => {
  const { run, setState, lost, begin } = watching();
  begin();
  await run(5_000);
  setState(0, STATE.draining);
  setState(0, STATE.done);
  await run(5_000 + 2_900);
  expect(lost[1]).toBeUndefined();
  await run(300);
  expect(lost[1]).toContain('did not come back from its load');
});

test('a stop is an end as well, and the first one counts', async () => {
  const { run, watch, lost, begin } = watching();
  begin();
  await run(1_000);
  watch.stopped();
  await run(2_000);
  watch.stopped();
  await run(900);
  expect(lost).toEqual([undefined, undefined]);
  await run(300);
  expect(lost.every((message) => message !== undefined)).toBe(true);
});

test('a drain has its time from its own beginning, however much it turns', async () => {
  const { run, setState, lost, begin } = watching();
  begin();
  await run(12_900);
  setState(0, STATE.draining);
  await run(2_900);
  expect(lost[0]).toBeUndefined();
  await run(300);
  expect(lost[0]).toContain('did not come back from its drain');
});

test('a load without a planned end lasts as long as it turns', async () => {
  const { run, lost, begin } = watching({ endNs: Number.POSITIVE_INFINITY });
  begin();
  await run(100_000);
  expect(lost).toEqual([undefined, undefined]);
  await run(3_300, [0]);
  expect(lost).toEqual([undefined, expect.stringContaining('did not come back from its load')]);
});

test('an hour in which nothing ran is hardly any of it', async () => {
  const { run, standStill, lost, begin } = watching();
  begin();
  await run(10_000);
  standStill(3_600_000);
  await run(2_500);
  expect(lost).toEqual([undefined, undefined]);
});

test('nobody is given up after it was closed', async () => {
  const { run, watch, lost, begin } = watching();
  begin();
  watch.close();
  await run(60_000, []);
  expect(lost).toEqual([undefined, undefined]);
});
