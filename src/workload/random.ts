/**
 * Counter-based random numbers: draw i is a pure function of (seed, names, i). No state moves, so any
 * worker draws any index, in any order, and gets the same value.
 *
 * One draw XORs two 32-bit permutations of the index under independent keys: a single permutation would never
 * repeat a value within 2^32 draws, which a birthday test sees. Both are xor-shift-multiply hashes: `lowbias32`
 * with the constants found by hash-prospector (Chris Wellons, public domain) and MurmurHash3's finalizer (Austin
 * Appleby, public domain).
 */
const TWO_POW_32 = 4_294_967_296;
const TWO_POW_MINUS_32 = 1 / TWO_POW_32;

export class CounterRng {
  readonly #key0: number;
  readonly #key1: number;

  /** @param names separate the generators of one seed: scenario, field, purpose. Order and boundaries matter. */
  constructor(seed: number, ...names: readonly string[]) {
    this.#key0 = hashKey(0x243f6a88, seed, names);
    this.#key1 = hashKey(0x85a308d3, seed, names);
  }

  /** Draw `index` (0..2^53) as an unsigned 32-bit integer. */
  u32(index: number): number {
    const low = index | 0;
    const high = Math.imul((index * TWO_POW_MINUS_32) | 0, 0x9e3779b1);
    return (lowbias32(low ^ high ^ this.#key0) ^ murmurFinal(((low << 16) | (low >>> 16)) + this.#key1 + high)) >>> 0;
  }

  /** Draw `index` as a double in [0, 1) with all 53 bits random; its leading 32 bits are `u32(index)`. */
  uniform(index: number): number {
    const low = index | 0;
    const high = Math.imul((index * TWO_POW_MINUS_32) | 0, 0x9e3779b1);
    const x = lowbias32(low ^ high ^ this.#key0);
    const y = murmurFinal(((low << 16) | (low >>> 16)) + this.#key1 + high);
    // x and y together hold 64 bits: the sum gives 21 more of them than the XOR has.
    const tail = (Math.imul(x, 0x2c1b3c6d) + y) >>> 11;
    return ((x ^ y) >>> 0) * TWO_POW_MINUS_32 + tail * 2 ** -53;
  }

  /** Draw `index` as an integer in [0, bound), bound up to 2^32; the bias is below bound / 2^53. */
  below(index: number, bound: number): number {
    return Math.floor(this.uniform(index) * bound);
  }
}

function lowbias32(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

function murmurFinal(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Hashes the seed (an integer: its low and high word) and every name with its length. */
function hashKey(start: number, seed: number, names: readonly string[]): number {
  let hash = absorb(start, seed | 0);
  hash = absorb(hash, Math.floor(seed * TWO_POW_MINUS_32) | 0);
  for (const name of names) {
    hash = absorb(hash, name.length);
    for (let i = 0; i < name.length; i++) hash = absorb(hash, name.charCodeAt(i));
  }
  return hash;
}

function absorb(hash: number, word: number): number {
  return lowbias32(Math.imul(hash, 0x9e3779b1) + murmurFinal(word + 0x165667b1));
}
