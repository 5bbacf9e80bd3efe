/** Delivery reports out of librdkafka's memory: a message's slot and error, without a call into C for those that came back well. */
import { createReports, type Reports } from '../transport.ts';
import { type Librdkafka, librdkafka, type NativeBuffer, nativeBuffer, type Pointer } from './library.ts';
import { NativeWindows, WINDOW_ELEMENTS } from './native-windows.ts';

const REPORTS_PER_POLL = 8192;
const NO_ERROR = 0;
const MESSAGE_TIMED_OUT = -192;
/** Elements of Int32Array between a message's start and its `_private` field. */
const OPAQUE_ELEMENT = 16;
const EMPTY_WINDOW: Int32Array = new Int32Array(0);

export class DeliveryReports {
  readonly reports: Reports = createReports(REPORTS_PER_POLL);
  delivered = 0;
  expired = 0;
  readonly #rd: Librdkafka = librdkafka();
  readonly #windows = new NativeWindows();
  readonly #pointers: NativeBuffer = nativeBuffer(REPORTS_PER_POLL * 8);
  readonly #pointerWords: Uint32Array = new Uint32Array(this.#pointers.bytes.buffer);

  /** Fills the reports from place `at` on with messages of the event that were not read before; returns how many. */
  read(event: Pointer, at: number): number {
    const room = REPORTS_PER_POLL - at;
    const count = Number(this.#rd.eventMessageArray(event, this.#pointers.address, room));
    const { slot, error, status } = this.reports;
    const words = this.#pointerWords;
    let windowNumber = -1;
    let window = EMPTY_WINDOW;
    let failed = 0;
    for (let r = 0; r < count; r++) {
      const lo = words[2 * r]!;
      const hi = words[2 * r + 1]!;
      const number = NativeWindows.number(hi, lo);
      if (number !== windowNumber) {
        window = this.#windows.open(number);
        windowNumber = number;
      }
      const element = NativeWindows.element(lo);
      const code = window[element]!;
      error[at + r] = code;
      const opaque = element + OPAQUE_ELEMENT;
      // A message may lie across the end of its window.
      slot[at + r] = opaque < WINDOW_ELEMENTS ? window[opaque]! : this.#windows.read(number, opaque);
      if (code === NO_ERROR) continue;
      status[at + r] = this.#rd.messageStatus(BigInt(hi) * 4294967296n + BigInt(lo));
      failed += 1;
      if (code === MESSAGE_TIMED_OUT) this.expired += 1;
    }
    this.delivered += count - failed;
    return count;
  }
}
