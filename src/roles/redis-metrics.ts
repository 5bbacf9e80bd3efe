/**
 * Results as counters in Redis: a hash of totals by sender, and a set of the message ids that are counted. One script
 * changes both, so that a message counts once however often its result comes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, ReplyError } from 'ioredis';
import { connectionReason } from '../connection-error.ts';
import { LoadError } from '../errors.ts';
import { MS_PER_SEC } from '../units.ts';
import type { MetricsReader, MetricsWriter } from './metrics-store.ts';
import type { BackEndOptions } from './queue.ts';
import type { SendResult } from './send-result.ts';
import { boundOf, PROCESSING_BOUNDS_US, type SenderCounts, type SenderTotals } from './sender-totals.ts';
import type { ServiceUrl } from './service-url.ts';

export interface RedisMetricsOptions extends BackEndOptions {
  readonly url: ServiceUrl;
  /** What the keys begin with; others count apart. */
  readonly name: string;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** For all attempts together, before there was a connection: a server that accepts and never answers has no attempt that fails. */
const OPEN_TIMEOUT_MS = 10_000;
/** For the monitor, which then shows what it knew. */
const ANSWER_TIMEOUT_MS = 2_000;
/** A connection on which something was asked and nothing comes is a lost one. */
const SILENCE_MS = 10_000;
/** Pauses between attempts double; before there was a connection, 6 s of attempts are enough. */
const FIRST_PAUSE_MS = 200;
const PAUSE_MS_MAX = 3_000;
const FIRST_ATTEMPTS = 5;
const RETRY_MS = 1_000;

/** Reply errors that pass: what is loading, short of memory or changing its master now may take the result later. */
const PASSING = /^(LOADING|BUSY|OOM|MISCONF|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN)\b/;

/** KEYS: ids, totals. ARGV: id, field of the outcome, field of the time, µs, field of the bucket where there is one. */
const COUNT_ONCE = `
if redis.call('SADD', KEYS[1], ARGV[1]) == 1 then
  redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
  redis.call('HINCRBY', KEYS[2], ARGV[3], ARGV[4])
  if ARGV[5] then redis.call('HINCRBY', KEYS[2], ARGV[5], 1) end
end`;

/** Of a bucket the field says its upper end: messages up to it that are not in the one below. */
type Counter = keyof SenderCounts | `upTo${number}`;

/** @throws LoadError where the server cannot be reached or refuses. */
export async function openRedisWriter(options: RedisMetricsOptions): Promise<MetricsWriter> {
  const { name, url, onWarning } = options;
  const redis = await openRedis(options);
  const [ids, totals] = keysOf(name);
  return {
    async record({ id, sender, outcome, processingUs }: SendResult) {
      const boundUs = boundOf(processingUs);
      const bucket = boundUs === undefined ? [] : [fieldOf(sender, `upTo${boundUs}`)];
      const counted = [fieldOf(sender, outcome), fieldOf(sender, 'processingUs'), processingUs, ...bucket];
      for (;;) {
        try {
          // Waits for the connection where there is none.
          await redis.eval(COUNT_ONCE, 2, ids, totals, id, ...counted);
          return;
        } catch (error) {
          throwRefusal(url, error);
          onWarning(`Redis at ${url.shown}: ${(error as Error).message}; trying again`);
          await sleep(RETRY_MS);
        }
      }
    },
    close: () => end(redis),
  };
}

/** @throws LoadError where the server cannot be reached or refuses. */
export async function openRedisReader(options: RedisMetricsOptions): Promise<MetricsReader> {
  const redis = await openRedis(options);
  const [, key] = keysOf(options.name);
  let known: ReadonlyMap<string, SenderTotals> = new Map();
  // A question without an answer is enough: it is kept until there is a connection that answers it.
  let isSilent = false;
  const ask = async () => {
    try {
      known = totalsOf(await redis.hgetall(key));
    } catch (error) {
      throwRefusal(options.url, error);
    } finally {
      isSilent = false;
    }
    return known;
  };
  return {
    async totals() {
      if (redis.status !== 'ready' || isSilent) return known;
      const answer = await Promise.race([ask(), sleep(ANSWER_TIMEOUT_MS, undefined, { ref: false })]);
      isSilent = answer === undefined;
      return known;
    },
    // One answer has all of them.
    hasCaughtUp: true,
    close: async () => (isSilent ? redis.disconnect() : end(redis)),
  };
}

/** What had no answer when a connection broke is asked again on the next one. */
async function openRedis({ url, onWarning }: RedisMetricsOptions): Promise<Redis> {
  let isOpened = false;
  let isLost = false;
  let lastError: Error | undefined;
  const redis = new Redis(url.text, {
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) =>
      isOpened || attempt <= FIRST_ATTEMPTS ? Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), PAUSE_MS_MAX) : null,
  });
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  redis.on('reconnecting', () => {
    if (isOpened && !isLost) onWarning(`Redis at ${url.shown} disconnected; reconnecting`);
    isLost = true;
  });
  redis.on('ready', () => {
    if (isOpened && isLost) onWarning(`Redis at ${url.shown} is connected again`);
    isLost = false;
  });
  try {
    const answer = await Promise.race([redis.ping(), sleep(OPEN_TIMEOUT_MS, undefined, { ref: false })]);
    if (answer === undefined) throw lastError ?? new Error(`no answer within ${OPEN_TIMEOUT_MS / MS_PER_SEC} s`);
    // A database that does not exist is said beside: everything would go to another one.
    if (lastError !== undefined) throwRefusal(url, lastError);
    isOpened = true;
    return redis;
  } catch (error) {
    redis.disconnect();
    if (error instanceof LoadError) throw error;
    throwRefusal(url, error);
    const message = `Redis at ${url.shown} cannot be reached: ${connectionReason(lastError ?? (error as Error))}`;
    throw new LoadError('METRICS_UNREACHABLE', message, {
      hint: 'check that it is running and the address is right',
      cause: error,
    });
  }
}

/** Returns when trying again may help. */
function throwRefusal({ shown }: ServiceUrl, error: unknown): void {
  if (!isReplyError(error) || PASSING.test(error.message)) return;
  throw new LoadError('METRICS_REFUSED', `Redis at ${shown} refuses: ${error.message}`, { cause: error });
}

/** Said by the server, and not by the connection. */
function isReplyError(error: unknown): error is Error {
  return error instanceof ReplyError;
}

async function end(redis: Redis): Promise<void> {
  // With the connection down there is nobody to say goodbye to.
  if (redis.status === 'ready') await Promise.race([redis.quit(), sleep(ANSWER_TIMEOUT_MS, undefined, { ref: false })]);
  redis.disconnect();
}

/** In braces what decides where in a cluster a key is: both are at one place, as a script wants it. */
function keysOf(name: string): [ids: string, totals: string] {
  return [`{${name}}:ids`, `{${name}}:totals`];
}

function fieldOf(sender: string, counter: Counter): string {
  return `${sender}:${counter}`;
}

function totalsOf(hash: Readonly<Record<string, string>>): Map<string, SenderTotals> {
  const bySender = new Map<string, Partial<Record<string, number>>>();
  for (const [field, value] of Object.entries(hash)) {
    const colon = field.lastIndexOf(':');
    const sender = field.slice(0, colon);
    const counters = bySender.get(sender) ?? {};
    bySender.set(sender, counters);
    counters[field.slice(colon + 1)] = Number(value);
  }
  return new Map([...bySender].map(([sender, counters]) => [sender, totalsOfSender(counters)]));
}

function totalsOfSender(counters: { readonly [counter in Counter]?: number }): SenderTotals {
  let within = 0;
  const atOrBelow = PROCESSING_BOUNDS_US.map((boundUs) => {
    within += counters[`upTo${boundUs}`] ?? 0;
    return within;
  });
  const { sent = 0, failed = 0, processingUs = 0 } = counters;
  return { sent, failed, processingUs, atOrBelow };
}
