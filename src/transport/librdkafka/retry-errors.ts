/**
 * Why a client sends messages again. A message that times out in the end reports only that; the errors before it stand
 * in librdkafka's debug lines of context `msg` alone, one for each request, which are too many to read at speed. So the
 * context is on and its lines are off, but for the time when messages wait in vain: then one error is read a second.
 */
import { librdkafka, type Pointer } from './library.ts';

/** Context of a client whose profile asks for no debug lines. */
export const RETRY_DEBUG = 'msg';
/** Syslog's info and debug. */
const QUIET = 6;
const LISTENING = 7;
/** rdkafka_request.c, rd_kafka_handle_Produce_error. */
const FACILITY = 'MSGSET';
const ERROR = /encountered error: (.+) \(actions /;

export class RetryErrors {
  /** librdkafka's text of the last one. */
  last: string | undefined;
  readonly #handle: Pointer;
  #delivered = 0;
  #expired = 0;

  constructor(handle: Pointer) {
    this.#handle = handle;
    this.#listen(false);
  }

  /** With each statistics event: messages delivered and expired so far, and how many wait in the client now. */
  note(delivered: number, expired: number, waiting: number): void {
    this.#listen(expired > this.#expired || (waiting > 0 && delivered === this.#delivered));
    this.#delivered = delivered;
    this.#expired = expired;
  }

  /** A debug line of the client. */
  hear(facility: string, message: string): void {
    const text = facility === FACILITY ? ERROR.exec(message)?.[1] : undefined;
    if (text === undefined) return;
    this.last = text;
    this.#listen(false);
  }

  #listen(on: boolean): void {
    librdkafka().setLogLevel(this.#handle, on ? LISTENING : QUIET);
  }
}
