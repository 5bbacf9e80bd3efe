/** `ulimit -v`: V8 ends the whole process, without a word of ours, where a thread's heap has no room to be reserved. */
import { readFileSync } from 'node:fs';
import { LoadError } from '../errors.ts';
import { formatBytes } from '../units.ts';

/** Mostly reserved and never used: heap and code of a thread. Measured with Node.js 20: 500 to 700 MiB. */
const WORKER_BYTES = 768 * 2 ** 20;

/** @throws LoadError where the threads would not fit. Only Linux tells. */
export function checkAddressSpace(workers: number): void {
  const limit = Number(/^Max address space +(\d+)/m.exec(textOf('/proc/self/limits'))?.[1] ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(limit)) return;
  const used = Number(/^VmSize:\s+(\d+)/m.exec(textOf('/proc/self/status'))?.[1] ?? 0) * 1024;
  const needed = used + workers * WORKER_BYTES;
  if (needed <= limit) return;
  const threads = workers === 1 ? '1 worker' : `${workers} workers`;
  const message = `too little address space: ${formatBytes(limit)} (ulimit -v), with ${threads} it takes ${formatBytes(needed)}`;
  throw new LoadError('ADDRESS_SPACE', message, { hint: 'ulimit -v unlimited' });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
