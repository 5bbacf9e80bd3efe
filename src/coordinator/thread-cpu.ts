/**
 * CPU time of each thread of this process, from /proc/self/task (Linux; elsewhere there is nothing to tell). librdkafka
 * names its threads (`rdk:broker1`, `rdk:main`), which is how compression at its limit is told from a slow broker.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { ThreadCpu } from '../result/measurement.ts';

const TASKS = '/proc/self/task';
/** Clock ticks a second in /proc, fixed at 100 for user space on every Linux architecture Node runs on. */
const TICKS_PER_SEC = 100;

interface Thread {
  name: string;
  readonly firstSec: number;
  readonly firstAtNs: number;
  lastSec: number;
  lastAtNs: number;
  maxPct: number;
  /** Σ share × time loops were blocked in that second. */
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
   * Once a second over the load phase; the first sample of a thread is its zero. `blockedNs`: how long all loops have
   * waited on a full window so far.
   */
  sample(nowNs: number, blockedNs: number): void {
    const newlyBlockedNs = blockedNs - this.#blockedNs;
    this.#blockedNs = blockedNs;
    this.#firstBlockedNs ??= blockedNs;
    for (const { id, name, cpuSec } of readThreads()) {
      const thread = this.#threads.get(id);
      if (thread === undefined) {
        const shown = this.#names.get(id) ?? name;
        const first = { firstSec: cpuSec, firstAtNs: nowNs, lastSec: cpuSec, lastAtNs: nowNs };
        this.#threads.set(id, { name: shown, ...first, maxPct: 0, blockedPctNs: 0 });
        continue;
      }
      const passedSec = (nowNs - thread.lastAtNs) / 1e9;
      // A short window would turn one tick of 10 ms into a large share.
      const pct = passedSec > 0 ? (100 * (cpuSec - thread.lastSec)) / passedSec : 0;
      if (passedSec >= 0.5) thread.maxPct = Math.max(thread.maxPct, pct);
      thread.blockedPctNs += pct * newlyBlockedNs;
      thread.lastSec = cpuSec;
      thread.lastAtNs = nowNs;
    }
  }

  /** Threads that used any CPU, the busiest first. */
  result(): ThreadCpu[] {
    const threads: ThreadCpu[] = [];
    const blockedNs = this.#blockedNs - (this.#firstBlockedNs ?? 0);
    for (const { name, firstSec, firstAtNs, lastSec, lastAtNs, maxPct, blockedPctNs } of this.#threads.values()) {
      const passedSec = (lastAtNs - firstAtNs) / 1e9;
      if (passedSec <= 0 || lastSec <= firstSec) continue;
      const cpuPct = (100 * (lastSec - firstSec)) / passedSec;
      const whenBlocked = blockedNs > 0 ? { cpuPctWhenBlocked: blockedPctNs / blockedNs } : {};
      threads.push({ name, cpuPct, maxCpuPct: Math.max(maxPct, cpuPct), ...whenBlocked });
    }
    return threads.sort((a, b) => b.cpuPct - a.cpuPct);
  }
}

function readThreads(): { id: number; name: string; cpuSec: number }[] {
  let ids: string[];
  try {
    ids = readdirSync(TASKS);
  } catch {
    return [];
  }
  const threads: { id: number; name: string; cpuSec: number }[] = [];
  for (const id of ids) {
    try {
      threads.push({ id: Number(id), ...parseStat(readFileSync(`${TASKS}/${id}/stat`, 'utf8')) });
    } catch {
      // The thread ended between the listing and the reading.
    }
  }
  return threads;
}

/** `tid (name) state ppid …`; utime and stime are fields 14 and 15, and the name may hold anything (proc(5)). */
export function parseStat(stat: string): { name: string; cpuSec: number } {
  const open = stat.indexOf('(');
  const close = stat.lastIndexOf(')');
  const fields = stat.slice(close + 2).split(' ');
  return { name: stat.slice(open + 1, close), cpuSec: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC };
}
