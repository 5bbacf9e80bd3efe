/** What was worked out of a page of indexes, for those used last. */
export class RecentPages<T> {
  readonly #max: number;
  readonly #read: (page: number) => T;
  /** In the order of their last use. */
  readonly #pages = new Map<number, T>();
  #number = -1;
  #page: T | undefined;

  constructor(max: number, read: (page: number) => T) {
    this.#max = max;
    this.#read = read;
  }

  get(number: number): T {
    if (number === this.#number) return this.#page!;
    let page = this.#pages.get(number);
    if (page === undefined) page = this.#read(number);
    else this.#pages.delete(number);
    this.#pages.set(number, page);
    if (this.#pages.size > this.#max) this.#pages.delete(this.#pages.keys().next().value!);
    this.#number = number;
    this.#page = page;
    return page;
  }
}
