/** Whether librdkafka takes properties together: a client is made of them and thrown away, without asking any broker. */
import { EXIT, LoadError } from '../../errors.ts';
import { CLIENT_FAILED, type ClientType, closeClient, EVENT, logLineOf, openClient } from './client.ts';
import { librdkafka, type Pointer } from './library.ts';

export type { ClientType } from './client.ts';

/** The line is there when the call that caused it returns: this is for a busy machine. */
const LOG_WAIT_MS = 1_000;
/** A client with one of these asks for a token as soon as it is made, and waits for the answer when it is closed. */
const ASKS_FOR_TOKENS = ['sasl.oauthbearer.token.endpoint.url', 'sasl.oauthbearer.metadata.authentication.type'];

/**
 * In librdkafka's words; undefined where it takes them.
 * @throws LoadError where there is no librdkafka.
 */
export function clientProblem(properties: Readonly<Record<string, string>>, type: ClientType): string | undefined {
  if (ASKS_FOR_TOKENS.some((name) => name in properties)) return undefined;
  const { 'bootstrap.servers': _, ...rest } = properties;
  let client: ReturnType<typeof openClient>;
  try {
    client = openClient(rest, EVENT.log | EVENT.error, type);
  } catch (error) {
    if (!(error instanceof LoadError) || error.exitCode !== EXIT.badInput) throw error;
    return error.message.replace(CLIENT_FAILED, '');
  }
  try {
    return type === 'producer' ? topicProblem(client) : undefined;
  } finally {
    closeClient(client);
  }
}

/** Some properties are a topic's, and looked at only when there is one; why is then in the log alone. */
function topicProblem({ handle, queue }: ReturnType<typeof openClient>): string | undefined {
  const rd = librdkafka();
  const topic: Pointer | null = rd.topicNew(handle, 'check', null);
  if (topic !== null) {
    rd.topicDestroy(topic);
    return undefined;
  }
  for (let event = rd.queuePoll(queue, LOG_WAIT_MS); event !== null; event = rd.queuePoll(queue, LOG_WAIT_MS)) {
    const line = logLineOf(event);
    rd.eventDestroy(event);
    if (line?.facility === 'TOPICCONF') return line.message.replace(/^.*settings(?: for [^:]*)?: /, '');
  }
  return 'the topic properties conflict';
}
