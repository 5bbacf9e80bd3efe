/**
 * Why a client sends messages again. A message that times out in the end reports only that; the errors before it stand
 * in librdkafka's debug lines of context `msg` alone, one for each request, which are too many to read at speed. So the
 * context is on and its lines are off, but for the time when messages wait in vain: then one error is read a second.
 */
import type { ErrorDescription } from '../transport.ts';
import { librdkafka, type Pointer } from './library.ts';

/** Context of a client whose profile asks for no debug lines. */
export const RETRY_DEBUG = 'msg';
/** Syslog's info and debug. */
const QUIET = 6;
const LISTENING = 7;
/** rdkafka_request.c, rd_kafka_handle_Produce_error. */
const FACILITY = 'MSGSET';
/** The least of librdkafka's own error codes, and well above the last of Kafka's. */
const CODE_MIN = -200;
const CODE_MAX = 200;
const ERROR = /encountered error: (.+) \(actions /;

export class RetryErrors {
  /** The last one; none once messages are delivered again and none expires. */
  last: ErrorDescription | undefined;
  readonly #handle: Pointer;
  #delivered = 0;
  #expired = 0;

  constructor(handle: Pointer) {
    this.#handle = handle;
    this.#listen(false);
  }

  /** With each statistics event: messages delivered and expired so far, and how many wait in the client now. */
  note(delivered: number, expired: number, waiting: number): void {
    if (delivered > this.#delivered && expired === this.#expired) this.last = undefined;
    this.#listen(expired > this.#expired || (waiting > 0 && delivered === this.#delivered));
    this.#delivered = delivered;
    this.#expired = expired;
  }

  /** A debug line of the client. */
  hear(facility: string, message: string): void {
    const text = facility === FACILITY ? ERROR.exec(message)?.[1] : undefined;
    if (text === undefined) return;
    this.last = describe(text);
    this.#listen(false);
  }

  #listen(on: boolean): void {
    librdkafka().setLogLevel(this.#handle, on ? LISTENING : QUIET);
  }
}

/** The error whose text this is: the debug line has no code. */
function describe(text: string): ErrorDescription {
  const rd = librdkafka();
  for (let code = CODE_MIN; code <= CODE_MAX; code++) {
    if (rd.errorText(code) === text) return { name: rd.errorName(code), text };
  }
  return { name: text, text };
}
