/** Files of frames: one process appends, others read on from where they were, while it goes on. */
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { FRAME_BYTES_MAX, frameBytes, frameOf, messageAt } from './frame.ts';

/**
 * A frame that does not check out is read again for so long before it counts as damaged: on a network file system a file
 * may grow on one machine before its bytes arrive there.
 */
const ARRIVAL_MS = 5_000;
const RETRY_MS = 200;
/** A full disk, a network file system that is away, too many open files. */
const PASSING = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'ESTALE', 'ETIMEDOUT', 'EAGAIN', 'EMFILE', 'ENFILE']);

/** Opened for each frame: closing is what makes a network file system show it to others. */
export class FrameAppender {
  readonly #path: string;
  /** Of whole frames. */
  #size = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * In the order of the calls. Rejects with the system's error where the frame is not stored; the next one may be.
   * @param patienceMs for errors that pass by themselves.
   */
  append(message: Uint8Array, patienceMs = 0): Promise<void> {
    const frame = frameOf(message);
    const untilMs = performance.now() + patienceMs;
    const appended = this.#last.then(() => this.#keepAppending(frame, untilMs));
    this.#last = appended.catch(() => {});
    return appended;
  }

  async #keepAppending(frame: Buffer, untilMs: number): Promise<void> {
    for (;;) {
      try {
        return await this.#append(frame);
      } catch (error) {
        if (!PASSING.has((error as NodeJS.ErrnoException).code ?? '') || performance.now() >= untilMs) throw error;
      }
      await sleep(RETRY_MS);
    }
  }

  async #append(frame: Buffer): Promise<void> {
    const file = await open(this.#path, 'a');
    try {
      const { size } = await file.stat();
      if (size < this.#size) throw new FrameDamage(this.#path, size, `${this.#size} bytes were written before`);
      // Half a frame of an append that failed, e.g. on a full disk.
      if (size > this.#size) await file.truncate(this.#size);
      await file.appendFile(frame);
    } finally {
      await file.close();
    }
    this.#size += frame.length;
  }

  /** Everything that was appended is stored, or has failed. */
  settled(): Promise<void> {
    return this.#last;
  }
}

export class FrameReader {
  readonly #path: string;
  /** After the last frame that was read. */
  #at = 0;
  /** Of the frame there, which did not check out. */
  #damagedSinceMs: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The next frame did not check out: it is not yet known whether it is damaged. */
  get isDoubtful(): boolean {
    return this.#damagedSinceMs !== undefined;
  }

  /**
   * Reads the frames that are there now. False where the file is gone.
   * @throws FrameDamage
   */
  async read(onMessage: (message: Uint8Array) => void): Promise<boolean> {
    let file: FileHandle;
    try {
      file = await open(this.#path, 'r');
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
    try {
      await this.#readTo((await file.stat()).size, file, onMessage);
      return true;
    } finally {
      await file.close();
    }
  }

  async #readTo(size: number, file: FileHandle, onMessage: (message: Uint8Array) => void): Promise<void> {
    if (size < this.#at) throw new FrameDamage(this.#path, size, `${this.#at} bytes of it were read before`);
    while (this.#at < size) {
      const chunk = Buffer.allocUnsafeSlow(Math.min(size - this.#at, FRAME_BYTES_MAX));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, this.#at);
      if (!this.#take(chunk.subarray(0, bytesRead), onMessage)) return;
    }
  }

  /** False where the chunk begins with a frame that is not there yet. */
  #take(chunk: Buffer, onMessage: (message: Uint8Array) => void): boolean {
    let at = 0;
    for (;;) {
      const message = messageAt(chunk, at);
      if (message === 'unfinished') return at > 0;
      if (message === 'damaged') {
        this.#onDamaged();
        return false;
      }
      this.#damagedSinceMs = undefined;
      at += frameBytes(message);
      this.#at += frameBytes(message);
      onMessage(message);
    }
  }

  #onDamaged(): void {
    this.#damagedSinceMs ??= performance.now();
    if (performance.now() - this.#damagedSinceMs < ARRIVAL_MS) return;
    throw new FrameDamage(this.#path, this.#at, 'length and checksum do not belong to what follows');
  }
}

export class FrameDamage extends Error {
  constructor(path: string, offset: number, why: string) {
    super(`${path} is damaged at byte ${offset}: ${why}`);
  }
}

export function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
