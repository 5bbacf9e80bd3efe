/**
 * A message in a file:
 *
 *     length   u32, little-endian, never 0
 *     check    u32, CRC-32 of the message that goes on from the length: zero bytes do not pass as a frame
 *     message
 */
import { crc32 } from 'node:zlib';
import { MESSAGE_BYTES_MAX } from './bus.ts';

const HEAD_BYTES = 8;
/** Of the largest frame. */
export const FRAME_BYTES_MAX = HEAD_BYTES + MESSAGE_BYTES_MAX;

export function frameOf(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + message.length);
  frame.writeUInt32LE(message.length, 0);
  frame.writeUInt32LE(crc32(message, message.length), 4);
  frame.set(message, HEAD_BYTES);
  return frame;
}

/** The message of the frame at `at`; `unfinished` where the rest of it is not there yet. */
export function messageAt(bytes: Buffer, at: number): Buffer | 'unfinished' | 'damaged' {
  if (bytes.length < at + HEAD_BYTES) return 'unfinished';
  const length = bytes.readUInt32LE(at);
  if (length === 0 || length > MESSAGE_BYTES_MAX) return 'damaged';
  const message = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
  if (message.length < length) return 'unfinished';
  return crc32(message, length) === bytes.readUInt32LE(at + 4) ? message : 'damaged';
}

/** Of the frame around a message. */
export function frameBytes(message: Uint8Array): number {
  return HEAD_BYTES + message.length;
}
