import { describe, expect, test } from 'vitest';
import type { Observer } from '../../src/coordinator/observer.ts';
import { guarded, observerProblems } from '../../src/observers/guarded.ts';

function watched(observer: Observer) {
  const warnings: string[] = [];
  return { warnings, observer: guarded(observer, 'observers[0]', (warning) => warnings.push(warning)) };
}

const NOW = {} as never;

describe('an observer that fails', () => {
  test.each(['start', 'second', 'progress'] as const)('%s: reported once, not called again', (hook) => {
    let calls = 0;
    const { warnings, observer } = watched({
      [hook]: () => {
        calls += 1;
        throw new Error('boom');
      },
    });
    expect(observer[hook]!(NOW)).toBeUndefined();
    expect(observer[hook]!(NOW)).toBeUndefined();
    expect(calls).toBe(1);
    expect(warnings).toEqual([`observers[0]: ${hook}() failed: boom; it is not called again`]);
  });

  test('async hooks that reject are reported', async () => {
    const rejecting = async () => {
      throw new Error('later');
    };
    const { warnings, observer } = watched({ start: rejecting, second: rejecting } as never);
    observer.start!(NOW);
    expect(observer.second!(NOW)).toBeUndefined();
    await Promise.resolve();
    await Promise.resolve();
    expect(warnings).toEqual([
      'observers[0]: start() failed: later; it is not called again',
      'observers[0]: second() failed: later; it is not called again',
    ]);
  });

  test('ready ends the run', () => {
    const { observer } = watched({
      ready: () => {
        throw new Error('no');
      },
    });
    expect(() => observer.ready!(NOW)).toThrow('no');
  });

  test('finish keeps the measurement; close lets the others close', async () => {
    const { warnings, observer } = watched({
      finish: () => {
        throw new Error('disk');
      },
      close: () => {
        throw new Error('shut');
      },
    });
    expect(await observer.finish!(NOW)).toEqual({ error: new Error('disk') });
    await observer.close!();
    expect(warnings).toEqual(['observers[0]: close() failed: shut']);
  });
});

test('what works is passed on', async () => {
  const { observer, warnings } = watched({
    readsSettled: true,
    ready: () => 'a note',
    second: () => ({ stop: { by: 'abort', reason: 'enough' } }),
    finish: async () => ({ result: {} }),
  });
  expect(observer.readsSettled).toBe(true);
  expect(observer.ready!(NOW)).toBe('a note');
  expect(observer.second!(NOW)).toEqual({ stop: { by: 'abort', reason: 'enough' } });
  expect(await observer.finish!(NOW)).toEqual({ result: {} });
  expect(warnings).toEqual([]);
});

test('the option is checked before anything is sent', () => {
  class Counting implements Observer {
    count = 0;
    second() {
      this.count += this.#step();
      return undefined;
    }
    #step() {
      return 1;
    }
  }
  expect(observerProblems(undefined)).toEqual([]);
  expect(observerProblems([new Counting(), {}])).toEqual([]);
  expect(observerProblems({})).toEqual([{ message: 'the option `observers` must be a list of observers' }]);
  expect(observerProblems([null, { ready: 5 }, { finnish() {} }])).toMatchObject([
    { message: 'observers[0] must be an object with hooks' },
    { message: 'observers[1].ready must be a function' },
    { message: 'observers[2] has an unknown hook `finnish`', hint: expect.stringContaining('finish') },
  ]);
});
