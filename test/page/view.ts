/** A run as the charts see it, for tests to bend. */
import type { RunView } from '../../src/page/run-view.ts';
import type { SecondRow } from '../../src/recorder/second-row.ts';
import { secondRow } from '../recorder/second-row.ts';

export function view(overrides: Partial<RunView> = {}): RunView {
  return {
    rows: seconds(10),
    latencies: null,
    phases: { warmup: 0, load: 10, drain: 0 },
    events: [],
    outages: [],
    curves: [],
    inFlightMax: null,
    resolutionP99Us: null,
    limits: [],
    errors: [],
    scenarios: {},
    ...overrides,
  };
}

export function seconds(count: number, of: (second: number) => Partial<SecondRow> = () => ({})): SecondRow[] {
  return Array.from({ length: count }, (_, second) => secondRow({ second, ...of(second) }));
}
