/** Flags of the roles beside a run: producer into another queue, senders, monitor. */
import { type Flags, list, text, toggle } from '../flag-kinds.ts';
import { config, logLevel, metricsFlags, metricsLinger, OUTPUT, overrides, profile, WHERE } from '../flags.ts';

const { rate, duration, burst, messages, topic, 'record-format': recordFormat, seed, set } = overrides;

export const enqueueFlags = {
  ...{ rate, duration, burst, messages, topic, 'record-format': recordFormat, seed, set },
  ...profile,
  queue: text(WHERE, 'amqp://USER:PASSWORD@HOST: the server; the queue has the name of the topic; else QUEUE_URL'),
  'schema-registry-url': overrides['schema-registry-url'],
  quiet: toggle(OUTPUT, 'no notes; warnings and the result only'),
  ...logLevel,
  ...config,
} satisfies Flags;

const roleFlags = {
  'bootstrap-servers': text(WHERE, 'host:port[,host:port]'),
  profile: text(WHERE, 'topic, servers and seed of this profile; sms-alerts by default', { alias: 'p' }),
  'results-topic': text(WHERE, 'the topic to write results to', { default: 'sms-results' }),
  metrics: text(WHERE, 'redis://USER:PASSWORD@HOST: results go to Redis, not to a topic; else METRICS_URL'),
  quiet: toggle(OUTPUT, 'no notes; warnings and the result only'),
  ...logLevel,
  ...config,
};

const SENDERS = 'Senders:';

export const sendersFlags = {
  count: text(SENDERS, 'number of identical senders; by default 1, or 0 with --sender'),
  'mean-time': text(SENDERS, 'mean processing time: 0.1, 100ms; else SENDER_MEAN_TIME, else 0.1 s'),
  'failure-rate': text(SENDERS, 'share of messages that fail, 0 to 1; else SENDER_FAILURE_RATE, else 0.2'),
  distribution: text(SENDERS, 'distribution of the processing times: exponential, uniform or constant', {
    default: 'exponential',
  }),
  sender: list(SENDERS, 'one with its own settings: mean-time=2,failure-rate=0.1[,count=N]; may be repeated'),
  name: text(SENDERS, 'prefix of their names NAME-1, NAME-2, …; unique among all processes; HOST-PID by default'),
  seed: text(SENDERS, 'the same seed: the same times and failures for the same messages'),
  topic: text(WHERE, 'the topic to consume messages from; that of the profile by default'),
  queue: text(WHERE, 'amqp://USER:PASSWORD@HOST: messages come from RabbitMQ, not from a topic; else QUEUE_URL'),
  group: text(WHERE, 'consumer group that shares the messages of a topic', { default: 'sms-senders' }),
  ...roleFlags,
  ...metricsFlags,
  format: text(OUTPUT, 'format of the totals at the end: text or json', { default: 'text' }),
} satisfies Flags;

export const monitorFlags = {
  interval: text(OUTPUT, 'time time time between two lines: 5, 500ms; else MONITOR_INTERVAL, else 5 s'),
  until: text(OUTPUT, 'end when this many messages are sent or failed; else Ctrl-C ends it'),
  ...roleFlags,
  profile: text(WHERE, 'servers of this profile; sms-alerts by default', { alias: 'p' }),
  'results-topic': text(WHERE, 'the topic to read results from', { default: 'sms-results' }),
  metrics: text(WHERE, 'redis://USER:PASSWORD@HOST: results are in Redis, not in a topic; else METRICS_URL'),
  format: text(OUTPUT, 'text, or json: an object a line', { default: 'text' }),
  ...metricsFlags,
  ...metricsLinger,
} satisfies Flags;
