/**
 * What an executor is made of: an arrival model's keys in the profile, what they mean once units are gone, and when its
 * messages are due. Each is one file of this folder and one line of table.ts.
 */
import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import type { SegmentShape } from '../schedule/segment.ts';
import { duration } from '../value-schema.ts';

/** `at` is relative to the scenario. */
export interface ExecutorProblem extends Omit<Problem, 'place' | 'path'> {
  readonly at: Path;
}

type Path = readonly (string | number)[];

export interface DecodeContext {
  /** Of the profile: paths start there. */
  readonly directory: string;
  readonly timeUnitNs: number;
  /** A rate without a unit of its own counts against the scenario's `timeUnit`. */
  perSec(rate: string | number): number;
  report(problem: ExecutorProblem): void;
  /** Runs a parser that throws InputError: its problems are reported at `at`, undefined is returned. */
  attempt<T>(at: Path, parse: () => T): T | undefined;
}

export interface EncodeContext {
  /** As `perSec` of DecodeContext reads it back. */
  rate(perSec: number): number | string;
  /** The key `timeUnit` where it is not the default. */
  readonly timeUnit: { readonly timeUnit?: string };
}

/** @typeParam P the executor in a Profile: plain data, rates per second and times in ns. */
interface ExecutorBase<P extends { readonly kind: string }, Keys extends z.ZodRawShape> {
  readonly kind: P['kind'];
  /** One line. */
  readonly description: string;
  /** Its own keys, flat in the scenario as k6 has them. */
  readonly keys: Keys;
  /** Markdown for docs/profile.md, below the table of keys. */
  readonly note?: string;
  /** Lines of YAML for starter profiles; they load as they are. */
  readonly example: readonly string[];
  /** Units gone, alternatives resolved, contradictions reported; undefined where there is no sense in going on. */
  decode(input: z.output<z.ZodObject<Keys>>, context: DecodeContext): P | undefined;
  /** What `check` finds is reported after `decode`, and again for a profile that flags have changed. */
  check?(profile: P): readonly ExecutorProblem[];
  /** The keys again, such that `decode` gives the same profile. */
  encode(profile: P, context: EncodeContext): Readonly<Record<string, unknown>>;
  /** Cut or extended to a time, for `-t`; undefined where it is longer and there is no rate to go on with. */
  resize(profile: P, durationNs: number): P | undefined;
  /** For `-t endless`; absent or undefined where it has to have an end. */
  withoutEnd?(profile: P): P | undefined;
  /** How fast it is, in words: `500/h`, `up to 100/s`. */
  pace(profile: P, rate: (perSec: number) => string): string;
}

/** Messages are due by the clock. Duration and count follow from the shapes. */
export interface OpenExecutor<P extends { readonly kind: string }, Keys extends z.ZodRawShape>
  extends ExecutorBase<P, Keys> {
  readonly model: 'open';
  /** Whether there is a rate at which Poisson arrivals can be drawn; bursts have none. */
  readonly hasRate: boolean;
  /** The pieces of the rate, in order of time from 0 on and without gaps; those of no duration are left out. */
  shapes(profile: P): SegmentShape[];
}

/** The next message goes out when the in-flight window allows. */
export interface ClosedExecutor<P extends ClosedLoop, Keys extends z.ZodRawShape> extends ExecutorBase<P, Keys> {
  readonly model: 'closed';
}

/** At least one of durationNs and messages is given; inFlight is the total over all workers. */
export interface ClosedLoop {
  readonly kind: string;
  readonly durationNs?: number;
  readonly messages?: number;
  readonly inFlight?: number;
}

export type Executor<P extends { readonly kind: string }, Keys extends z.ZodRawShape = z.ZodRawShape> =
  | OpenExecutor<P, Keys>
  | ClosedExecutor<P & ClosedLoop, Keys>;

export const timeUnit = duration({ positive: true })
  .optional()
  .describe(
    'What a rate without a unit of its own counts against, here and in `-r`; 1s when absent. `rate: 600, timeUnit: 1m` is 10/s.',
  );
