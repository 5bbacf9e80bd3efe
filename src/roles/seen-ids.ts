/** Which messages were counted already: one bit for a message of a run, however many there are. */
import { parseTextMark } from '../workload/encoding/mark.ts';

const PAGE_BITS = 65_536;

export class SeenIds {
  /** By run and scenario, then by page: bit i of page p is message p × PAGE_BITS + i. */
  readonly #pages = new Map<string, Uint32Array>();
  readonly #others = new Set<string>();

  /** False when it was there. */
  add(id: string): boolean {
    const mark = parseTextMark(id);
    return mark === undefined ? this.#addOther(id) : this.#addBit(`${mark.runTag}${mark.scenarioTag}`, mark.index);
  }

  #addOther(id: string): boolean {
    const { size } = this.#others;
    return this.#others.add(id).size > size;
  }

  #addBit(run: string, index: number): boolean {
    const name = `${run} ${Math.floor(index / PAGE_BITS)}`;
    let page = this.#pages.get(name);
    if (page === undefined) {
      page = new Uint32Array(PAGE_BITS / 32);
      this.#pages.set(name, page);
    }
    const bit = index % PAGE_BITS;
    const before = page[bit >>> 5]!;
    page[bit >>> 5] = before | (1 << (bit & 31));
    return page[bit >>> 5] !== before;
  }
}
