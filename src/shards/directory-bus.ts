/**
 * A bus in a directory that all processes of a run share, on one machine or on a volume. Each process appends to files
 * of its own, which the others read on:
 *
 *     DIRECTORY/load-bus-ID/control-SHARD-INSTANCE    frames (frame.ts)
 *                           data-SHARD-INSTANCE
 *                           host-SHARD-INSTANCE       whose clock it has
 */
import { readFileSync } from 'node:fs';
import { access, constants, mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OffsetBound } from '../clock-offset.ts';
import { EXIT, type ExitCode, LoadError } from '../errors.ts';
import { writeWhole } from '../whole-file.ts';
import { type Bus, type BusMember, type Channel, checkSize, type Listening, type OnDamaged, SEND_MS } from './bus.ts';
import { FrameAppender, FrameDamage, FrameReader, isGone } from './frame-file.ts';

/** Between looks at the files; of data each look may be at a hundred of them. */
const POLL_MS: Readonly<Record<Channel, number>> = { control: 50, data: 200 };
/** A file of ours; the last part is of one that is being written. */
const OWN_FILE = /^(?:control|data|host)-\d+-[\da-f]+(?:\.\d+\.tmp)?$/;
const CHANNEL_FILE = /^(control|data)-(\d+)-([\da-f]+)$/;
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

export class DirectoryBus implements Bus {
  readonly kind = 'directory';
  readonly place: string;
  readonly #directory: string;
  readonly #member: BusMember;
  readonly #files: Readonly<Record<Channel, FrameAppender>>;
  readonly #listenings = new Set<DirectoryListening>();
  #host: Promise<unknown> | undefined;
  #bytesSent = 0;

  private constructor(path: string, directory: string, member: BusMember) {
    this.place = `directory ${path}`;
    this.#directory = directory;
    this.#member = member;
    this.#files = { control: new FrameAppender(this.#own('control')), data: new FrameAppender(this.#own('data')) };
  }

  /**
   * Makes the directory where it is not there.
   * @param name of what is the run's in it. @throws LoadError BUS_DIRECTORY where it cannot be written.
   */
  static async open(path: string, name: string, member: BusMember): Promise<DirectoryBus> {
    const directory = join(resolve(path), name);
    try {
      await mkdir(directory, { recursive: true });
      await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw unusable(directory, 'cannot be written', error, EXIT.badInput);
    }
    return new DirectoryBus(resolve(path), directory, member);
  }

  get bytesSent(): number {
    return this.#bytesSent;
  }

  async send(channel: Channel, message: Uint8Array): Promise<void> {
    checkSize(message);
    try {
      // Before all else: who hears of a process can ask for its host.
      this.#host ??= writeWhole(this.#own('host'), hostIdentity());
      await this.#host;
      await this.#files[channel].append(message, SEND_MS[channel]);
      this.#bytesSent += message.length;
    } catch (error) {
      throw unusable(this.#own(channel), 'cannot be written', error);
    }
  }

  listen(channel: Channel, onMessage: (message: Uint8Array) => void, onDamaged?: OnDamaged): Listening {
    const listening = new DirectoryListening(this.#directory, channel, onMessage, onDamaged);
    this.#listenings.add(listening);
    return listening;
  }

  async clockOffset(): Promise<OffsetBound | undefined> {
    const same: OffsetBound = { minUs: 0, maxUs: 0 };
    if (this.#member.shard === 0) return same;
    try {
      const firsts = (await namesIn(this.#directory)).filter((name) => /^host-0-[\da-f]+$/.test(name));
      const hosts = await Promise.all(firsts.map((name) => readFile(join(this.#directory, name), 'utf8')));
      return hosts.length > 0 && hosts.every((host) => host === hostIdentity()) ? same : undefined;
    } catch (error) {
      throw unusable(this.#directory, 'cannot be read', error);
    }
  }

  async remove(): Promise<void> {
    await this.#settled();
    try {
      const names = (await namesIn(this.#directory)).filter((name) => OWN_FILE.test(name));
      await Promise.all(names.map((name) => rm(join(this.#directory, name), { force: true })));
      // With it goes nothing of anybody else: a directory that is not empty stays.
      await rmdir(this.#directory).catch(() => {});
    } catch (error) {
      throw unusable(this.#directory, 'cannot be removed', error);
    }
  }

  async close(): Promise<void> {
    for (const listening of this.#listenings) listening.close();
    await Promise.allSettled([...this.#listenings].map(({ closed }) => closed));
    await this.#settled();
  }

  async #settled(): Promise<void> {
    await Promise.all([this.#files.control.settled(), this.#files.data.settled(), this.#host?.catch(() => {})]);
  }

  #own(what: Channel | 'host'): string {
    return join(this.#directory, `${what}-${this.#member.shard}-${this.#member.instance}`);
  }
}

/** Names of directories of buses, and whatever else is there. @throws LoadError BUS_DIRECTORY where it cannot be read. */
export async function busNamesIn(path: string): Promise<string[]> {
  try {
    return await namesIn(path);
  } catch (error) {
    throw unusable(path, 'cannot be read', error, EXIT.badInput);
  }
}

class DirectoryListening implements Listening {
  readonly caughtUp: Promise<void>;
  readonly closed: Promise<void>;
  readonly #directory: string;
  readonly #channel: Channel;
  readonly #onMessage: (message: Uint8Array) => void;
  readonly #readers = new Map<string, FrameReader>();
  readonly #onDamaged: OnDamaged | undefined;
  readonly #damaged = new Set<string>();
  readonly #closing = new AbortController();

  constructor(
    directory: string,
    channel: Channel,
    onMessage: (message: Uint8Array) => void,
    onDamaged: OnDamaged | undefined,
  ) {
    this.#directory = directory;
    this.#onDamaged = onDamaged;
    this.#channel = channel;
    this.#onMessage = (message) => {
      if (!this.#closing.signal.aborted) onMessage(message);
    };
    this.caughtUp = this.#catchUp();
    this.closed = this.caughtUp.then(() => this.#keepLooking());
    // Whoever wants to know waits for one of them.
    this.caughtUp.catch(() => {});
    this.closed.catch(() => {});
  }

  async #catchUp(): Promise<void> {
    await this.#look();
    const { signal } = this.#closing;
    const isDoubtful = () => [...this.#readers.values()].some((reader) => reader.isDoubtful);
    while (!signal.aborted && isDoubtful()) await this.#lookLater();
  }

  async #keepLooking(): Promise<void> {
    while (!this.#closing.signal.aborted) await this.#lookLater();
  }

  async #lookLater(): Promise<void> {
    const { signal } = this.#closing;
    await sleep(POLL_MS[this.#channel], undefined, { signal }).catch(() => {});
    await this.#look();
  }

  /** Reads on what is there now. */
  async #look(): Promise<void> {
    try {
      const names = (await namesIn(this.#directory)).filter((name) => CHANNEL_FILE.exec(name)?.[1] === this.#channel);
      for (const name of this.#readers.keys()) if (!names.includes(name)) this.#readers.delete(name);
      for (const name of names.sort().filter((each) => !this.#damaged.has(each))) {
        const reader = this.#readers.get(name) ?? new FrameReader(join(this.#directory, name));
        this.#readers.set(name, reader);
        if (this.#closing.signal.aborted) return;
        if (!(await this.#read(name, reader))) this.#readers.delete(name);
      }
    } catch (error) {
      throw unusable(this.#directory, 'cannot be read', error);
    }
  }

  /** False where there is nothing more to read in it. */
  async #read(name: string, reader: FrameReader): Promise<boolean> {
    try {
      return await reader.read(this.#onMessage);
    } catch (error) {
      const [, , shard, instance] = CHANNEL_FILE.exec(name) ?? [];
      if (!(error instanceof FrameDamage) || this.#onDamaged === undefined || instance === undefined) throw error;
      this.#damaged.add(name);
      this.#onDamaged({ shard: Number(shard), instance }, error.message);
      return false;
    }
  }

  close(): void {
    this.#closing.abort();
  }
}

/** Also of a directory that is gone. */
async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function unusable(path: string, what: string, error: unknown, exitCode: ExitCode = EXIT.failed): Error {
  if (error instanceof FrameDamage) {
    const hint = 'what follows it is lost: run again, with another --run';
    return new LoadError('BUS_DAMAGED', `the bus: ${error.message}`, { hint });
  }
  // Of whoever listens.
  if ((error as NodeJS.ErrnoException).syscall === undefined) return error as Error;
  return new LoadError('BUS_DIRECTORY', `the bus: ${path} ${what}: ${(error as Error).message}`, {
    exitCode,
    hint: 'name a directory that all shards can write with --bus',
    cause: error,
  });
}

/** The same wherever the wall clock is: all containers of a machine have the kernel's. */
function hostIdentity(): string {
  try {
    return readFileSync(BOOT_ID, 'utf8').trim();
  } catch {
    return hostname();
  }
}
