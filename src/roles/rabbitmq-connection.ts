/** A connection to RabbitMQ that comes back when it is lost, or says for good why it cannot. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Channel, type ChannelModel, connect, IllegalOperationError, type RecoveringChannelModel } from 'amqplib';
import { connectionReason } from '../connection-error.ts';
import { LoadError } from '../errors.ts';
import { MS_PER_SEC } from '../units.ts';
import type { BackEndOptions } from './queue.ts';
import type { ServiceUrl } from './service-url.ts';

export interface RabbitmqOptions extends BackEndOptions {
  readonly url: ServiceUrl;
  readonly queue: string;
}

interface Hooks {
  /** On every new connection: declares what is needed. */
  readonly setUp: (model: ChannelModel) => Promise<void>;
  /** Once, when a connection that there was cannot come back: the server runs and refuses. */
  readonly onRefused: (error: LoadError) => void;
}

const ANSWER_TIMEOUT_MS = 5_000;
/** For all attempts together, before there was a connection: of those without an answer each takes its 5 s. */
const OPEN_TIMEOUT_MS = 10_000;
/** Seconds between attempts double from 0.2 up to 3; before there was a connection, 6 s of attempts are enough. */
const BACK_OFF = { initialDelay: 200, factor: 2, maxDelay: 3_000, initialMaxRetries: 5 };

/**
 * Reply codes of AMQP 0-9-1 that the next attempt would get as well: access-refused, not-found, resource-locked,
 * precondition-failed, not-allowed.
 */
const REFUSALS = new Set([403, 404, 405, 406, 530]);

/** @throws LoadError QUEUE_UNREACHABLE after a few attempts; QUEUE_REFUSED at once. */
export async function openRabbitmq(
  { url, onWarning }: RabbitmqOptions,
  { setUp, onRefused }: Hooks,
): Promise<RecoveringChannelModel> {
  // Not waited for here, so that the listeners are there from the first attempt on.
  const recovery = { ...BACK_OFF, waitForConnect: false, setup: setUp };
  const connection = await connect(url.text, { timeout: ANSWER_TIMEOUT_MS, noDelay: true, recovery });
  let isFirst = true;
  let refusal: LoadError | undefined;
  connection.on('error', () => {}); // 'disconnect' comes as well
  connection.on('disconnect', (error) =>
    onWarning(`RabbitMQ at ${url.shown} disconnected: ${reasonOf(error)}; reconnecting`),
  );
  connection.on('connect', () => {
    if (!isFirst) onWarning(`RabbitMQ at ${url.shown} is connected again`);
    isFirst = false;
  });
  connection.on('connect-failed', (error) => {
    if (!isRefusal(error)) return;
    refusal = new LoadError('QUEUE_REFUSED', `RabbitMQ at ${url.shown} refuses: ${reasonOf(error)}`, { cause: error });
    void connection.close();
    if (!isFirst) onRefused(refusal);
  });
  try {
    const late = sleep(OPEN_TIMEOUT_MS, undefined, { ref: false });
    if (await Promise.race([connection.waitForConnect().then(() => true), late])) return connection;
    throw new Error(`no answer within ${OPEN_TIMEOUT_MS / MS_PER_SEC} s`);
  } catch (error) {
    if (refusal !== undefined) throw refusal;
    connection.close().catch(() => {});
    const message = `RabbitMQ at ${url.shown} cannot be reached: ${reasonOf(error as Error)}`;
    throw new LoadError('QUEUE_UNREACHABLE', message, {
      hint: 'check that it is running and the address is right',
      cause: error,
    });
  }
}

function isRefusal(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return (typeof code === 'number' && REFUSALS.has(code)) || isLoginRefused(error) || isHostRefused(error);
}

/** amqplib's message; there is no code. */
const isLoginRefused = ({ message }: Error) => message.includes('403 (ACCESS-REFUSED)');

const isHostRefused = ({ message }: Error) => message.startsWith('Expected ConnectionOpenOk; got <ConnectionClose');

/** With the durable queue that it is for. */
export async function openChannel<C extends Channel>(
  model: ChannelModel,
  { queue, url, onWarning }: RabbitmqOptions,
  create: () => Promise<C>,
): Promise<C> {
  const channel = await create();
  let isOpen = false;
  // The server closes a channel alone when it dislikes something about it; a new connection brings a new one.
  channel.on('error', (error: Error) => {
    if (!isOpen) return;
    onWarning(`RabbitMQ at ${url.shown}: ${reasonOf(error)}`);
    model.close().catch(() => {});
  });
  await channel.assertQueue(queue, { durable: true });
  isOpen = true;
  return channel;
}

/** Says goodbye, and does not wait long for the answer. */
export async function closeRabbitmq(connection: RecoveringChannelModel | undefined): Promise<void> {
  await Promise.race([connection?.close(), sleep(ANSWER_TIMEOUT_MS, undefined, { ref: false })]);
}

/** On a channel that is gone meanwhile there is nothing to be done: undefined. */
export function unlessClosed<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof IllegalOperationError)) throw error;
    return undefined;
  }
}

/** The server's message, if it sent one: `… 403 (ACCESS-REFUSED) with message "…"`. */
function reasonOf(error: Error): string {
  if (isHostRefused(error)) return 'there is no such virtual host, or none for this user';
  const [, said] = /with message "(.*)"$/s.exec(error.message) ?? [];
  return said ?? connectionReason(error);
}
