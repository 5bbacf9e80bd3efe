/**
 * A client that is only asked: its calls that wait go through koffi's own threads, never blocking this one, and one that
 * gets no answer finds out why.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { timed } from '../../debug.ts';
import { LoadError } from '../../errors.ts';
import { type Client, closeClientAsync, EVENT, openClient } from './client.ts';
import { callAsync, librdkafka, type Pointer } from './library.ts';
import { diagnose } from './reachability.ts';

const CODE = { timedOut: -185, allBrokersDown: -187, authentication: -169 } as const;
const ANSWER_POLL_MS = 5;
/** After its own time-out a call is back; one that is not waits by a clock that was set back. */
const LATE_MS = 1_000;
const STUCK = Symbol('stuck');
/** How librdkafka names a broker in its errors: `host:port/id` by its metadata, `host:port/bootstrap` by our properties. */
const ADVERTISED = /^\S+\/\d+: /;
export const ADVERTISED_HINT =
  'clients are sent to the address in advertised.listeners of the broker: set it to one that this machine can reach';

export class AdminClient {
  readonly #rd = librdkafka();
  readonly #client: Client;
  readonly #properties: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  /** A call did not come back: freeing the client under it is left to the end of the process. */
  #isStuck = false;

  constructor(properties: Readonly<Record<string, string>>, timeoutMs: number) {
    this.#client = openClient({ ...properties, 'allow.auto.create.topics': 'true' }, EVENT.log | EVENT.error);
    this.#properties = properties;
    this.#timeoutMs = timeoutMs;
  }

  get handle(): Pointer {
    return this.#client.handle;
  }

  /** Its threads wait for each other by the wall clock as they end: on a thread of koffi's, and not for long. */
  async close(): Promise<void> {
    if (this.#isStuck) return;
    await Promise.race([closeClientAsync(this.#client), sleep(LATE_MS, undefined, { ref: false })]);
  }

  /** A C function that waits up to the time-out, by the wall clock: if that was set back meanwhile, it is left alone. */
  async call<T>(...[fn, ...args]: Parameters<typeof callAsync<T>>): Promise<T> {
    const late = sleep(this.#timeoutMs + LATE_MS, STUCK, { ref: false });
    const answer = await Promise.race([callAsync<T>(fn, ...args), late]);
    if (answer !== STUCK) return answer;
    this.#isStuck = true;
    throw await this.unreachable();
  }

  /** One admin request and its answer, which the caller destroys. */
  async ask(what: string, send: (queue: Pointer) => void, timeoutMs = this.#timeoutMs): Promise<Pointer> {
    const queue: Pointer = this.#rd.queueNew(this.#client.handle);
    try {
      send(queue);
      const event = await timed(`cluster: ${what}`, () => this.#answer(queue, timeoutMs));
      if (event === null) throw await this.unreachable();
      const code = this.#rd.eventError(event);
      if (code !== 0) {
        const text = this.#rd.eventErrorText(event);
        this.#rd.eventDestroy(event);
        throw new LoadError('ADMIN', `the cluster refuses an administrative request: ${text}`);
      }
      return event;
    } finally {
      this.#rd.queueDestroy(queue);
    }
  }

  async #answer(queue: Pointer, timeoutMs: number): Promise<Pointer | null> {
    const endMs = performance.now() + timeoutMs;
    for (;;) {
      const event = this.#rd.queuePoll(queue, 0);
      if (event !== null || performance.now() > endMs) return event;
      await sleep(ANSWER_POLL_MS);
    }
  }

  /** @param scope of `all` topics, or of `topic` alone; `topic` may be null, for the brokers alone. */
  async metadata<T>(scope: 'all' | 'topic', topic: Pointer | null, read: (metadata: Pointer) => T): Promise<T> {
    const found: [Pointer | null] = [null];
    const all = scope === 'all' ? 1 : 0;
    const asked = () => this.call<number>(this.#rd.metadata, this.#client.handle, all, topic, found, this.#timeoutMs);
    const code = await timed('cluster: metadata', asked);
    if (code !== 0 || found[0] === null) throw await this.unreachable(code);
    try {
      return read(found[0]);
    } finally {
      this.#rd.metadataDestroy(found[0]);
    }
  }

  /** Why nobody can be reached: what the brokers say when asked by hand, else the last error that the client logged. */
  async unreachable(code: number = CODE.timedOut): Promise<LoadError> {
    let reason: string = this.#rd.errorText(code);
    let isAuthentication = code === CODE.authentication;
    for (;;) {
      const event = this.#rd.queuePoll(this.#client.queue, 0);
      if (event === null) break;
      if (this.#rd.eventType(event) === EVENT.error) {
        const error = this.#rd.eventError(event);
        if (error !== CODE.allBrokersDown) reason = this.#rd.eventErrorText(event);
        isAuthentication ||= error === CODE.authentication;
      }
      this.#rd.eventDestroy(event);
    }
    const servers = this.#properties['bootstrap.servers'];
    const diagnosis = await diagnose(this.#properties);
    if (diagnosis !== undefined) {
      const { message, hint } = diagnosis;
      return new LoadError(isAuthentication ? 'AUTHENTICATION' : 'BROKER_UNREACHABLE', message, { hint });
    }
    return isAuthentication
      ? new LoadError('AUTHENTICATION', `the broker refuses the login: ${reason}`, {
          hint: 'check security.protocol, sasl.mechanism, sasl.username and sasl.password',
        })
      : new LoadError('BROKER_UNREACHABLE', `no broker of ${servers} answers: ${reason}`, {
          hint: ADVERTISED.test(reason)
            ? ADVERTISED_HINT
            : 'is it running, is the address right, does security.protocol fit the listener?',
        });
  }
}
