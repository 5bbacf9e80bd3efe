/** Who is there in a sharded run, as they said themselves. */
import type { OffsetBound } from '../clock-offset.ts';
import { EXIT, LoadError } from '../errors.ts';
import { namedShards } from '../result/shard-words.ts';
import { formatDuration, NS_PER_MS } from '../units.ts';
import type { Hello, Ready } from './messages.ts';

/** In a message. */
const NAMES_MAX = 10;
export const MISSING_HINT =
  'is its process there, and does it reach the same bus with the same --run? --shard-wait is how long it is waited for';

/** A process of the run. */
export interface Present extends Hello {
  isReady: boolean;
  /** Its wall clock less the bus's; null where nothing is known. */
  clockOffset: OffsetBound | null;
}

export interface AttendanceOptions {
  readonly shards: number;
  readonly engineVersion: string;
}

export class Attendance {
  readonly #options: AttendanceOptions;
  /** By shard, in the order in which they began. */
  readonly #present = new Map<number, Present[]>();
  readonly #listeners: ((present: Present) => void)[] = [];

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  /** All that are there, and each when it comes and when it is ready. */
  listen(listener: (present: Present) => void): void {
    for (const all of this.#present.values()) all.forEach(listener);
    this.#listeners.push(listener);
  }

  /** The process that has the shard now. */
  latest(shard: number): Present | undefined {
    return this.#present.get(shard)?.at(-1);
  }

  /** Another process has the shard of this one. */
  isReplaced(shard: number, instance: string): boolean {
    const all = this.#present.get(shard) ?? [];
    return all.some((each) => each.instance === instance) && all.at(-1)?.instance !== instance;
  }

  /** @returns why it cannot be of the same run; undefined where it can. */
  hello(message: Hello): LoadError | undefined {
    const known = this.#present.get(message.shard) ?? [];
    if (known.some(({ instance }) => instance === message.instance)) return undefined;
    const present: Present = { ...message, isReady: false, clockOffset: null };
    const all = [...known, present].toSorted((a, b) => a.sentAtMs - b.sentAtMs);
    this.#present.set(message.shard, all);
    for (const listener of this.#listeners) listener(present);
    const { shards, engineVersion } = this.#options;
    const who = nameOf(present);
    if (message.shards !== shards) return unlike(`${who} is one of ${message.shards} shards, this one of ${shards}`);
    if (message.engineVersion === engineVersion) return undefined;
    return unlike(`${who} is of version ${message.engineVersion}, this one of ${engineVersion}`);
  }

  /** @param planHash what all are to have. @returns why it cannot be of the same run; undefined where it can. */
  ready({ shard, instance, clockOffset, ...ready }: Ready, planHash: string | undefined): LoadError | undefined {
    const present = this.#present.get(shard)?.find((each) => each.instance === instance);
    if (present === undefined) return undefined;
    Object.assign(present, { isReady: true, clockOffset });
    for (const listener of this.#listeners) listener(present);
    if (planHash === undefined || ready.planHash === planHash) return undefined;
    return unlike(`${nameOf(present)} plans another load than shard 0`);
  }

  get isWhole(): boolean {
    return this.#missing().length === 0;
  }

  #missing(): number[] {
    const all = Array.from({ length: this.#options.shards }, (_, shard) => shard);
    return all.filter((shard) => this.latest(shard)?.isReady !== true);
  }

  /** `shards 1–3` */
  missingText(): string {
    return namedShards(this.#missing());
  }

  missingError(waitedMs: number): LoadError {
    const words = this.#missing().map((shard) => {
      const present = this.latest(shard);
      return present === undefined ? `shard ${shard} did not appear` : `${nameOf(present)} is not ready`;
    });
    const left = words.length - NAMES_MAX;
    const shown = left > 0 ? [...words.slice(0, NAMES_MAX), `${left} more`] : words;
    const message = `of ${this.#options.shards} shards ${shown.join(', ')} within ${formatDuration(waitedMs * NS_PER_MS)}`;
    return new LoadError('SHARD_MISSING', message, { hint: MISSING_HINT });
  }
}

export function nameOf({ shard, host }: Pick<Present, 'shard' | 'host'>): string {
  return `shard ${shard} (${host})`;
}

function unlike(message: string): LoadError {
  return new LoadError('SHARDS_DIFFER', message, {
    exitCode: EXIT.badInput,
    hint: 'all shards need the same profile, flags, number of shards and version',
  });
}
