/**
 * Places for the messages of a batch, those of one topic and partition side by side: groups in the order of their first
 * messages, and the order within a group kept. Its cost is that of the batch, however many topics and partitions there are.
 */
export class BatchGroups {
  /** Of message j, its place in the batch. */
  readonly place: Int32Array;
  /** Groups by hash, open addressing: `#base` + the group's number; entries below it are of earlier batches. */
  readonly #table: Float64Array;
  readonly #shift: number;
  readonly #key: Float64Array;
  /** Of each group, how many messages it has, then the place of its next one. */
  readonly #next: Int32Array;
  #base = 1;

  constructor(batchMax: number) {
    const bits = Math.ceil(Math.log2(2 * batchMax));
    this.place = new Int32Array(batchMax);
    this.#table = new Float64Array(2 ** bits);
    this.#shift = 32 - bits;
    this.#key = new Float64Array(batchMax);
    this.#next = new Int32Array(batchMax);
  }

  /**
   * Fills `place` for the first n messages.
   * @param topic of each; absent: all the same.
   * @param partition from -1 on, below `partitions`.
   */
  arrange(n: number, topic: Int32Array | undefined, partition: Int32Array, partitions: number): void {
    const { place } = this;
    const table = this.#table;
    const keys = this.#key;
    const next = this.#next;
    const perTopic = partitions + 1;
    const shift = this.#shift;
    const last = table.length - 1;
    const base = this.#base;
    let groups = 0;
    for (let j = 0; j < n; j++) {
      const key = (topic === undefined ? 0 : topic[j]! * perTopic) + partition[j]! + 1;
      // Fibonacci hashing: keys are often equal in their last bits.
      let at = Math.imul(key, 0x9e3779b1) >>> shift;
      let group = table[at]! - base;
      while (group >= 0 && keys[group] !== key) {
        at = (at + 1) & last;
        group = table[at]! - base;
      }
      if (group < 0) {
        group = groups++;
        table[at] = base + group;
        keys[group] = key;
        next[group] = 0;
      }
      next[group]! += 1;
      place[j] = group;
    }
    let first = 0;
    for (let group = 0; group < groups; group++) {
      const count = next[group]!;
      next[group] = first;
      first += count;
    }
    for (let j = 0; j < n; j++) place[j] = next[place[j]!]!++;
    this.#base += groups;
  }
}
