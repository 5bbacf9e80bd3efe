/**
 * Waiting on the event queues of clients: each writes a byte into a pipe when it has something, and poll(2) sleeps on
 * that. Not in `rd_kafka_queue_poll`: it sleeps until a time of the wall clock, so that a clock which is set back by an
 * hour makes it sleep for an hour. And of several queues, none can be forwarded into another (a report freed through
 * another client's queue corrupts its accounts).
 */
import koffi from 'koffi';
import { LoadError } from '../../errors.ts';
import { callAsync, librdkafka, type NativeBuffer, nativeBuffer, type Pointer } from './library.ts';

const POLLIN = 1;
const DRAIN_BYTES = 4096;
/** fcntl(2): a client must never wait for a pipe that is full because nobody slept on it. */
const F_SETFL = 4;
const O_NONBLOCK = process.platform === 'darwin' ? 0x4 : 0x800;

export class QueueWaiter {
  readonly #libc = libc();
  /** int fds[2]: reading end, writing end. */
  readonly #pipe: NativeBuffer = nativeBuffer(8);
  /** struct pollfd { int fd; short events; short revents; } */
  readonly #poll: NativeBuffer = nativeBuffer(8);
  readonly #drained: NativeBuffer = nativeBuffer(DRAIN_BYTES);
  readonly #byte: NativeBuffer = nativeBuffer(1);
  readonly #readFd: number;
  readonly #writeFd: number;
  readonly #revents: Int16Array;

  constructor(queues: readonly Pointer[]) {
    if (this.#libc.pipe(this.#pipe.address) !== 0)
      throw new LoadError('PIPE', 'cannot create a pipe: out of file descriptors?');
    [this.#readFd, this.#writeFd] = new Int32Array(this.#pipe.bytes.buffer) as unknown as [number, number];
    this.#libc.fcntl(this.#writeFd, F_SETFL, 'int', O_NONBLOCK);
    new Int32Array(this.#poll.bytes.buffer)[0] = this.#readFd;
    new Int16Array(this.#poll.bytes.buffer)[2] = POLLIN;
    this.#revents = new Int16Array(this.#poll.bytes.buffer, 6, 1);
    for (const queue of queues) librdkafka().queueIoEvents(queue, this.#writeFd, this.#byte.address, 1);
  }

  /** Returns when a queue has something, or after timeoutMs. */
  wait(timeoutMs: number): void {
    this.#libc.poll(this.#poll.address, 1, timeoutMs);
    this.#drain();
  }

  /** The same while the thread goes on. One at a time. */
  async waitAsync(timeoutMs: number): Promise<void> {
    await callAsync(this.#libc.poll, this.#poll.address, 1, timeoutMs);
    this.#drain();
  }

  #drain(): void {
    if ((this.#revents[0]! & POLLIN) !== 0) this.#libc.read(this.#readFd, this.#drained.address, DRAIN_BYTES);
  }

  /** After the clients are closed: they write until then. */
  close(): void {
    this.#libc.close(this.#readFd);
    this.#libc.close(this.#writeFd);
  }
}

function libc() {
  const library = koffi.load(null);
  return {
    pipe: library.func('int pipe(void *fds)') as (fds: Pointer) => number,
    fcntl: library.func('int fcntl(int fd, int command, ...)') as (
      fd: number,
      command: number,
      type: 'int',
      flags: number,
    ) => number,
    poll: library.func('int poll(void *fds, unsigned long count, int timeoutMs)') as (
      fds: Pointer,
      count: number,
      timeoutMs: number,
    ) => number,
    read: library.func('long read(int fd, void *into, size_t size)') as (
      fd: number,
      into: Pointer,
      size: number,
    ) => number,
    close: library.func('int close(int fd)') as (fd: number) => number,
  };
}
