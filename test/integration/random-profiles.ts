/** Profiles drawn at random on the null transport: what features do together, in combinations that nobody thought of. */
import { CounterRng } from '../../src/workload/random.ts';

export type Keys = Readonly<Record<string, unknown>>;

export interface RandomRun {
  /** A profile's document, but for `version` and `name`. */
  readonly document: Keys;
  /** When it is told to stop, ms after its start; absent where all of it ends by itself. */
  readonly stopAfterMs?: number;
}

export class Draws {
  readonly #rng: CounterRng;
  #count = 0;

  constructor(seed: number) {
    this.#rng = new CounterRng(seed, 'random-profiles');
  }

  chance(share: number): boolean {
    return this.#rng.uniform(this.#count++) < share;
  }

  between(min: number, max: number): number {
    return min + this.#rng.below(this.#count++, max - min + 1);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.#rng.below(this.#count++, from.length)]!;
  }
}

/** The same for the same seed; takes about a second. */
export function randomRun(seed: number): RandomRun {
  const draws = new Draws(seed);
  const scenarios = Object.fromEntries(
    Array.from({ length: draws.between(1, 3) }, (_, i) => [`s${i}`, scenario(draws, i)] as const),
  );
  const isEndless = Object.values(scenarios).some(({ duration }) => duration === 'endless');
  const isStopped = isEndless || draws.chance(0.2);
  const nullTransport = {
    latencyMs: draws.pick([0, 1, [1, 5, 20]]),
    ...(draws.chance(0.5) && { failRate: 0.3 }),
    ...(draws.chance(0.3) && { maxAcksPerSec: draws.between(200, 3000) }),
  };
  const document = {
    seed,
    workers: draws.between(1, 3),
    kafka: { 'bootstrap.servers': 'null' },
    nullTransport,
    ...(draws.chance(0.4) && { producer: { 'queue.buffering.max.messages': 300 } }),
    thresholds: { failed: ['rate<=1'] },
    topics: { t: { partitions: draws.between(1, 5) } },
    scenarios,
  };
  return { document, ...(isStopped && { stopAfterMs: draws.between(50, 900) }) };
}

function scenario(draws: Draws, i: number): Keys {
  const workload = draws.pick(['bytes', 'atm', 'atm', 'web-events', 'message-lifecycle']);
  const kind = draws.pick([
    'constant-arrival-rate',
    'ramping-arrival-rate',
    'burst',
    'sine',
    'spike',
    'max-throughput',
  ] as const);
  const isOpen = kind !== 'max-throughput';
  const mayBeEndless = workload !== 'message-lifecycle' && isOpen && kind !== 'ramping-arrival-rate';
  const duration = mayBeEndless && draws.chance(0.2) ? 'endless' : `${draws.between(300, 700)}ms`;
  const isTrailing = workload === 'message-lifecycle';
  const delays = { normalDeliveryTime: '100ms', delayedDeliveryTime: '200ms', alertAfter: '150ms' };
  return {
    workload,
    topic: i === 0 ? 't' : draws.pick(['t', 'u']),
    ...executor(draws, kind, duration),
    ...(isTrailing && { params: { ...delays, maxActiveMessages: 100_000, totalPhoneNumbers: 100_000 } }),
    ...(workload === 'bytes' && { params: { size: draws.between(16, 200) } }),
    ...(workload !== 'bytes' && { format: draws.pick(['avro', 'json']), anomalies: anomalies(draws) }),
    ...(isOpen && !isTrailing && draws.chance(0.4) && { warmup: `${draws.between(1, 150)}ms` }),
    ...(draws.chance(0.3) && { startTime: `${draws.between(0, 300)}ms` }),
    ...(isOpen && draws.chance(0.3) && { overload: { shed: { maxLag: `${draws.between(1, 50)}ms` } } }),
    ...(draws.chance(0.2) && { headers: { source: 'test' } }),
    ...(draws.chance(0.3) && { recordTimestamp: draws.pick(['client', 'intended']) }),
    gracefulStop: draws.pick(['200ms', '1s']),
    // A multiple of any number of workers here.
    ...(isOpen && draws.chance(0.3) && { clients: draws.pick([6, 12]) }),
  };
}

function executor(draws: Draws, kind: string, duration: string): Keys {
  const rate = draws.between(200, 2000);
  switch (kind) {
    case 'constant-arrival-rate':
      return {
        executor: kind,
        rate,
        duration,
        ...(duration !== 'endless' && { arrivals: draws.pick(['uniform', 'poisson']) }),
      };
    case 'ramping-arrival-rate':
      return {
        executor: kind,
        startRate: 50,
        stages: [
          { target: rate, duration },
          { target: 0, duration: '200ms' },
        ],
      };
    case 'burst':
      return { executor: kind, size: draws.between(1, 300), every: `${draws.between(20, 200)}ms`, duration };
    case 'sine':
      return { executor: kind, mean: rate, amplitude: rate * 0.9, period: `${draws.between(50, 400)}ms`, duration };
    case 'spike':
      return {
        executor: kind,
        rate: 100,
        peak: rate,
        at: `${draws.between(0, 200)}ms`,
        rise: draws.pick(['0s', '50ms']),
        hold: '100ms',
        fall: draws.pick(['0s', '50ms']),
        duration,
      };
    default:
      return {
        executor: kind,
        inFlight: draws.between(1, 200),
        ...(draws.chance(0.5) ? { messages: 2000 } : { duration }),
      };
  }
}

function anomalies(draws: Draws): Keys {
  return {
    tombstones: draws.pick([0, 0.05]),
    duplicates: { rate: draws.pick([0, 0.1, 0.5]), within: draws.between(1, 100) },
    late: { rate: draws.pick([0, 0.05]), by: { min: '1m', max: '10m' } },
    malformed: draws.pick([0, 0.05]),
  };
}
