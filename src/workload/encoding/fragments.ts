/** Longer pieces use `set`, about 25 ns at any length; a loop takes 1 ns per byte. */
const LOOP_BYTES_MAX = 16;

/** Pre-encoded pieces of records in one buffer, copied by index. */
export class Fragments {
  readonly #bytes: Uint8Array;
  readonly #start: Int32Array;
  /** A view of the buffer for each piece. */
  readonly #pieces: readonly Uint8Array[];
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
    this.#pieces = pieces.map((_, i) => this.#bytes.subarray(this.#start[i]!, this.#start[i + 1]!));
  }

  /** Copies piece `choice` to `into` at `at` and returns its end there. */
  copy(choice: number, into: Uint8Array, at: number): number {
    const start = this.#start[choice]!;
    const end = this.#start[choice + 1]!;
    if (end - start > LOOP_BYTES_MAX) {
      into.set(this.#pieces[choice]!, at);
      return at + end - start;
    }
    const bytes = this.#bytes;
    let to = at;
    for (let from = start; from < end; from++) into[to++] = bytes[from]!;
    return to;
  }
}

/** Pieces given as parts, bytes and text mixed. */
export function fragments(pieces: readonly (readonly (Uint8Array | string)[])[]): Fragments {
  const bytesOf = (part: Uint8Array | string) => (typeof part === 'string' ? Buffer.from(part) : part);
  const pieceOf = (parts: readonly (Uint8Array | string)[]) =>
    parts.length === 1 ? bytesOf(parts[0]!) : Buffer.concat(parts.map(bytesOf));
  return new Fragments(pieces.map(pieceOf));
}
