/** What went wrong, by error code: a count, the first moment and one example each. */

import { ENGINE_FACILITY, type ErrorDescription, type LogSink, type Transport } from '../transport/transport.ts';
import { NS_PER_SEC } from '../units.ts';
import type { ErrorCount } from './measurement.ts';

/** librdkafka's local error codes that the engine acts on (rdkafka.h, rd_kafka_resp_err_t). */
export const LOCAL_ERROR = {
  purgeQueue: -152,
  purgeInFlight: -151,
  queueFull: -184,
  unknownTopic: -188,
  unknownPartition: -190,
  timedOut: -192,
} as const;

const UNKNOWN_TOPIC_OR_PARTITION = 3;
const MESSAGE_TOO_LARGE = 10;

/** The topic was deleted or never there: going on would only look like a slow broker. */
export function isTopicGone(code: number): boolean {
  return (
    code === UNKNOWN_TOPIC_OR_PARTITION || code === LOCAL_ERROR.unknownTopic || code === LOCAL_ERROR.unknownPartition
  );
}

/** What is taken from librdkafka's queues at the end did not fail: the run was over. */
const ENDED: ReadonlySet<number> = new Set([LOCAL_ERROR.purgeQueue, LOCAL_ERROR.purgeInFlight]);
/** Syslog's warning. */
const WARNING = 4;

export interface ErrorSource {
  readonly scenario: string;
  readonly lane: number;
  readonly topic: string;
}

interface Entry {
  readonly code: number;
  readonly by: ErrorCount['by'];
  count: number;
  readonly firstAtNs: number;
  readonly seconds: [second: number, count: number][];
  readonly index: number;
  /** Of one that timed out: what it was sent again for, as far as it was known when the last one did. */
  behind?: ErrorDescription | undefined;
}

export class ErrorLog {
  readonly #source: ErrorSource;
  readonly #transport: Pick<Transport, 'describe' | 'lastRetry'>;
  readonly #onLog: LogSink;
  readonly #cells: Float64Array | undefined;
  /** The same code may come from both. */
  readonly #entries: Readonly<Record<ErrorCount['by'], Map<number, Entry>>> = { client: new Map(), broker: new Map() };

  /**
   * @param onLog hears of the first message of each code; the others are counted.
   * @param cells of its worker (`errorCells`): what is known of errors while the run goes on.
   */
  constructor(
    source: ErrorSource,
    transport: Pick<Transport, 'describe' | 'lastRetry'>,
    onLog: LogSink = () => {},
    cells?: Float64Array,
  ) {
    this.#source = source;
    this.#transport = transport;
    this.#onLog = onLog;
    this.#cells = cells;
  }

  /** `index` is the message's; it becomes the example of the first one. `isRefused`: the client did not take it. */
  add(code: number, nowNs: number, index: number, isRefused: boolean): void {
    if (this.#cells !== undefined) countCode(this.#cells, code);
    const by = isRefused || code < 0 ? 'client' : 'broker';
    const entries = this.#entries[by];
    const known = entries.get(code);
    const behind = code === LOCAL_ERROR.timedOut ? this.#transport.lastRetry?.(this.#source.lane) : undefined;
    if (known !== undefined) {
      known.count += 1;
      countIn(known.seconds, nowNs);
      known.behind = behind ?? known.behind;
      return;
    }
    const entry: Entry = { code, by, count: 1, firstAtNs: nowNs, seconds: [], index, behind };
    countIn(entry.seconds, nowNs);
    entries.set(code, entry);
    if (ENDED.has(code)) return;
    const message = `message ${index} of ${this.#source.scenario} failed: ${this.#reason(entry)}; more like it are counted`;
    this.#onLog({ level: WARNING, facility: ENGINE_FACILITY, message });
  }

  counts(): ErrorCount[] {
    return Object.values(this.#entries).flatMap((entries) =>
      [...entries.values()].map((entry): ErrorCount => {
        const { code, by, count, firstAtNs, seconds, index } = entry;
        // It may have been heard after the last one.
        if (code === LOCAL_ERROR.timedOut) entry.behind ??= this.#transport.lastRetry?.(this.#source.lane);
        const { name } = this.#transport.describe(code);
        const example = `${this.#reason(entry)} (message ${index} of ${this.#source.scenario})`;
        return { code, by, name, count, firstAtNs, seconds, example };
      }),
    );
  }

  /** What librdkafka says of the code, who says it and which property is behind it. */
  #reason({ code, by, behind }: Entry): string {
    const { text } = this.#transport.describe(code);
    if (behind !== undefined) return `${text}, after ${describeError(behind)}`;
    if (code !== MESSAGE_TOO_LARGE) return text;
    return by === 'client'
      ? 'the client refuses it: above message.max.bytes'
      : `the broker refuses it: record or batch above max.message.bytes of topic ${this.#source.topic}`;
  }
}

function countCode(cells: Float64Array, code: number): void {
  for (let at = 0; at < cells.length; at += 2) {
    if (cells[at] === 0) cells[at] = code;
    if (cells[at] !== code) continue;
    cells[at + 1]! += 1;
    return;
  }
}

/** Reports come in the order of time, a batch of them at one moment. */
function countIn(seconds: [second: number, count: number][], nowNs: number): void {
  const second = Math.floor(nowNs / NS_PER_SEC);
  const last = seconds.at(-1);
  if (last !== undefined && last[0] >= second) last[1] += 1;
  else seconds.push([second, 1]);
}

function describeError({ name, text }: ErrorDescription): string {
  return name === text ? text : `${name} (${text})`;
}
