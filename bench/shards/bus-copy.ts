/** What shards sent through a directory, which the run removes in the end: their files have a second name here. */
import { linkSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { decodeMessage, type SecondMessage } from '../../src/shards/data-message.ts';
import { FrameReader } from '../../src/shards/frame-file.ts';

const DATA_FILE = /^data-\d+-[\da-f]+$/;

export class BusCopy {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-bus-'));
  readonly #names = new Set<string>();
  /** For `runCommand`. */
  readonly watch = { everyMs: 50, look: (directory: string) => this.#link(join(directory, 'bus')) };

  #link(bus: string): void {
    for (const file of filesOf(bus)) {
      const name = basename(file);
      if (!DATA_FILE.test(name) || this.#names.has(name)) continue;
      linkSync(join(bus, file), join(this.#folder, name));
      this.#names.add(name);
    }
  }

  /** Of the files, by shard, and the messages of seconds in them. */
  async read(): Promise<
    { readonly bytes: number; readonly seconds: readonly SecondMessage[]; readonly sizes: readonly number[] }[]
  > {
    return Promise.all(
      [...this.#names].toSorted().map(async (name) => {
        const path = join(this.#folder, name);
        const [seconds, sizes]: [SecondMessage[], number[]] = [[], []];
        await new FrameReader(path).read((bytes) => {
          const message = decodeMessage(bytes);
          if (message.kind !== 'second') return;
          seconds.push(message);
          sizes.push(bytes.length);
        });
        return { bytes: statSync(path).size, seconds, sizes };
      }),
    );
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

function filesOf(bus: string): string[] {
  try {
    return readdirSync(bus, { recursive: true, encoding: 'utf8' });
  } catch {
    // Not there yet.
    return [];
  }
}
