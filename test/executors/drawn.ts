/** Executors drawn for property tests, and factors for them; as large as a slow twin can follow. */
import fc from 'fast-check';
import type { OpenProfile } from '../../src/executors/table.ts';
import type { FactorPiece } from '../../src/schedule/multipliers.ts';

const SEC = 1e9;

export type OpenKind = OpenProfile['kind'];
export type ProfileOf<Kind extends OpenKind> = Extract<OpenProfile, { readonly kind: Kind }>;
export type Drawn<Kind extends OpenKind> = fc.Arbitrary<ProfileOf<Kind>>;

export const duration = fc.integer({ min: 1, max: 20 * SEC });
export const rate = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.double({ min: 0.01, max: 300, noNaN: true }),
  fc.constantFrom(33.3, 0.1),
);
export const rateOrZero = fc.oneof({ weight: 3, arbitrary: rate }, { weight: 1, arbitrary: fc.constant(0) });

export const constant: Drawn<'constant-arrival-rate'> = fc.record({
  kind: fc.constant('constant-arrival-rate' as const),
  ratePerSec: rate,
  durationNs: duration,
});

export const ramp: Drawn<'ramping-arrival-rate'> = fc.record({
  kind: fc.constant('ramping-arrival-rate' as const),
  startRatePerSec: rateOrZero,
  stages: fc
    .array(fc.record({ targetPerSec: rateOrZero, durationNs: fc.oneof(fc.constant(0), fc.constant(SEC), duration) }), {
      minLength: 1,
      maxLength: 6,
    })
    .filter((stages) => stages.some(({ durationNs }) => durationNs > 0)),
});

export const sine: Drawn<'sine'> = fc
  .record({
    meanPerSec: rate,
    depth: fc.double({ min: 0, max: 1, noNaN: true }),
    periodNs: duration,
    durationNs: duration,
  })
  .map(({ meanPerSec, depth, ...rest }) => ({
    kind: 'sine',
    meanPerSec,
    amplitudePerSec: meanPerSec * depth,
    ...rest,
  }));

export const replay: Drawn<'replay'> = fc
  .array(fc.record({ skip: fc.integer({ min: 1, max: 3 }), ratePerSec: rateOrZero }), { minLength: 1, maxLength: 12 })
  .map((steps) => {
    let second = -1;
    const rows = steps.map(({ skip, ratePerSec }) => {
      second += skip;
      return { second, ratePerSec };
    });
    return { kind: 'replay', rows };
  });

export const burst: Drawn<'burst'> = fc.record({
  kind: fc.constant('burst' as const),
  size: fc.integer({ min: 1, max: 300 }),
  everyNs: fc.integer({ min: SEC / 10, max: 5 * SEC }),
  durationNs: duration,
});

const spikePart = fc.oneof(fc.constant(0), fc.constant(SEC), fc.integer({ min: 1, max: 6 * SEC }));
export const spike: Drawn<'spike'> = fc
  .record({
    kind: fc.constant('spike' as const),
    basePerSec: rateOrZero,
    higherPerSec: rate,
    where: fc.double({ min: 0, max: 1, noNaN: true }),
    riseNs: spikePart,
    holdNs: spikePart,
    fallNs: spikePart,
    durationNs: duration,
  })
  .filter(({ riseNs, holdNs, fallNs }) => riseNs + holdNs + fallNs > 0)
  .map(({ higherPerSec, where, ...rest }) => ({
    ...rest,
    peakPerSec: rest.basePerSec + higherPerSec,
    atNs: Math.floor(where * rest.durationNs),
  }));

export const smooth: fc.Arbitrary<OpenProfile> = fc.oneof(constant, ramp, sine, replay);

/** Undefined, or the first factor and where others follow: ns from the one before. */
type Factors = readonly { readonly factor: number; readonly gapNs: number }[] | undefined;

export const factors: fc.Arbitrary<Factors> = fc.option(
  fc.array(
    fc.record({
      factor: fc.oneof(fc.constantFrom(0, 0.25, 1, 1.5), fc.double({ min: 0, max: 3, noNaN: true })),
      gapNs: fc.oneof(fc.constant(SEC), fc.integer({ min: 1, max: 8 * SEC })),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  { nil: undefined },
);

export function piecesFrom(startNs: number, factors: Factors): { factors?: FactorPiece[] } {
  if (factors === undefined) return {};
  let at = startNs;
  return {
    factors: factors.map(({ factor, gapNs }, i) => {
      at += i === 0 ? 0 : gapNs;
      return { startNs: at, factor };
    }),
  };
}
