/** Whole numbers from 0, a bit each: a JavaScript set ends at sixteen million. */
const PAGE_BITS = 65_536;

export class IndexSet {
  readonly #pages = new Map<number, Uint32Array>();
  #end = 0;

  /** False when it was there. */
  add(index: number): boolean {
    const page = Math.floor(index / PAGE_BITS);
    let bits = this.#pages.get(page);
    if (bits === undefined) {
      bits = new Uint32Array(PAGE_BITS / 32);
      this.#pages.set(page, bits);
    }
    this.#end = Math.max(this.#end, index + 1);
    const bit = index % PAGE_BITS;
    const before = bits[bit >>> 5]!;
    bits[bit >>> 5] = before | (1 << (bit & 31));
    return bits[bit >>> 5] !== before;
  }

  has(index: number): boolean {
    const bit = index % PAGE_BITS;
    const bits = this.#pages.get(Math.floor(index / PAGE_BITS));
    return bits !== undefined && (bits[bit >>> 5]! & (1 << (bit & 31))) !== 0;
  }

  /** One more than the greatest; 0 where there is none. */
  get end(): number {
    return this.#end;
  }
}
