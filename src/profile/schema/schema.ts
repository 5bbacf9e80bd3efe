/**
 * The profile as it is written: one zod source for reading it, for the JSON Schema that editors complete from, and
 * for docs/profile.md. Strict everywhere; what a name means across keys is checked in normalize.ts.
 */
import { z } from 'zod';
import { EXECUTORS } from '../../executors/table.ts';
import { NS_PER_MS } from '../../units.ts';
import { duration, flag, integer, positive, real, scalarText } from '../../value-schema.ts';
import { anomaliesSchema } from './anomalies-schema.ts';
import { clockSchema, multipliersSchema } from './clock-schema.ts';
import { consumersSchema, verifySchema } from './consumers-schema.ts';
import { faultsSchema } from './faults-schema.ts';
import { fieldRuleSchema } from './field-rule-schema.ts';
import { keySchema } from './key-schema.ts';
import { schemaRegistrySchema } from './schema-registry.ts';
import { countedTopicsSchema, spreadSchema, topicEntry } from './topic-schema.ts';
import { transactionsSchema } from './transactions-schema.ts';

/** Of a scenario: it plans. The largest workload of the OpenMessaging Benchmark has 4 million. */
export const CLIENTS_MAX = 10_000_000;

export const clientPropertiesSchema = z.record(z.string(), scalarText());

export const topicSchema = z.strictObject({
  partitions: integer(1)
    .prefault(12)
    .describe('Partitions when the topic is created; an existing topic with another count is reported.'),
  replicationFactor: integer(1).prefault(1).describe('Replicas when the topic is created.'),
  create: z
    .enum(['if-missing', 'always', 'never'])
    .prefault('if-missing')
    .describe(
      '`always` deletes an existing topic first; `never` ends the run when the topic is missing. Looking for a topic never creates it, whatever `auto.create.topics.enable` is at the broker.',
    ),
  config: clientPropertiesSchema
    .prefault({})
    .describe('Topic configuration when it is created, e.g. `retention.ms: 3600000`.'),
  cleanup: flag().prefault(false).describe('Delete it after the run, if this run created it.'),
});

/** What every scenario has, whatever its executor. */
export const SCENARIO_KEYS = {
  workload: z
    .union(
      [
        z.string(),
        z.strictObject({
          schema: z
            .union([z.string(), z.array(z.string()).min(1)])
            .optional()
            .describe(
              'An Avro schema, or a list of files that name each other’s types; of the JSON lines where there is a file.',
            ),
          file: z.string().optional().describe('Records to send: JSON lines or an Avro container.'),
        }),
      ],
      {
        error:
          'expected the name of a workload, a module such as ./orders.ts, { schema: ./order.avsc } or { file: ./records.jsonl }',
      },
    )
    .describe('What the records are: a built-in workload, or [data of your own](own-data.md).'),
  topic: topicEntry()
    .optional()
    .describe(
      'Where the records go: a topic, or [many](many-topics.md), e.g. `load-{0..999}`. The workload names its default.',
    ),
  topics: countedTopicsSchema
    .optional()
    .describe('Many topics, written another way: `{ count: 1000, pattern: "load-{n}" }` is `topic: load-{0..999}`.'),
  spread: spreadSchema,
  clients: integer(1, CLIENTS_MAX)
    .optional()
    .describe(
      'Producers of this scenario over the whole run, each with connections of its own; a multiple of the workers.',
    ),
  perTopic: flag().prefault(false).describe('The result has the distribution over the topics of the scenario.'),
  key: keySchema,
  format: z
    .enum(['avro', 'json'])
    .prefault('avro')
    .describe('`avro` is the Confluent wire format: magic byte, schema id, binary.'),
  payload: z
    .strictObject({
      mode: z
        .enum(['auto', 'fresh', 'pooled'])
        .prefault('auto')
        .describe(
          '`fresh` generates and encodes each record; `pooled` encodes once and stamps id, time and mark; `auto` decides from the planned rate; the result reports which.',
        ),
      poolSize: z
        .union([z.literal('auto'), integer(1)], { error: 'expected `auto` or a whole number of at least 1' })
        .prefault('auto')
        .describe('Records in the pool.'),
    })
    .prefault({})
    .describe('How records come about.'),
  mark: z
    .enum(['auto', 'header', 'none'])
    .prefault('auto')
    .describe(
      'How a record is found again by (run, scenario, index): `auto` writes them into its id field or its first bytes, where it has them; `header` into a header `load-mark` of any record (enqueued one by one, as with `headers`). Without a mark a run cannot be verified and has no end-to-end latency.',
    ),
  affinity: z
    .enum(['none', 'key'])
    .prefault('none')
    .describe('`key` sends each key through one worker, for order per key over all.'),
  anomalies: anomaliesSchema,
  headers: z
    .record(z.string().min(1), scalarText())
    .prefault({})
    .describe('Constant headers on every record. They cost throughput: such records are enqueued one by one.'),
  recordTimestamp: z
    .enum(['client', 'intended'])
    .optional()
    .describe(
      'Kafka record timestamp: `client` is when it was enqueued, `intended` when it was due on `clock` (enqueued one by one, as with headers). Absent: `intended` where `clock` has a start or a speed, else `client`.',
    ),
  transactions: transactionsSchema,
  startTime: duration().prefault('0s').describe('From the start of the run to the start of this scenario.'),
  warmup: duration()
    .prefault('0s')
    .describe('Messages due in the first part of the scenario: measured apart, shown, not in the headline.'),
  gracefulStop: duration().prefault('30s').describe('How long to wait for acknowledgements when sending is over.'),
  params: z.record(z.string(), z.unknown()).prefault({}).describe("The workload's own parameters."),
  fields: z
    .record(z.string(), fieldRuleSchema)
    .prefault({})
    .describe(
      'How the values of single fields are drawn, e.g. `{ status_code: { weighted: { SUCCESS: 94, FAILED: 6 } } }`: see [own-data.md](own-data.md#rules-for-fields).',
    ),
  producer: clientPropertiesSchema
    .prefault({})
    .describe('Producer properties of this scenario alone; they win over the common ones.'),
};

/** Open models only: a closed loop has no due times that could be random or missed. */
export const OPEN_KEYS = {
  multipliers: multipliersSchema,
  arrivals: z
    .enum(['uniform', 'poisson'])
    .prefault('uniform')
    .describe('`poisson`: independent arrivals at the planned rate, drawn from the seed; max 10^12.'),
  overload: z
    .union(
      [
        z.literal('wait'),
        z.strictObject({
          shed: z
            .strictObject({
              maxLag: duration({ positive: true }).describe('A message later than this is dropped.'),
            })
            .describe('Late messages are dropped and counted.'),
        }),
      ],
      { error: 'expected `wait` or `{ shed: { maxLag: 1s } }`' },
    )
    .prefault('wait')
    .describe(
      'What happens to messages that cannot go out on time: `wait` (their lag counts) or `{ shed: { maxLag: 1s } }` (dropped and counted).',
    ),
};

const scenarios = [...EXECUTORS.values()].map(({ kind, model, keys }) =>
  z.strictObject({
    executor: z.literal(kind),
    ...SCENARIO_KEYS,
    ...(model === 'open' && OPEN_KEYS),
    ...keys,
  }),
);

export const thresholdSchema = z.union(
  [
    z.string(),
    z.strictObject({
      threshold: z.string().describe('The expression.'),
      abortOnFail: flag().prefault(false).describe('Ends the run at once when it fails (exit 99).'),
      delayAbortEval: duration().prefault('0s').describe('Does not end the run before this time.'),
    }),
  ],
  { error: 'expected an expression such as p(99)<250' },
);

const nullTransport = z
  .strictObject({
    latencyMs: z
      .union([real(0), z.array(real(0)).min(1)], { error: 'expected milliseconds, or a list of them' })
      .prefault(1)
      .describe('Latency of every acknowledgement, or a list taken in turn.'),
    maxAcksPerSec: positive()
      .optional()
      .describe('Max acknowledgements per second of the simulated broker; no limit by default.'),
    failRate: real(0, 1).optional().describe('Share of messages answered with an error.'),
  })
  .optional()
  .describe("No broker at all, for measuring the generator itself: with `kafka: { bootstrap.servers: 'null' }` only.");

const embedded = z
  .strictObject({
    rtt: duration()
      .prefault('0s')
      .refine((ns) => ns % NS_PER_MS === 0, { error: 'expected whole milliseconds, e.g. 5ms' })
      .describe('Simulated round trip: the cluster holds every answer back this long, in whole milliseconds.'),
    brokers: integer(1, 16)
      .prefault(1)
      .describe('Its brokers. Each is a replica of every partition in the metadata; records are kept once.'),
  })
  .optional()
  .describe('How the embedded cluster behaves; with `bootstrap.servers: embedded` only, which is the default.');

export const profileSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors.'),
    version: z.literal(1, { error: 'this engine reads version 1' }).prefault(1).describe('Version of this format.'),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a name has letters, digits, `.`, `_` and `-`')
      .optional()
      .describe("Name of the run, also of its result directory; the file's name when absent."),
    seed: integer(0)
      .prefault(1)
      .describe('Every generated value follows from it: the same seed gives the same records.'),
    clock: clockSchema,
    kafka: clientPropertiesSchema
      .prefault({})
      .describe(
        'Client properties for producer and consumer alike. `bootstrap.servers` is a list of brokers or `embedded`; without it the environment is asked (KAFKA_BOOTSTRAP_SERVERS, BOOTSTRAP_SERVERS, KAFKA_BROKER), then the cluster is embedded.',
      ),
    producer: clientPropertiesSchema
      .prefault({})
      .describe('Producer properties: any of librdkafka, or of the Java client where it means the same.'),
    consumer: clientPropertiesSchema
      .prefault({})
      .describe(
        'Consumer properties, likewise, for every group of `consumers`; `group.id` and `auto.offset.reset` are of `load consume` alone: groups begin where `from` says.',
      ),
    schemaRegistry: schemaRegistrySchema
      .prefault({})
      .describe(
        'Where Avro schemas are registered or looked up, before the run: see [schema-registry.md](schema-registry.md).',
      ),
    topics: z
      .record(z.string(), topicSchema.prefault({}))
      .prefault({})
      .describe(
        'The topics, by name or pattern (`load-{0..999}`); one that is not named here has the defaults. The entry with fewer topics wins.',
      ),
    workers: z
      .union([z.literal('auto'), integer(1, 1024)], { error: 'expected `auto` or a whole number of at least 1' })
      .prefault('auto')
      .describe('Worker threads; `auto` decides from the planned rate and the cores; the plan reports why.'),
    messages: integer(1).optional().describe('The run ends after this many messages over all scenarios.'),
    scenarios: z
      .record(z.string(), z.discriminatedUnion('executor', scenarios as [(typeof scenarios)[0]]))
      .optional()
      .describe(
        'What is sent; several run side by side, each with its own totals. Without any, `consumers` read what topics already hold.',
      ),
    consumers: consumersSchema,
    verify: verifySchema,
    thresholds: z
      .record(z.string(), z.union([thresholdSchema, z.array(thresholdSchema)]))
      .prefault({})
      .describe(
        'Metric, or `metric{scenario:NAME}`, → what it must be, e.g. `response_ms: ["p(99)<250"]`. A breach ends with exit code 99.',
      ),
    nullTransport,
    embedded,
    faults: faultsSchema,
  })
  .describe('A load profile: what is sent, how fast, where to, and what must hold.');

export type ProfileInput = z.output<typeof profileSchema>;
export type ScenarioInput = z.output<typeof scenarioSchema>;

/** A scenario's keys but for its executor's: read by itself, so that a mistake there does not hide those here. */
export const scenarioSchema = z.object({ ...SCENARIO_KEYS, ...OPEN_KEYS });
