/**
 * CPU of each thread of this process, from /proc/self/task (Linux; elsewhere there is nothing to tell). librdkafka
 * names its threads (`rdk:broker1`, `rdk:main`), which is how compression at its limit is distinguished from a slow broker. A
 * thread on a crowded machine can be at its limit with half a core: what it wanted counts, not what it got.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { isClientThread, isLoopThread, type ThreadCpu } from '../recorder/measurement.ts';
import type { ThreadShares } from '../recorder/second-row.ts';
import { NS_PER_SEC } from '../units.ts';

const TASKS = '/proc/self/task';
export const MAIN_THREAD = 'main';

/** Cumulative, in ns: on a CPU, and ready to run but waiting for one. */
interface CpuTime {
  readonly ranNs: number;
  readonly waitedNs: number;
}

interface Thread {
  name: string;
  readonly first: CpuTime;
  readonly firstAtNs: number;
  last: CpuTime;
  lastAtNs: number;
  maxPct: number;
  /** Σ wanted share × time loops were blocked in that second. */
  blockedPctNs: number;
}

export class ThreadCpuSampler {
  readonly #threads = new Map<number, Thread>();
  readonly #names: ReadonlyMap<number, string>;
  #blockedNs = 0;
  #firstBlockedNs: number | undefined;

  /** `names` of threads by kernel thread id, where the kernel's own name says nothing. */
  constructor(names: ReadonlyMap<number, string>) {
    this.#names = names;
  }

  /**
   * Once a second; the first sample of a thread is its zero. `blockedNs`: how long all loops have waited on a full
   * window so far.
   * @returns what the threads used since the last sample.
   */
  sample(nowNs: number, blockedNs: number): ThreadShares {
    const shares: ThreadShare[] = [];
    const newlyBlockedNs = blockedNs - this.#blockedNs;
    this.#blockedNs = blockedNs;
    this.#firstBlockedNs ??= blockedNs;
    for (const { id, name, time } of readThreads()) {
      const thread = this.#threads.get(id);
      if (thread === undefined) {
        const first = { first: time, firstAtNs: nowNs, last: time, lastAtNs: nowNs };
        this.#threads.set(id, { name: this.#names.get(id) ?? name, ...first, maxPct: 0, blockedPctNs: 0 });
        continue;
      }
      // librdkafka names a thread some time after its start.
      thread.name = this.#names.get(id) ?? name;
      const passedNs = nowNs - thread.lastAtNs;
      if (passedNs <= 0) continue;
      // The kernel books in steps: over a short window one of them would look like a large share.
      if (passedNs >= NS_PER_SEC / 2) {
        const cpuPct = ranPct(thread.last, time, passedNs);
        thread.maxPct = Math.max(thread.maxPct, cpuPct);
        shares.push({ name: thread.name, cpuPct });
      }
      thread.blockedPctNs += wantedPct(thread.last, time, passedNs) * newlyBlockedNs;
      thread.last = time;
      thread.lastAtNs = nowNs;
    }
    return {
      loopCpuPct: busiest(shares, isLoopThread),
      clientCpuPct: busiest(shares, isClientThread),
      mainCpuPct: busiest(shares, (name) => name === MAIN_THREAD),
    };
  }

  /** Threads that used any CPU until the last sample, the busiest first. */
  result(): ThreadCpu[] {
    const threads: ThreadCpu[] = [];
    const blockedNs = this.#blockedNs - (this.#firstBlockedNs ?? 0);
    for (const { name, first, firstAtNs, last, lastAtNs, maxPct, blockedPctNs } of this.#threads.values()) {
      const passedNs = lastAtNs - firstAtNs;
      if (passedNs <= 0 || last.ranNs <= first.ranNs) continue;
      const cpuPct = ranPct(first, last, passedNs);
      threads.push({
        name,
        cpuPct,
        maxCpuPct: Math.max(maxPct, cpuPct),
        wantedPct: wantedPct(first, last, passedNs),
        ...(blockedNs > 0 && { wantedPctWhenBlocked: blockedPctNs / blockedNs }),
      });
    }
    return threads.sort((a, b) => b.cpuPct - a.cpuPct);
  }
}

type ThreadShare = Pick<ThreadCpu, 'name' | 'cpuPct'>;

function busiest(shares: readonly ThreadShare[], isOne: (name: string) => boolean): number | null {
  return shares.reduce<number | null>(
    (most, { name, cpuPct }) => (isOne(name) ? Math.max(cpuPct, most ?? 0) : most),
    null,
  );
}

function ranPct(before: CpuTime, after: CpuTime, passedNs: number): number {
  return (100 * (after.ranNs - before.ranNs)) / passedNs;
}

function wantedPct(before: CpuTime, after: CpuTime, passedNs: number): number {
  return ranPct(before, after, passedNs) + (100 * (after.waitedNs - before.waitedNs)) / passedNs;
}

function readThreads(): { id: number; name: string; time: CpuTime }[] {
  let ids: string[];
  try {
    ids = readdirSync(TASKS);
  } catch {
    return [];
  }
  const threads: { id: number; name: string; time: CpuTime }[] = [];
  for (const id of ids) {
    try {
      const name = readFileSync(`${TASKS}/${id}/comm`, 'utf8').trim();
      threads.push({ id: Number(id), name, time: parseSchedstat(readFileSync(`${TASKS}/${id}/schedstat`, 'utf8')) });
    } catch {
      // The thread ended between the listing and the reading.
    }
  }
  return threads;
}

/** `ran waited timeslices`, the first two in ns (Documentation/scheduler/sched-stats, /proc/<pid>/schedstat). */
export function parseSchedstat(text: string): CpuTime {
  const [ranNs, waitedNs] = text.split(' ').map(Number);
  return { ranNs: ranNs!, waitedNs: waitedNs! };
}
