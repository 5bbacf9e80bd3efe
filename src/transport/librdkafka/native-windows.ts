/**
 * Reads of native memory at a few nanoseconds each. A delivery report is a C struct at an address of librdkafka's
 * choosing; one FFI decode a field costs 32 ns, two a message. Instead the address space is looked at through windows
 * of 64 MiB (the size and alignment of glibc's heap segments, which hold the messages): an ArrayBuffer over the whole
 * window is made once, and a field is then an ordinary typed-array element.
 *
 *   address  = hi · 2^32 + lo      window = address >>> 26      element = (lo & (2^26 − 1)) >>> 2
 *
 * Only addresses that librdkafka has just returned are ever read; the rest of a window may well be unmapped.
 */
import koffi from 'koffi';

const WINDOW_BITS = 26;
const WINDOW_BYTES = 2 ** WINDOW_BITS;
const WINDOWS_PER_HI = 2 ** (32 - WINDOW_BITS);

export class NativeWindows {
  readonly #windows = new Map<number, Int32Array>();

  /** Number of the window that holds address hi:lo. */
  static number(hi: number, lo: number): number {
    return hi * WINDOWS_PER_HI + (lo >>> WINDOW_BITS);
  }

  /** Element index of a 4-byte-aligned address within its window. */
  static element(lo: number): number {
    return (lo & (WINDOW_BYTES - 1)) >>> 2;
  }

  open(number: number): Int32Array {
    let window = this.#windows.get(number);
    if (window === undefined) {
      window = new Int32Array(koffi.view(BigInt(number) * BigInt(WINDOW_BYTES), WINDOW_BYTES));
      this.#windows.set(number, window);
    }
    return window;
  }
}
