/** The context passed to a module's functions: one reused object that tracks what records depend on. */
import type { AnyContext } from './load-module.ts';
import { RecordRandom } from './record-random.ts';

export interface ContextFacts {
  readonly seed: number;
  readonly scenario: string;
  readonly params: AnyContext['params'];
  /** Pooled records have no index or time of their own: accessing either is an error. */
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
  /** Accessed so far: inputs that differ between uses of a pooled record. */
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

  /** Returns itself, set to this record. */
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
