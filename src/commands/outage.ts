/** librdkafka logs lost brokers in several lines a second: one warning, with its meaning, replaces them. */
import type { LogSink } from '../transport/transport.ts';

const ALL_DOWN = /\b(\d+)\/\1 brokers are down/;
const CONNECTION =
  /brokers are down|Connect to|Connection (refused|reset)|Disconnected|Failed to resolve|timed out|Connection setup/;
/** While it lasts the warning is repeated. */
const AGAIN_AFTER_MS = 30_000;

/**
 * A sink for the lines of clients that try again by themselves.
 * @param meanwhile what a person may be afraid of, and need not.
 * @param rest every other line.
 */
export function outageFilter(
  { servers, meanwhile }: { readonly servers: string; readonly meanwhile: string },
  warn: (text: string) => void,
  rest: LogSink,
  now = () => performance.now(),
): LogSink {
  let warnedMs = Number.NEGATIVE_INFINITY;
  return (line) => {
    if (!CONNECTION.test(line.message)) {
      rest(line);
      return;
    }
    // Where one broker of several is gone the others go on, and nobody need know.
    if (!ALL_DOWN.test(line.message) || now() - warnedMs < AGAIN_AFTER_MS) return;
    warnedMs = now();
    warn(`no broker of ${servers} answers: waiting until one does; ${meanwhile}`);
  };
}
