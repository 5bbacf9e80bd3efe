/** The flags of each command, as yargs reads them and as `--help` shows them. What was given is read in values.ts. */
import { type Flags, list, text, toggle } from './flag-kinds.ts';
import { busFlags, shardFlags } from './shard-flags.ts';

const LOAD = 'How much:';
const WHAT = 'What is sent:';
const READ = 'What is read:';
const SERVED = 'What is served:';
export const WHERE = 'Where:';
export const OUTPUT = 'Output:';
const GENERAL = 'Options:';
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export const FORMATS = ['text', 'json'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type Format = (typeof FORMATS)[number];

export const profile = {
  profile: text(WHAT, 'a file, or the name of a bundled profile; the same as PROFILE', { alias: 'p' }),
};

/** Read by program.ts, before the command sees its flags. */
export const config = { config: text(GENERAL, 'a YAML file of these flags by name, e.g. rate: 5') };

export const overrides = {
  rate: text(LOAD, "a constant total rate in place of the planned one: 500 in the workload's own unit; 500/s, 1000/h", {
    alias: 'r',
  }),
  duration: text(LOAD, 'cut or extend the run to 30s, 5m, 1h; a bare number is seconds; or endless', {
    alias: ['t', 'ttl'],
  }),
  burst: toggle(LOAD, 'alone: as fast as acknowledgements allow; with --rate N: N at the start of each second', {
    alias: ['b', 'burst-mode'],
  }),
  messages: text(LOAD, 'stop after this many messages', { alias: 'n' }),
  workers: text(LOAD, 'worker threads: a number, or auto'),
  topic: text(WHAT, 'the topic of every scenario'),
  'topic-suffix': text(WHAT, "appended to every topic's name, e.g. -test1"),
  key: text(WHAT, "the key: a field of the record, none, or '{ uniform: 1000 }'"),
  'record-format': text(WHAT, 'avro or json: what goes over the wire, in place of the format of every scenario'),
  seed: text(WHAT, 'the same seed gives the same records and arrivals'),
  verify: toggle(
    WHAT,
    'read every record back and check it: lost, duplicated, out of order or corrupted is exit code 4',
  ),
  set: list(WHAT, 'any value of the profile: path.to.value=V; may be repeated'),
  'bootstrap-servers': text(WHERE, 'host:port[,host:port]; embedded; or null: no broker at all'),
  'producer-config': list(WHERE, 'any librdkafka property: name=value; may be repeated', { alias: 'X' }),
  'schema-registry-url': text(WHERE, 'where Avro schemas are registered before the run: http://host:port'),
};

const format = { format: text(OUTPUT, 'text, or json: the result alone on stdout', { default: 'text' }) };
export const logLevel = {
  'log-level': text(
    OUTPUT,
    'error, warn, info, or debug: decisions, timings, requests, and what librdkafka logs; else LOG_LEVEL, else info',
  ),
};

const histogram = {
  histogram: toggle(OUTPUT, 'print the latency histogram also where the terminal is not tall enough'),
};

const REPEATED = 'Repeated runs:';

/** Of every experiment. */
const experimentFlags = {
  repeat: text(REPEATED, 'runs of each cell, or auto: until every comparison is decided'),
  'max-repeat': text(REPEATED, 'with --repeat auto: no more than this many; 20 by default'),
  settle: text(REPEATED, 'longest pause between two runs, until a real cluster is idle again; 30s by default'),
  resume: toggle(REPEATED, 'go on with an experiment that was interrupted'),
} satisfies Flags;

/** Of what can be watched in a browser. `--web` alone is `--web=0`: program.ts. */
const webFlags = {
  web: text(OUTPUT, 'serve a live page, at the end the report, on this port or a free one'),
  'web-host': text(OUTPUT, 'address that it listens on, 127.0.0.1 by default; any other puts a token in the address'),
} satisfies Flags;

export const sweepFlags = {
  vary: list(WHAT, 'PATH=V1,V2: a path of the profile, a producer property, a parameter or a flag; may be repeated'),
  ...experimentFlags,
  baseline: text(REPEATED, 'the cell that the others are compared with; the first one by default'),
  goal: text(REPEATED, 'what a recommendation is for: "response_ms p(99)<50, then throughput"'),
  plan: toggle(OUTPUT, 'print cells, runs and time; nothing is sent'),
  ...overrides,
  ...profile,
  shards: shardFlags.shards,
  out: text(OUTPUT, 'directory of the experiment; load-results/NAME-UTCTIME by default', { alias: 'o' }),
  ...format,
  quiet: toggle(OUTPUT, 'no progress; warnings and the result only'),
  ...webFlags,
  ...logLevel,
  ...config,
} satisfies Flags;

/** Of every command that has a Prometheus endpoint. */
export const metricsFlags = {
  'metrics-port': text(OUTPUT, 'serve Prometheus metrics on this port while running; 0: any free one'),
  'metrics-host': text(
    OUTPUT,
    'address to listen on, 127.0.0.1 by default; 0.0.0.0 for other machines, e.g. from a container',
  ),
} satisfies Flags;

/** Of what ends by itself. */
export const metricsLinger = {
  'metrics-linger': text(OUTPUT, 'keep the endpoint this long after the end, or until a signal: 30s'),
} satisfies Flags;

export const runFlags = {
  ...overrides,
  ...profile,
  queue: text(
    WHERE,
    'amqp://USER:PASSWORD@HOST: publish to a RabbitMQ queue, unmeasured; for sms-alerts also QUEUE_URL',
  ),
  out: text(OUTPUT, 'result directory, with report.html, or none; load-results/PROFILE-UTCTIME by default', {
    alias: 'o',
  }),
  'ground-truth': text(OUTPUT, 'file that lists what a job under test should find; in the result directory by default'),
  format: text(OUTPUT, 'text, json, markdown, junit or github on stdout; events: JSON lines while it runs', {
    default: 'text',
  }),
  ...histogram,
  quiet: toggle(OUTPUT, 'no progress; warnings and the result only'),
  ...logLevel,
  'log-events': toggle(OUTPUT, 'print each message that is sent (for plans of up to 1,000 a second)'),
  'wait-for-broker': text(WHERE, 'retry an unreachable broker this long at the start: 30s; once by default'),
  ...metricsFlags,
  ...metricsLinger,
  ...webFlags,
  'dry-run': toggle(OUTPUT, "no broker: print sample records and the generator's own ceiling"),
  ...experimentFlags,
  baseline: text(REPEATED, 'runs to compare with: a file of `load baseline save`, or a directory'),
  gate: list(REPEATED, "allowed against the baseline: 'response_ms p(99) +10%', or 'failed <0.01'; may be repeated"),
  'allow-invalid': toggle(OUTPUT, 'exit 0 instead of 3 when the numbers are not about the broker'),
  ...shardFlags,
  ...config,
} satisfies Flags;

const { rate: _rate, duration: _duration, burst: _burst, messages: _messages, ...settings } = overrides;

export const capacityFlags = {
  slo: list(LOAD, "what must hold, e.g. 'response_ms p(99)<50'; may be repeated; no backlog may grow in any case"),
  from: text(LOAD, 'lowest rate: 500/s; by default a quarter of what a probe reaches, and lower ones if that fails'),
  to: text(LOAD, 'highest rate; by default the search goes on until one fails'),
  tolerance: text(LOAD, 'width of the bracket', { default: '5%' }),
  hold: text(LOAD, 'length of a step, its warm-up apart; by default as long as the objectives need, min 10s'),
  repeat: text(LOAD, 'steps that confirm the rate that was found', { default: '3' }),
  ...settings,
  ...profile,
  shards: shardFlags.shards,
  settle: text(WHERE, 'longest pause between two steps, until the cluster is idle', { default: '30s' }),
  out: text(OUTPUT, 'directory of the search; load-results/PROFILE-UTCTIME by default', { alias: 'o' }),
  plan: toggle(OUTPUT, 'print what would be done and how long it takes; nothing is sent'),
  resume: toggle(OUTPUT, 'go on with the search in --out, or with the last one of the same configuration'),
  ...format,
  quiet: toggle(OUTPUT, 'no progress; warnings and the result only'),
  ...webFlags,
  ...logLevel,
  ...config,
} satisfies Flags;

export const planFlags = { ...overrides, ...profile, ...format, ...logLevel, ...config } satisfies Flags;

export const SAMPLE_FORMATS = ['text', 'json', 'avro'] as const;

export const sampleFlags = {
  ...overrides,
  ...profile,
  messages: text(OUTPUT, 'how many records of each scenario', { alias: 'n', default: '10' }),
  from: text(OUTPUT, 'index of the first one', { default: '0' }),
  scenario: text(OUTPUT, 'of this scenario only'),
  'of-run': text(OUTPUT, 'as this run sent them: its result directory, which also names the profile, or its tag'),
  format: text(OUTPUT, 'text, json: a record a line, or avro: a container file', { default: 'text' }),
  explain: toggle(OUTPUT, 'also print where each field comes from'),
  out: text(OUTPUT, 'write to this file; stdout by default', { alias: 'o' }),
  ...logLevel,
  ...config,
} satisfies Flags;

export const doctorFlags = {
  ceiling: text(WHAT, 'how fast this machine could offer the records of this profile, without your broker'),
  set: list(WHAT, 'with --ceiling, any value of the profile: path.to.value=V; may be repeated'),
  'bootstrap-servers': text(WHERE, 'also try to reach this broker'),
  'producer-config': list(WHERE, 'any librdkafka property: name=value; may be repeated', { alias: 'X' }),
  ...logLevel,
} satisfies Flags;

export const collectFlags = {
  ...busFlags,
  out: runFlags.out,
  format: text(OUTPUT, 'text, json, markdown, junit or github on stdout', { default: 'text' }),
  quiet: runFlags.quiet,
  'allow-invalid': runFlags['allow-invalid'],
  ...logLevel,
} satisfies Flags;

export const reportFlags = {
  out: text(OUTPUT, 'file for the page; report.html in DIR, or of several runs here, by default', { alias: 'o' }),
  ...format,
  ...histogram,
  ...logLevel,
  ...config,
} satisfies Flags;

const COMPARED = 'What is compared:';

export const compareFlags = {
  gate: list(
    COMPARED,
    "what NEW must keep: 'response_ms p(99) +10%', 'throughput -5%', 'response_ms p(99)<50'; may be repeated",
  ),
  measure: list(COMPARED, "compare this in place of the standard measures: 'response_ms p(95)'; may be repeated"),
  force: toggle(COMPARED, 'compare also where profile, machine or versions differ, with a warning'),
  out: text(OUTPUT, 'directory for comparison.json, comparison.md, junit.xml and bmf.json', { alias: 'o' }),
  format: text(OUTPUT, 'text, json, markdown, junit, github or bmf on stdout; several with commas', {
    default: 'text',
  }),
  ...logLevel,
  ...config,
} satisfies Flags;

export const baselineFlags = { ...logLevel } satisfies Flags;

export const initFlags = { ...logLevel } satisfies Flags;

export const importFlags = {
  out: text(OUTPUT, 'the profile to write, on stdout by default; never overwrites', { alias: 'o' }),
  ...logLevel,
} satisfies Flags;

export const setupFlags = { ...logLevel } satisfies Flags;

export const embeddedFlags = {
  topics: list(SERVED, 'NAME[:PARTITIONS] to create at the start; others are created on first use, with 4 partitions'),
  brokers: text(SERVED, 'how many brokers', { default: '1' }),
  rtt: text(SERVED, 'simulated round-trip time: 50ms, or a number of milliseconds', { default: '0' }),
  ...logLevel,
} satisfies Flags;

export const CONSUME_FORMATS = ['text', 'json', 'raw', 'none'] as const;

export const consumeFlags = {
  group: text(WHERE, 'consumer group, resumes at its offsets; by default a new group that commits nothing', {
    alias: 'group-id',
  }),
  'offset-reset': text(
    WHERE,
    'where a group without offsets starts: earliest (the default if the profile has none) or latest',
    {
      alias: 'auto-offset-reset',
    },
  ),
  'bootstrap-servers': text(WHERE, 'host:port[,host:port]'),
  'consumer-config': list(WHERE, 'any librdkafka property: name=value; may be repeated', { alias: 'X' }),
  profile: text(READ, 'takes topics, servers, schemas and the consumer block from this profile', { alias: 'p' }),
  topic: text(READ, 'topics to read, T[,T], in place of TOPICS'),
  from: text(
    READ,
    'where each partition begins, without a group: earliest, latest, 1000, -1000, 2026-11-30T10:00Z, -5m',
  ),
  to: text(READ, 'ends where each partition is there, in the same terms; with --from by default the end as it is now'),
  follow: toggle(READ, 'with --from: goes on with records as they come'),
  messages: text(READ, 'stop after this many records', { alias: 'n' }),
  'schema-registry-url': text(WHERE, 'where the schemas of Avro records are looked up: http://host:port'),
  schema: list(READ, 'an Avro schema (.avsc) for the records; may be repeated for the types that it names'),
  workload: text(READ, 'the workload, or module, whose Avro schema the records have'),
  format: text(OUTPUT, 'text, json: an object a line, raw: the values alone, or none: only counts', {
    default: 'text',
  }),
  quiet: toggle(OUTPUT, 'no notes and no rate; warnings and the records only'),
  ...metricsFlags,
  ...logLevel,
  ...config,
} satisfies Flags;

/** Names that stand on their own: `help` and `version` for every command. */
export const GENERAL_FLAGS = ['help', 'version'];

/** Contract flags that a workload's parameter never shadows, also where a command does not have them. */
export const RESERVED_FLAGS: ReadonlySet<string> = new Set([
  ...Object.keys({
    ...runFlags,
    ...planFlags,
    ...doctorFlags,
    ...embeddedFlags,
    ...consumeFlags,
    ...sampleFlags,
    ...sweepFlags,
  }),
  ...GENERAL_FLAGS,
  'ttl',
  'queue',
]);
