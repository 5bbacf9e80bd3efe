/** Observers and callbacks of whoever calls the API: what they throw must cost neither the process nor the measurement. */
import type { Observer } from '../coordinator/observer.ts';
import type { Problem } from '../errors.ts';
import { suggest } from '../nearest.ts';

const HOOKS = {
  readsSettled: true,
  ready: true,
  start: true,
  second: true,
  progress: true,
  finish: true,
  close: true,
} satisfies Record<keyof Observer, true>;

/** Of the option `observers`, which JavaScript may give any value. */
export function observerProblems(observers: unknown): Omit<Problem, 'path'>[] {
  if (observers === undefined) return [];
  if (!Array.isArray(observers)) return [{ message: 'the option `observers` must be a list of observers' }];
  return observers.flatMap((observer: unknown, i) => {
    if (typeof observer !== 'object' || observer === null) {
      return [{ message: `observers[${i}] must be an object with hooks`, hint: Object.keys(HOOKS).join(', ') }];
    }
    // Hooks of a class are on its prototype, beside methods of its own.
    const own = Object.keys(observer).filter((name) => typeof Reflect.get(observer, name) === 'function');
    const unknown = own.filter((name) => !Object.hasOwn(HOOKS, name));
    const invalid = Object.keys(HOOKS).filter((name) => {
      const hook: unknown = Reflect.get(observer, name);
      return name !== 'readsSettled' && hook !== undefined && typeof hook !== 'function';
    });
    return [
      ...unknown.map((name) => {
        const hint = suggest(name, Object.keys(HOOKS));
        return { message: `observers[${i}] has an unknown hook \`${name}\``, ...(hint !== undefined && { hint }) };
      }),
      ...invalid.map((name) => ({ message: `observers[${i}].${name} must be a function` })),
    ];
  });
}

/**
 * What `ready` throws ends the run, as documented. A `start`, `second` or `progress` that fails is reported once and not
 * called again; the run goes on. A `finish` that fails is a finding that could not be written; a `close`, a warning.
 * @param name for people, e.g. `observers[0]`.
 */
export function guarded(observer: Observer, name: string, warn: (warning: string) => void): Observer {
  const failed = new Set<string>();
  const report = (hook: string, error: unknown) => {
    if (failed.has(hook)) return;
    failed.add(hook);
    const end = hook === 'close' ? '' : '; it is not called again';
    warn(`${name}: ${hook}() failed: ${error instanceof Error ? error.message : String(error)}${end}`);
  };
  const call = <T>(hook: 'start' | 'second' | 'progress', run: () => T): T | undefined => {
    if (failed.has(hook)) return undefined;
    try {
      const returned: unknown = run();
      // An async hook: nobody waits for it.
      if (returned instanceof Promise) {
        returned.catch((error: unknown) => report(hook, error));
        return undefined;
      }
      return returned as T;
    } catch (error) {
      report(hook, error);
      return undefined;
    }
  };
  return {
    ...(observer.readsSettled && { readsSettled: true }),
    ready: (run) => {
      const note: unknown = observer.ready?.(run);
      if (!(note instanceof Promise)) return note as string | undefined;
      note.catch((error: unknown) => report('ready', error));
      return undefined;
    },
    start: (run) => call('start', () => observer.start?.(run)),
    second: (now) => call('second', () => observer.second?.(now)),
    progress: (progress) => call('progress', () => observer.progress?.(progress)),
    finish: async (measurement) => {
      try {
        return (await observer.finish?.(measurement)) ?? {};
      } catch (error) {
        return { error: error instanceof Error ? error : new Error(String(error)) };
      }
    },
    close: async () => {
      try {
        await observer.close?.();
      } catch (error) {
        report('close', error);
      }
    },
  };
}
