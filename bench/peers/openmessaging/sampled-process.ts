/** A process whose CPU time and memory are read from outside while it runs, so that those of one phase are known. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { PEAK_EVERY_MS } from '../measure.ts';
import type { Command } from '../peer.ts';

/** `sysconf(_SC_CLK_TCK)` of every Linux that Node.js runs on. */
const TICKS_PER_SEC = 100;

export interface SampledProcess {
  readonly code: number | null;
  /** The last 10,000 characters of stdout and stderr. */
  readonly output: string;
  readonly peakRssBytes: number;
  /** User and system time of all its threads between two wall-clock times, to 0.01 s. */
  cpuSecondsBetween(fromMs: number, toMs: number): number;
}

interface Sample {
  readonly atMs: number;
  readonly cpuSeconds: number;
}

interface Watching {
  readonly cwd?: string;
  /** It is killed then, and `code` is null. */
  readonly limitMs: number;
  /** Of stdout. */
  readonly onLine?: (line: string) => void;
  /** Asked again and again; it is killed once this is true. */
  readonly isDone?: () => boolean;
}

export async function sampleProcess({ program, args }: Command, watching: Watching): Promise<SampledProcess> {
  const { cwd, limitMs, onLine, isDone } = watching;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd });
  const closed = once(child, 'close');
  const samples: Sample[] = [];
  let peakRssBytes = 0;
  const end = () => void child.kill('SIGKILL');
  const sample = () => {
    if (isDone?.()) end();
    const found = read(child.pid!);
    if (found === undefined) return;
    samples.push({ atMs: Date.now(), cpuSeconds: found.cpuSeconds });
    peakRssBytes = found.peakRssBytes;
  };
  const sampling = setInterval(sample, PEAK_EVERY_MS);
  const limit = setTimeout(end, limitMs);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
    });
  }
  createInterface({ input: child.stdout }).on('line', (line) => onLine?.(line));
  try {
    const [code] = await closed;
    return { code, output, peakRssBytes, cpuSecondsBetween: (from, to) => at(samples, to) - at(samples, from) };
  } finally {
    clearInterval(sampling);
    clearTimeout(limit);
  }
}

function at(samples: readonly Sample[], ms: number): number {
  const after = samples.findIndex(({ atMs }) => atMs >= ms);
  if (after < 1) throw new Error('the CPU time was not read over the whole of the load phase');
  const [a, b] = [samples[after - 1]!, samples[after]!];
  return a.cpuSeconds + ((b.cpuSeconds - a.cpuSeconds) * (ms - a.atMs)) / (b.atMs - a.atMs);
}

/** undefined: it is gone. */
function read(pid: number): { cpuSeconds: number; peakRssBytes: number } | undefined {
  try {
    // The second field is the name in brackets, which may hold anything; user and system time are the 14th and 15th.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (kib === undefined) return undefined;
    return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC, peakRssBytes: Number(kib) * 1024 };
  } catch {
    return undefined;
  }
}
