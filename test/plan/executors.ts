/** Executors drawn for the planner's property tests: a steady rate, or bursts. */
import fc from 'fast-check';
import type { OpenProfile } from '../../src/executors/table.ts';

const SEC = 1e9;

/** Bounds that keep the messages of a property's slow twin to some thousands. */
export interface ExecutorBounds {
  readonly ratePerSec: { readonly min: number; readonly max: number };
  readonly sizeMax: number;
  readonly steadyNsMax: number;
  readonly burstsNsMax: number;
}

export function steadyOrBursts(bounds: ExecutorBounds): fc.Arbitrary<OpenProfile> {
  return fc.oneof(
    fc.record({
      kind: fc.constant('constant-arrival-rate' as const),
      ratePerSec: fc.double({ ...bounds.ratePerSec, noNaN: true }),
      durationNs: fc.integer({ min: 3 * SEC, max: bounds.steadyNsMax }),
    }),
    fc.record({
      kind: fc.constant('burst' as const),
      size: fc.integer({ min: 1, max: bounds.sizeMax }),
      everyNs: fc.integer({ min: SEC / 2, max: 6 * SEC }),
      durationNs: fc.integer({ min: SEC, max: bounds.burstsNsMax }),
    }),
  );
}
