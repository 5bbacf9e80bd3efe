/**
 * The log of a pod from its first line to its last, each once: a connection that breaks is taken up again. Asked for with
 * times, since the API server resumes at a second, not at a line.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type KubeApi, pathOf } from './api.ts';
import { CONTAINER } from './manifests.ts';

const AGAIN_MS = 500;

/** `2026-11-30T22:01:02.123456789Z text`. */
const TIMED = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d) ?(.*)$/s;

export class LogPosition {
  /** With nine digits, so that texts compare as times. */
  #time = '';
  #linesAtTime = 0;
  #seenAgain = 0;

  /** For `sinceTime`; undefined at the beginning. */
  get since(): string | undefined {
    return this.#time === '' ? undefined : this.#time;
  }

  /** A new connection starts at `since` or before. */
  resume(): void {
    this.#seenAgain = 0;
  }

  /** The line without its time; undefined where it was there before. */
  take(line: string): string | undefined {
    const [, toSecond, fraction = '', zone, text] = TIMED.exec(line) ?? [];
    if (toSecond === undefined) return line;
    const time = `${toSecond}.${fraction.padEnd(9, '0')}${zone}`;
    if (time < this.#time) return undefined;
    if (time > this.#time) {
      this.#time = time;
      this.#linesAtTime = 1;
      this.#seenAgain = 1;
      return text;
    }
    this.#seenAgain++;
    if (this.#seenAgain <= this.#linesAtTime) return undefined;
    this.#linesAtTime++;
    return text;
  }
}

export interface FollowedPod {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Follows a container that has started.
 * @param isOver whether it has ended: then what comes is all there is.
 */
export async function* followLog(
  api: KubeApi,
  { namespace, name }: FollowedPod,
  isOver: () => boolean,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const position = new LogPosition();
  const path = `${pathOf(namespace, 'pods', name)}/log`;
  while (!signal.aborted) {
    const wasOver = isOver();
    const { since } = position;
    const query = new URLSearchParams({ container: CONTAINER, follow: 'true', timestamps: 'true' });
    if (since !== undefined) query.set('sinceTime', since);
    position.resume();
    try {
      for await (const line of api.lines(`${path}?${query}`, signal)) {
        const text = position.take(line);
        if (text !== undefined) yield text;
      }
      if (wasOver) return;
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      if (status === 401 || status === 403) throw error;
      // The pod is gone, and its log with it.
      if (status === 404) return;
    }
    if (!signal.aborted) await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

/** The last lines of a container that has ended; empty where they are gone. */
export async function lastLines(api: KubeApi, { namespace, name }: FollowedPod, count: number): Promise<string[]> {
  const query = new URLSearchParams({ container: CONTAINER, tailLines: String(count) });
  const lines: string[] = [];
  try {
    const signal = AbortSignal.timeout(TAIL_MS);
    for await (const line of api.lines(`${pathOf(namespace, 'pods', name)}/log?${query}`, signal)) lines.push(line);
  } catch {
    // It explains a failure, and must not hide it.
  }
  return lines;
}

const TAIL_MS = 5_000;
