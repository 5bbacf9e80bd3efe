/** Public API for workload modules in TypeScript or JavaScript. */
import type { RecordRandom } from './record-random.ts';

/** A parameter's default, alone or with its description; its type is that of the default. */
export type ParameterSpec = ParameterValue | { readonly default: ParameterValue; readonly description?: string };
export type ParameterValue = string | number | boolean;

type Widened<V> = V extends string ? string : V extends number ? number : boolean;
type ValueOf<S> = S extends { readonly default: infer V } ? Widened<V> : Widened<S>;

/** The complete input of a record: the same context gives the same record. */
export interface ModuleContext<Params extends Readonly<Record<string, ParameterSpec>> = Record<never, never>> {
  /** Position of the record in the scenario, from 0. */
  readonly index: number;
  /** When the record is due on the run's clock, ms since 1970. */
  readonly timestampMs: number;
  /** Random values of this record, by name. */
  readonly random: RecordRandom;
  readonly params: { readonly [Name in keyof Params]: ValueOf<Params[Name]> };
  readonly seed: number;
  /** The scenario's name in the profile. */
  readonly scenario: string;
}

export interface WorkloadSpec<Params extends Readonly<Record<string, ParameterSpec>> = Record<never, never>> {
  /** One sentence. */
  readonly description?: string;
  /** Avro record schema of the values; without one records are JSON only. */
  readonly schema?: object;
  /** Parameters by name; they become profile keys and flags. */
  readonly params?: Params;
  /** Topic if the profile names none; the module's name by default. */
  readonly topic?: string;
  /** The record's key; absent: no key, unless the profile sets one. */
  readonly key?: (context: ModuleContext<Params>) => string | Uint8Array | null;
  readonly value: (context: ModuleContext<Params>) => object;
  /** A top-level string field that the engine fills with a unique id, which identifies the record. */
  readonly id?: string;
  /** Max bytes of an encoded value; 65,536 by default. */
  readonly maxBytes?: number;
}

/** Works across several copies of this package. */
export const DEFINED = Symbol.for('kafka-load-engine/workload');

export interface DefinedWorkload {
  readonly [DEFINED]: true;
  readonly spec: unknown;
}

/**
 * Defines a workload, as the default export of a module that a profile names: `workload: ./orders.ts`. `key` and
 * `value` are pure functions of their context: any worker makes any record, in any order.
 */
export function defineWorkload<const Params extends Readonly<Record<string, ParameterSpec>> = Record<never, never>>(
  spec: WorkloadSpec<Params>,
): DefinedWorkload {
  return { [DEFINED]: true, spec };
}
