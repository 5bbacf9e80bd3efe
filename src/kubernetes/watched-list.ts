/** The objects of a list as they are now: listed, then watched; listed again where the watch ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type KubeApi, type KubeList, type KubeObject } from './api.ts';

const AGAIN_MS = 1_000;
/** A cluster that does not answer for so long is given up. */
const UNREACHABLE_MS = 60_000;

interface WatchLine<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

export interface WatchedList<T> {
  readonly now: ReadonlyMap<string, T>;
  /** Resolves with the signal. Rejects where the list cannot be read any more. */
  readonly done: Promise<void>;
}

/** @param query e.g. `labelSelector=…`. */
export function watchList<T extends KubeObject>(
  api: KubeApi,
  path: string,
  query: Readonly<Record<string, string>>,
  onChange: () => void,
  signal: AbortSignal,
): WatchedList<T> {
  const now = new Map<string, T>();
  let answeredMs = performance.now();
  const once = async () => {
    const list = await api.call<KubeList<T>>(`${path}?${new URLSearchParams(query)}`, { signal });
    now.clear();
    for (const object of list.items) now.set(object.metadata.uid, object);
    onChange();
    answeredMs = performance.now();
    const { resourceVersion } = list.metadata;
    const watch = new URLSearchParams({ ...query, watch: 'true', resourceVersion });
    for await (const line of api.lines(`${path}?${watch}`, signal)) {
      const { type, object } = JSON.parse(line) as WatchLine<T>;
      // Too old a version: listed again.
      if (type === 'ERROR') return;
      answeredMs = performance.now();
      if (type === 'DELETED') now.delete(object.metadata.uid);
      else if (type !== 'BOOKMARK') now.set(object.metadata.uid, object);
      onChange();
    }
  };
  const run = async () => {
    while (!signal.aborted) {
      try {
        await once();
      } catch (error) {
        if (signal.aborted) return;
        const isRefused = error instanceof ApiError && [401, 403, 404].includes(error.status);
        if (isRefused || performance.now() - answeredMs > UNREACHABLE_MS) throw error;
      }
      if (!signal.aborted) await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  };
  return { now, done: run() };
}
