/** The kernel's id of this thread, for its CPU time; 0 where the system does not tell. */
import { readlinkSync } from 'node:fs';

export function threadId(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return 0;
  }
}
