/** Which messages were counted already: one bit for a message of a run, however many there are. */
import { IndexSet } from '../index-set.ts';
import { parseTextMark } from '../workload/encoding/mark.ts';

export class SeenIds {
  /** By run and scenario. */
  readonly #runs = new Map<string, IndexSet>();
  readonly #others = new Set<string>();

  /** False when it was there. */
  add(id: string): boolean {
    const mark = parseTextMark(id);
    return mark === undefined ? this.#addOther(id) : this.#indexesOf(mark.runTag + mark.scenarioTag).add(mark.index);
  }

  #addOther(id: string): boolean {
    const { size } = this.#others;
    return this.#others.add(id).size > size;
  }

  #indexesOf(run: string): IndexSet {
    const indexes = this.#runs.get(run) ?? new IndexSet();
    this.#runs.set(run, indexes);
    return indexes;
  }
}
