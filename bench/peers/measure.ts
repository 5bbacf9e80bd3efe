/** Runs a program to its end and accounts for it from outside, the same way for every client. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Command } from './peer.ts';

export interface ProcessRun {
  readonly stdout: string;
  /** User and system time of the process with all its threads, start-up included. */
  readonly cpuSeconds: number;
  /** Greatest resident set; undefined where the system has no /proc. */
  readonly peakRssBytes: number | undefined;
}

/** The peak is the kernel's own high-water mark, so rare reading is enough: only growth in the last moment is missed. */
export const PEAK_EVERY_MS = 50;

/** @throws Error with what the program said when it ends with anything but 0. */
export async function measureProcess({ program, args }: Command): Promise<ProcessRun> {
  // bash's `time` is wait4's resource usage, which Node does not give for its children. It goes to file 3.
  const script = 'TIMEFORMAT="%3U %3S"; exec 4>&2; { time "$@" 2>&4; } 2>&3';
  const child = spawn('bash', ['-c', script, 'bash', program, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  let peakRssBytes: number | undefined;
  const timer = setInterval(() => {
    peakRssBytes = readPeak(child.pid!) ?? peakRssBytes;
  }, PEAK_EVERY_MS);
  const [stdout, stderr, times, code] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    text(child.stdio[3] as Readable),
    new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
  ]).finally(() => clearInterval(timer));
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${stderr.slice(-2000)}${stdout.slice(-1000)}`);
  const [user, system] = times.trim().split(' ').map(Number);
  return { stdout, cpuSeconds: user! + system!, peakRssBytes };
}

/** Peak resident set of the one child of `shell`. */
function readPeak(shell: number): number | undefined {
  try {
    const pid = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')[0];
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined; // not started yet, gone already, or no /proc
  }
}

async function text(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
