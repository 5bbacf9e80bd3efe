/** The common part of the JavaScript clients: how much, where to, and the report on stdout. */
import { LOAD, type Report } from '../peer.ts';

const [bootstrapServers, topicName, messages] = process.argv.slice(2);

export const brokers = bootstrapServers!.split(',');
export const topic = topicName!;
export const count = Number(messages);
export const value = Buffer.alloc(LOAD.messageBytes, 'x');

const SEND_MESSAGES = 1000;
const SENDS_AT_ONCE = 5;

/** Times `work` and prints the report. */
export async function reportOn(work: () => Promise<void>): Promise<void> {
  const startMs = performance.now();
  await work();
  const report: Report = { acked: count, seconds: (performance.now() - startMs) / 1000 };
  process.stdout.write(JSON.stringify(report));
}

/** Gives `send` its share again and again until everything is acknowledged, a few at once. */
export async function sendAll<Message>(
  message: Message,
  send: (messages: Message[]) => Promise<unknown>,
): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      const size = Math.min(SEND_MESSAGES, left);
      left -= size;
      await send(Array.from({ length: size }, () => ({ ...message })));
    }
  };
  await Promise.all(Array.from({ length: SENDS_AT_ONCE }, lane));
}
