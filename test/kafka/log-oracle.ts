/** What kcat finds in a run's topic, held against the run's ledger: counted without any code of ours but the mark's layout. */

import type { VerificationResult } from '../../src/result/reading-result.ts';
import type { Result } from '../../src/result/result.ts';
import { parseBinaryMark, scenarioTag } from '../../src/workload/encoding/mark.ts';
import type { StoredRecord } from './readers.ts';

export type LogCounts = Pick<VerificationResult, 'expected' | 'lost' | 'duplicated' | 'foreign' | 'notAckedInLog'> & {
  /** Records behind a later one of the same partition and producing worker, repeated ones left out. */
  readonly outOfOrder: number;
};

/** @param stored by partition and offset; of a scenario with binary marks */
export function countLog(result: Result, stored: readonly StoredRecord[], scenario = 's'): LogCounts {
  const scheduled = result.scenarios[scenario]!.totals.scheduled + (result.warmup?.totals.scheduled ?? 0);
  const isAcked = new Uint8Array(scheduled).fill(1);
  for (const { scenario: name, from, to, step } of result.ledger.notAcked) {
    if (name !== scenario) continue;
    for (let index = from; index <= to; index += step) isAcked[index] = 0;
  }
  const times = new Uint32Array(scheduled);
  const last = new Map<string, number>();
  let [foreign, outOfOrder] = [0, 0];
  for (const { partition, value } of stored) {
    const mark = value === null ? undefined : parseBinaryMark(value);
    if (mark?.runTag !== result.run.id || mark.scenarioTag !== scenarioTag(scenario)) {
      foreign++;
      continue;
    }
    times[mark.index]!++;
    const order = `${partition} ${mark.index % result.client.workers}`;
    const before = last.get(order) ?? -1;
    if (times[mark.index] === 1 && mark.index < before) outOfOrder++;
    last.set(order, Math.max(before, mark.index));
  }
  const count = (has: (index: number) => boolean) => times.reduce((sum, _, index) => sum + Number(has(index)), 0);
  return {
    expected: count((index) => isAcked[index] === 1),
    lost: count((index) => isAcked[index] === 1 && times[index] === 0),
    duplicated: times.reduce((sum, n) => sum + Math.max(0, n - 1), 0),
    outOfOrder,
    foreign,
    notAckedInLog: count((index) => isAcked[index] === 0 && times[index]! > 0),
  };
}
