/** What the senders of this process did since it started; the monitor knows about all. */
import { PROCESSING_BOUNDS_SEC, type SenderReading } from '../../report/sender-metrics.ts';
import { addTotals, type SenderTotals, type SendResult } from '../../roles/metrics-store.ts';
import { formatCount } from '../../units.ts';
import { totalsText } from './role-totals.ts';

export class SenderTally {
  readonly totals = new Map<string, SenderTotals>();
  readonly #atOrBelow = new Map<string, number[]>();
  readonly #now: () => number;
  #saidMs: number;
  #said = 0;

  constructor(names: readonly string[], now = () => performance.now()) {
    this.#now = now;
    this.#saidMs = now();
    for (const name of names) {
      this.totals.set(name, { sent: 0, failed: 0, processingUs: 0 });
      this.#atOrBelow.set(
        name,
        PROCESSING_BOUNDS_SEC.map(() => 0),
      );
    }
  }

  add({ sender, outcome, processingUs }: SendResult): void {
    const before = this.totals.get(sender)!;
    const totals = { ...before, [outcome]: before[outcome] + 1, processingUs: before.processingUs + processingUs };
    this.totals.set(sender, totals);
    const counts = this.#atOrBelow.get(sender)!;
    PROCESSING_BOUNDS_SEC.forEach((bound, i) => {
      if (processingUs <= bound * 1e6) counts[i]! += 1;
    });
  }

  /** So far, and how fast since the last time this was asked. */
  progress(): string {
    const { sent, failed } = addTotals(this.totals.values());
    const nowMs = this.#now();
    const perSec = ((sent + failed - this.#said) * 1000) / (nowMs - this.#saidMs);
    [this.#said, this.#saidMs] = [sent + failed, nowMs];
    return `${totalsText(this.totals)}, ${formatCount(perSec, 1)}/s now`;
  }

  readings(): SenderReading[] {
    return [...this.totals].map(([sender, totals]) => {
      return { sender, ...totals, atOrBelow: this.#atOrBelow.get(sender)! };
    });
  }
}
