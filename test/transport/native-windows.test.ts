import koffi from 'koffi';
import { expect, test } from 'vitest';
import { NativeWindows, WINDOW_ELEMENTS } from '../../src/transport/librdkafka/native-windows.ts';

/** Two windows and a bit: at least one boundary lies inside, wherever it is allocated. */
const memory = new Int32Array(new SharedArrayBuffer(WINDOW_ELEMENTS * 4 * 2 + 64));
const address = koffi.address(memory);

function read(windows: NativeWindows, at: bigint): number {
  const hi = Number(at >> 32n);
  const lo = Number(at & 0xffffffffn);
  return windows.read(NativeWindows.number(hi, lo), NativeWindows.element(lo));
}

test('reads what stands at an address, on both sides of a window’s end and across it', () => {
  const windows = new NativeWindows();
  const windowBytes = BigInt(WINDOW_ELEMENTS * 4);
  const boundary = (address / windowBytes + 1n) * windowBytes;
  const element = Number(boundary - address) / 4;
  for (const offset of [-17, -1, 0, 1, 16]) memory[element + offset] = 1_000_000 + offset;
  for (const offset of [-17, -1, 0, 1, 16]) {
    expect(read(windows, boundary + BigInt(4 * offset))).toBe(1_000_000 + offset);
  }
  // A message that starts before the end has its last field after it.
  const lo = Number((boundary - 4n) & 0xffffffffn);
  const hi = Number((boundary - 4n) >> 32n);
  expect(windows.read(NativeWindows.number(hi, lo), NativeWindows.element(lo) + 17)).toBe(1_000_016);
});
