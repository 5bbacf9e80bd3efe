/** The context that a module's functions are given: one object for all records, which notes what they depend on. */
import type { AnyContext } from './load-module.ts';
import { RecordRandom } from './record-random.ts';

export interface ContextFacts {
  readonly seed: number;
  readonly scenario: string;
  readonly params: AnyContext['params'];
  /** Records are used again: they have no index and no time of their own, and asking for one is an error. */
  readonly isPooled?: boolean;
}

export class ModuleContextSource implements AnyContext {
  readonly random: RecordRandom;
  readonly params: AnyContext['params'];
  readonly seed: number;
  readonly scenario: string;
  readonly #isPooled: boolean;
  #index = 0;
  #timestampMs = 0;
  /** What was asked for so far that differs from one use of a pooled record to the next. */
  asked: 'index' | 'timestampMs' | undefined;

  constructor({ seed, scenario, params, isPooled = false }: ContextFacts) {
    this.seed = seed;
    this.scenario = scenario;
    this.params = Object.freeze({ ...params });
    this.#isPooled = isPooled;
    this.random = new RecordRandom(seed, scenario);
  }

  get index(): number {
    this.#note('index');
    return this.#index;
  }

  get timestampMs(): number {
    this.#note('timestampMs');
    return this.#timestampMs;
  }

  /** Itself, as the context of this record. */
  at(index: number, timestampMs: number): this {
    this.#index = index;
    this.#timestampMs = timestampMs;
    this.random.seek(index);
    return this;
  }

  #note(name: 'index' | 'timestampMs'): void {
    if (this.#isPooled)
      throw new Error(`it reads ${name}, which pooled records do not have (set payload: { mode: fresh })`);
    this.asked ??= name;
  }
}
