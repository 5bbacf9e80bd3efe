/** What went wrong, by error code: a count, the first moment and one example each. */
import type { ErrorCount } from '../result/measurement.ts';
import { ENGINE_FACILITY, type LogSink, type Transport } from '../transport/transport.ts';

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

export class ErrorLog {
  readonly #transport: Pick<Transport, 'describe'>;
  readonly #onLog: LogSink;
  readonly #counts = new Map<number, { count: number; firstAtNs: number; example: string }>();

  /** @param onLog hears of the first message of each code; the others are counted. */
  constructor(transport: Pick<Transport, 'describe'>, onLog: LogSink = () => {}) {
    this.#transport = transport;
    this.#onLog = onLog;
  }

  /** `index` is the message's; it becomes the example of the first one. */
  add(code: number, nowNs: number, scenario: string, index: number): void {
    const known = this.#counts.get(code);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const { text } = this.#transport.describe(code);
    this.#counts.set(code, { count: 1, firstAtNs: nowNs, example: `${text} (message ${index} of ${scenario})` });
    if (ENDED.has(code)) return;
    const message = `message ${index} of ${scenario} failed: ${text}; more like it are counted`;
    this.#onLog({ level: WARNING, facility: ENGINE_FACILITY, message });
  }

  counts(): ErrorCount[] {
    return [...this.#counts].map(([code, entry]) => ({ code, name: this.#transport.describe(code).name, ...entry }));
  }
}
