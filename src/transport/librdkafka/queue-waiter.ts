/**
 * Waiting on the event queues of clients: each writes its number into a pipe when it has something, and poll(2) sleeps on
 * that. A queue writes when it gets its first event, and not again until it is polled: whoever has heard a number polls
 * that queue until it is empty, and what comes later is written again. Not in `rd_kafka_queue_poll`: it sleeps until a time of the wall clock, so that a clock which is set back by an
 * hour makes it sleep for an hour. And of several queues, none can be forwarded into another (a report freed through
 * another client's queue corrupts its accounts).
 */
import koffi from 'koffi';
import { LoadError } from '../../errors.ts';
import { callAsync, librdkafka, type NativeBuffer, nativeBuffer, type Pointer } from './library.ts';

const POLLIN = 1;
/** No pipe holds less (pipe(7)). */
const DRAIN_BYTES = 4096;
const NUMBER_BYTES = 2;
/** fcntl(2): a client must never wait for a pipe that is full because nobody read it, nor a reader for one that is empty. */
const F_SETFL = 4;
const O_NONBLOCK = process.platform === 'darwin' ? 0x4 : 0x800;

export class QueueWaiter {
  readonly #libc = libc();
  /** int fds[2]: reading end, writing end. */
  readonly #pipe: NativeBuffer = nativeBuffer(8);
  /** struct pollfd { int fd; short events; short revents; } */
  readonly #poll: NativeBuffer = nativeBuffer(8);
  readonly #drained: NativeBuffer = nativeBuffer(DRAIN_BYTES);
  readonly #heard: Uint16Array = new Uint16Array(this.#drained.bytes.buffer);
  /** Numbers of the queues that may have something, a ring. */
  readonly #ready: Uint16Array;
  readonly #isReady: Uint8Array;
  #firstReady = 0;
  #readyCount = 0;
  readonly #readFd: number;
  readonly #writeFd: number;
  readonly #revents: Int16Array;

  constructor(queues: readonly Pointer[]) {
    if (this.#libc.pipe(this.#pipe.address) !== 0)
      throw new LoadError('PIPE', 'cannot create a pipe: out of file descriptors?');
    [this.#readFd, this.#writeFd] = new Int32Array(this.#pipe.bytes.buffer) as unknown as [number, number];
    for (const fd of [this.#readFd, this.#writeFd]) this.#libc.fcntl(fd, F_SETFL, 'int', O_NONBLOCK);
    new Int32Array(this.#poll.bytes.buffer)[0] = this.#readFd;
    new Int16Array(this.#poll.bytes.buffer)[2] = POLLIN;
    this.#revents = new Int16Array(this.#poll.bytes.buffer, 6, 1);
    this.#ready = new Uint16Array(queues.length);
    this.#isReady = new Uint8Array(queues.length);
    const number = nativeBuffer(NUMBER_BYTES);
    for (const [i, queue] of queues.entries()) {
      new Uint16Array(number.bytes.buffer)[0] = i;
      librdkafka().queueIoEvents(queue, this.#writeFd, number.address, NUMBER_BYTES);
    }
    // What came before.
    this.#addAll();
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
    if ((this.#revents[0]! & POLLIN) !== 0) this.hear();
  }

  /** Takes in which queues have something, without waiting. */
  hear(): void {
    const bytes = this.#libc.read(this.#readFd, this.#drained.address, DRAIN_BYTES);
    // A full pipe may have lost numbers.
    if (bytes === DRAIN_BYTES) this.#addAll();
    else for (let i = 0; i < bytes / NUMBER_BYTES; i++) this.#add(this.#heard[i]!);
  }

  #addAll(): void {
    for (let number = 0; number < this.#isReady.length; number++) this.#add(number);
  }

  #add(number: number): void {
    if (this.#isReady[number] === 1) return;
    this.#isReady[number] = 1;
    this.#ready[(this.#firstReady + this.#readyCount) % this.#ready.length] = number;
    this.#readyCount += 1;
  }

  /** Number of the first queue that may have something; -1: none has. */
  first(): number {
    return this.#readyCount === 0 ? -1 : this.#ready[this.#firstReady]!;
  }

  /** The first one is empty. */
  drop(): void {
    this.#isReady[this.first()] = 0;
    this.#firstReady = (this.#firstReady + 1) % this.#ready.length;
    this.#readyCount -= 1;
  }

  /** The first one may have more: it waits its turn behind the others. */
  putLast(): void {
    const number = this.first();
    this.drop();
    this.#add(number);
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
