/** Where some fields of a record are in its bytes, whoever wrote them: what a finder fills in, record by record. */

export class Spans {
  /** By field, as they were asked for: its first byte, or -1 where the record is without it; and its end. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** The fields that the record has, as they end one after another: the first `count`. */
  readonly found: Int32Array;
  count = 0;

  /** @param fields how many are asked for. */
  constructor(fields: number) {
    this.from = new Int32Array(fields).fill(-1);
    this.to = new Int32Array(fields);
    this.found = new Int32Array(fields);
  }

  clear(): void {
    for (let i = 0; i < this.from.length; i++) this.from[i] = -1;
    this.count = 0;
  }

  add(field: number, from: number, to: number): void {
    this.from[field] = from;
    this.to[field] = to;
    this.found[this.count++] = field;
  }

  has(field: number): boolean {
    return this.from[field]! >= 0;
  }
}

/** Adds the fields of the record that starts at `at`. */
export type SpanFinder = (bytes: Uint8Array, at: number) => void;

/** Whether one of the paths leads to this place or into it. */
export function leadsInto(paths: readonly string[], place: string): boolean {
  return place === '' || paths.some((path) => path === place || path.startsWith(`${place}.`));
}

/** Whether what stands from … to is exactly this. */
export function holds(bytes: Uint8Array, from: number, to: number, wanted: Uint8Array): boolean {
  if (to - from !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[from + i] !== wanted[i]) return false;
  return true;
}
