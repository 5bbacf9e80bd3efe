/** Pre-encoded pieces of records, in one memory, copied by number. */
export class Fragments {
  readonly #bytes: Uint8Array;
  readonly #start: Int32Array;
  readonly longest: number;

  constructor(pieces: readonly Uint8Array[]) {
    this.#start = new Int32Array(pieces.length + 1);
    this.longest = 0;
    for (let i = 0; i < pieces.length; i++) {
      this.#start[i + 1] = this.#start[i]! + pieces[i]!.length;
      this.longest = Math.max(this.longest, pieces[i]!.length);
    }
    this.#bytes = new Uint8Array(this.#start[pieces.length]!);
    for (let i = 0; i < pieces.length; i++) this.#bytes.set(pieces[i]!, this.#start[i]!);
  }

  /** Copies piece `choice` to `into` at `at` and returns its end there. */
  copy(choice: number, into: Uint8Array, at: number): number {
    const bytes = this.#bytes;
    const end = this.#start[choice + 1]!;
    let to = at;
    // A loop: for pieces of a few dozen bytes `set` and `copyWithin` cost more than they copy.
    for (let from = this.#start[choice]!; from < end; from++) into[to++] = bytes[from]!;
    return to;
  }
}

/** Pieces given as parts, bytes and text mixed. */
export function fragments(pieces: readonly (readonly (Uint8Array | string)[])[]): Fragments {
  const bytesOf = (part: Uint8Array | string) => (typeof part === 'string' ? Buffer.from(part) : part);
  return new Fragments(pieces.map((parts) => Buffer.concat(parts.map(bytesOf))));
}
