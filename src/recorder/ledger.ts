/**
 * Which of a lane's messages were not acknowledged, as ranges of local numbers k (index = worker + k · workers). Runs of
 * failures are one entry; when the entries fill up they are sorted and joined, and only if that does not help either is
 * the ledger incomplete, which it says.
 */
import type { LedgerRange } from './measurement.ts';

export type LedgerStatus = LedgerRange['status'];

export const NOT_ACKED: readonly LedgerStatus[] = [
  'shed',
  'unsent',
  'not-persisted',
  'possibly-persisted',
  'persisted',
];
const ENTRIES_MAX = 100_000;

interface Entry {
  from: number;
  to: number;
  status: number;
}

export class Ledger<Status extends string> {
  #entries: Entry[] = [];
  #complete = true;
  readonly #entriesMax: number;
  readonly #statuses: readonly Status[];

  constructor(statuses: readonly Status[], entriesMax = ENTRIES_MAX) {
    this.#statuses = statuses;
    this.#entriesMax = entriesMax;
  }

  get complete(): boolean {
    return this.#complete;
  }

  /** Local numbers from..to, both included. */
  add(from: number, to: number, status: Status): void {
    const code = this.#statuses.indexOf(status);
    const last = this.#entries.at(-1);
    if (last !== undefined && last.status === code && from === last.to + 1) {
      last.to = to;
      return;
    }
    if (this.#entries.length >= this.#entriesMax) {
      if (!this.#complete) return;
      this.#entries = joined(this.#entries);
      // Joining costs a sort: not again for every entry when it freed next to nothing.
      if (this.#entries.length > this.#entriesMax / 2) {
        this.#complete = false;
        return;
      }
    }
    this.#entries.push({ from, to, status: code });
  }

  /** The ranges in order of index, joined; indexes are global. */
  ranges(
    scenario: string,
    worker: number,
    workers: number,
  ): (Omit<LedgerRange, 'status'> & { readonly status: Status })[] {
    return joined(this.#entries).map(({ from, to, status }) => ({
      scenario,
      from: worker + from * workers,
      to: worker + to * workers,
      step: workers,
      status: this.#statuses[status]!,
    }));
  }
}

function joined(entries: readonly Entry[]): Entry[] {
  const sorted = entries.toSorted((a, b) => a.from - b.from);
  const result: Entry[] = [];
  for (const entry of sorted) {
    const last = result.at(-1);
    if (last !== undefined && last.status === entry.status && entry.from === last.to + 1) last.to = entry.to;
    else result.push({ ...entry });
  }
  return result;
}
