import { afterEach, expect, test } from 'vitest';
import { type GroupTask, type RunningGroup, WorkerGroup } from '../../src/coordinator/worker-group.ts';
import { EXIT, LoadError } from '../../src/errors.ts';
import { allocateControl, CONTROL, controlOf, STATE, STOP } from '../../src/recorder/control-memory.ts';

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const NO_HURRY = { plannedMs: Number.POSITIVE_INFINITY, patienceMs: 60_000, turnOf: () => 0 };

function start<Outcome>(
  workers: number,
  task: Pick<GroupTask<Outcome>, 'entry' | 'input' | 'lost'> & Partial<GroupTask<Outcome>>,
) {
  const { memory = allocateControl(workers) } = task;
  const heard: string[] = [];
  const group = new WorkerGroup(workers);
  const running: RunningGroup<Outcome> = group.run({ patience: NO_HURRY, ...task, memory }, ({ message }) => {
    heard.push(message);
  });
  open.push(running, group);
  return { memory, heard, ...running };
}

const lost = (worker: number, error: Error) => ({ worker, read: [], failure: error.message });

/** A task of another kind than producing: it has an entry, an input and an outcome of its own. */
function readTask(lines: readonly string[], workers: number) {
  const entry = new URL('./reading-worker.mjs', import.meta.url);
  const memory = allocateControl(workers);
  return { entry, memory, input: () => ({ lines, workers, control: memory.control }), lost };
}

test('reading is a task like any other: ready, start, stop, an outcome from each worker', async () => {
  const { heard, ready, done, ...group } = start(2, readTask(['a', 'b', 'c'], 2));
  await ready;
  group.start(0, 0);
  group.stop(STOP.drain);
  expect(await done).toEqual([
    { worker: 0, read: ['a', 'c'] },
    { worker: 1, read: ['b'] },
  ]);
  expect(heard.toSorted()).toEqual(['1', '2']);
});

test('a worker that fails stops the others, and the task knows what is left of it', async () => {
  const { memory, ready, done, ...group } = start(2, readTask(['a', 'fail', 'c'], 2));
  await ready;
  group.start(0, 0);
  expect(await done).toEqual([
    { worker: 0, read: ['a', 'c'] },
    { worker: 1, read: [], failure: 'worker 1 cannot read this' },
  ]);
  expect(controlOf(memory).words[CONTROL.stop]).toBe(STOP.drain);
});

test('workers at the barrier go home where the start is cancelled', async () => {
  const { ready, done, cancel } = start(2, readTask(['a'], 2));
  await ready;
  cancel();
  expect(await done).toEqual([0, 1].map((worker) => lost(worker, new Error('cancelled before the start'))));
});

test('a worker that does not come back is given up', async () => {
  const { memory, ready, done, ...group } = start(1, {
    ...readTask(['a'], 1),
    ...{ patience: { plannedMs: 0, patienceMs: 0, turnOf: () => 0 } },
  });
  await ready;
  controlOf(memory).words[CONTROL.states] = STATE.load;
  group.start(0, 0);
  expect(await done).toEqual([lost(0, new Error('it did not come back from its load: a call does not return'))]);
});

test('what a worker said and sent last is received, however busy this thread was', async () => {
  const entry = new URL('./talkative-worker.mjs', import.meta.url);
  const sent: unknown[] = [];
  const { heard, done } = start(1, { entry, input: () => ({}), lost, received: (data) => sent.push(data) });
  await done;
  expect(sent).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  expect(heard).toEqual(Array.from({ length: 5000 }, (_, i) => `word ${i}`));
});

test('an error that a worker explains keeps its code, hint and exit code', async () => {
  const entry = new URL('./refusing-worker.mjs', import.meta.url);
  const { ready } = start(1, { entry, input: () => ({}), lost });
  const explained = { code: 'CLIENT_FAILED', message: 'no client', hint: 'another one', exitCode: EXIT.badInput };
  await expect(ready).rejects.toMatchObject(explained);
  await expect(ready).rejects.toBeInstanceOf(LoadError);
});
