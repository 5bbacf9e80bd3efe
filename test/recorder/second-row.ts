import type { SecondRow } from '../../src/recorder/second-row.ts';

/** A second in which nothing happened, with what the test gives. */
export function secondRow(row: Partial<SecondRow> = {}): SecondRow {
  return {
    ...{ second: 0, scheduled: 0, sent: 0, acked: 0, failed: 0, inFlight: 0, cpuPct: 0 },
    ...{ p50: null, p90: null, p99: null, p999: null, max: null, scheduleLagP99: null },
    ...{ loopCpuPct: null, clientCpuPct: null, mainCpuPct: null },
    ...row,
  };
}
