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
export const WINDOW_ELEMENTS = WINDOW_BYTES / 4;
const WINDOWS_PER_HI = 2 ** (32 - WINDOW_BITS);

export class NativeWindows {
  /** What `locate` found last. */
  located: Uint8Array = new Uint8Array(0);
  readonly #windows = new Map<number, Int32Array>();
  readonly #windowBytes = new Map<number, Uint8Array>();
  #locatedNumber = -1;

  /** Number of the window that holds address hi:lo. */
  static number(hi: number, lo: number): number {
    return hi * WINDOWS_PER_HI + (lo >>> WINDOW_BITS);
  }

  /** Element index of a 4-byte-aligned address within its window. */
  static element(lo: number): number {
    return (lo & (WINDOW_BYTES - 1)) >>> 2;
  }

  /**
   * The `length` bytes at address hi:lo, as they stand there: valid as long as what lies there is. Only where they cross
   * a window's border they are a copy.
   */
  bytes(hi: number, lo: number, length: number): Uint8Array {
    const number = NativeWindows.number(hi, lo);
    const from = lo & (WINDOW_BYTES - 1);
    const inFirst = Math.min(length, WINDOW_BYTES - from);
    const first = new Uint8Array(this.open(number).buffer, from, inFirst);
    if (inFirst === length) return first;
    const whole = new Uint8Array(length);
    whole.set(first);
    for (let at = inFirst, next = number + 1; at < length; at += WINDOW_BYTES, next++) {
      whole.set(new Uint8Array(this.open(next).buffer, 0, Math.min(length - at, WINDOW_BYTES)), at);
    }
    return whole;
  }

  /** Where the `length` bytes at address hi:lo start in `located`: the window as bytes, or a copy across two of them. */
  locate(hi: number, lo: number, length: number): number {
    const number = NativeWindows.number(hi, lo);
    const from = lo & (WINDOW_BYTES - 1);
    if (from + length > WINDOW_BYTES) {
      this.located = this.bytes(hi, lo, length);
      this.#locatedNumber = -1;
      return 0;
    }
    if (number !== this.#locatedNumber) {
      let bytes = this.#windowBytes.get(number);
      if (bytes === undefined) {
        bytes = new Uint8Array(this.open(number).buffer);
        this.#windowBytes.set(number, bytes);
      }
      this.located = bytes;
      this.#locatedNumber = number;
    }
    return from;
  }

  /** The 4 bytes at `element` of window `number`, or as far past its end in the next one. */
  read(number: number, element: number): number {
    const isPast = element >= WINDOW_ELEMENTS;
    return this.open(isPast ? number + 1 : number)[isPast ? element - WINDOW_ELEMENTS : element]!;
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
