/** `consumers:` and `verify:` as they are written. */
import { z } from 'zod';
import { TOPIC_NAME, TOPIC_NAME_RULE } from '../../topic-pattern.ts';
import { duration, flag, integer, rate, scalarText } from '../../value-schema.ts';
import { topicEntry } from './topic-schema.ts';

/** In place of a group.id: partitions are dealt out without a group. */
export const NO_GROUP = 'none';

export const consumerGroupSchema = z.strictObject({
  topics: z
    .array(topicEntry())
    .min(1, 'topics must not be empty')
    .optional()
    .describe(
      'What it reads, e.g. `[orders, "load-{0..999}"]`; by default every topic that a scenario sends to, or that `topics` names.',
    ),
  members: integer(1, 1024).prefault(1).describe('Consumers in the group, each in a thread of its own.'),
  verify: flag()
    .prefault(false)
    .describe(
      'Check every record it reads against what was sent: lost, duplicated, out of order or corrupted is exit code 4.',
    ),
  from: z
    .enum(['run', 'earliest'])
    .optional()
    .describe(
      'Where each partition begins: `run` is where it ended when the run started, `earliest` all that it holds. By default `run`, and `earliest` in a run without scenarios.',
    ),
  start: duration().prefault('0s').describe('From the start of the run to the first record it takes.'),
  pause: z
    .strictObject({
      at: duration().describe('From the start of the run.'),
      for: duration({ positive: true }).describe('How long it takes no records.'),
    })
    .optional()
    .describe('Builds a backlog on purpose; the result has its peak, and how fast it drained.'),
  rate: rate({ positive: true })
    .optional()
    .describe('Max records per second of the whole group; by default as fast as they come.'),
  duration: duration({ positive: true })
    .optional()
    .describe(
      'Of a run without scenarios: how long it reads. By default up to where each partition ended when the run started.',
    ),
  clockProbe: z
    .strictObject({
      topic: z
        .string()
        .regex(TOPIC_NAME, TOPIC_NAME_RULE)
        .describe('A topic with `message.timestamp.type=LogAppendTime`.'),
      create: flag()
        .prefault(false)
        .describe('Create it for the run, a partition for each broker, and delete it after.'),
    })
    .optional()
    .describe(
      'Where timestamps date the records: writes some probe records to this topic before and after the run, which bound how far the clocks of this machine and of the brokers are apart.',
    ),
  group: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Its `group.id`, by default a new one for each run. `none`: partitions are dealt out to the members in turn, without a group.',
    ),
  config: z
    .record(z.string(), scalarText())
    .prefault({})
    .describe('Consumer properties of this group alone; they win over `consumer` and `kafka`.'),
});

export const consumersSchema = z
  .record(z.string(), consumerGroupSchema.prefault({}))
  .prefault({})
  .describe('Consumer groups that read while the run sends: see [consumers](#consumersname).');

export const verifySchema = flag()
  .prefault(false)
  .describe('Short for a consumer group `verify` of one member that reads and checks every topic of the run.');
