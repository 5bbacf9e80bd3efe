/**
 * The end of the process. `process.exit` joins every thread first: one that is in a C call (a broker that does not answer,
 * a worker that hangs) keeps the process for as long as the call takes, whatever signal comes.
 */
import { createRequire } from 'node:module';

let mayHang = false;

/** From now on threads may be in C calls that nothing ends. */
export function threadsMayHang(): void {
  mayHang = true;
}

/** Ends the process at once, after its `exit` listeners. */
export function endProcess(exitCode: number): never {
  // Coverage of what ran is written by process.exit.
  if (!mayHang || process.env.NODE_V8_COVERAGE !== undefined) process.exit(exitCode);
  process.emit('exit', exitCode);
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  return koffi.load(null).func('void _exit(int code)')(exitCode) as never;
}
