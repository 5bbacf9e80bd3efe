/** What the senders of this process did since it started; the monitor knows about all. */
import type { SendResult } from '../../roles/send-result.ts';
import { addTotals, NO_TOTALS, type SenderTotals, withResult } from '../../roles/sender-totals.ts';
import { formatCount, MS_PER_SEC } from '../../units.ts';
import { totalsText } from './role-totals.ts';

export class SenderTally {
  readonly totals = new Map<string, SenderTotals>();
  readonly #now: () => number;
  #notedMs: number;
  #noted = 0;

  constructor(names: readonly string[], now = () => performance.now()) {
    this.#now = now;
    this.#notedMs = now();
    for (const name of names) this.totals.set(name, NO_TOTALS);
  }

  add(result: SendResult): void {
    this.totals.set(result.sender, withResult(this.totals.get(result.sender)!, result));
  }

  /** So far, and how fast since the last time this was asked. */
  progress(): string {
    const { sent, failed } = addTotals(this.totals.values());
    const nowMs = this.#now();
    const perSec = ((sent + failed - this.#noted) * MS_PER_SEC) / (nowMs - this.#notedMs);
    [this.#noted, this.#notedMs] = [sent + failed, nowMs];
    return `${totalsText(this.totals)}, ${formatCount(perSec, 1)}/s now`;
  }
}
