/** POSIX signals of this thread, and of the threads that are started from it. */
import koffi from 'koffi';
import { nativeBuffer, type Pointer } from './library.ts';

/** The largest `sigset_t` there is: glibc's and musl's 1024 bits; macOS has 32. */
const SIGSET_BYTES = 128;
/** `SIG_SETMASK` of signal.h. */
const SET_MASK = process.platform === 'darwin' ? 3 : 2;

/** Threads that `start` makes never take a signal of the process: it interrupts what they wait on. */
export function withoutSignals<T>(start: () => T): T {
  const [all, before] = [nativeBuffer(SIGSET_BYTES), nativeBuffer(SIGSET_BYTES)];
  const { fill, setMask } = libc();
  fill(all.address);
  setMask(SET_MASK, all.address, before.address);
  try {
    return start();
  } finally {
    setMask(SET_MASK, before.address, null);
  }
}

function libc() {
  const library = koffi.load(null);
  return {
    fill: library.func('int sigfillset(void *set)') as (set: Pointer) => number,
    setMask: library.func('int pthread_sigmask(int how, const void *set, void *before)') as (
      how: number,
      set: Pointer,
      before: Pointer | null,
    ) => number,
  };
}
