/** The `faults` timeline: how it is written, what a fault needs, and the profile's form of it. */

import { z } from 'zod';
import { suggest } from '../../nearest.ts';
import { type TopicTable, topicFinder } from '../../topic-table.ts';
import { formatDuration, NS_PER_MS } from '../../units.ts';
import { duration, integer } from '../../value-schema.ts';
import type { Path } from '../document.ts';
import type { Problems } from '../problems.ts';
import { FAULT_REQUESTS, type FaultAction, type FaultRequest, type FaultSpec, type TopicSpec } from '../profile.ts';

/** Error codes that a broker may answer these requests with, by librdkafka's names. */
export const FAULT_ERRORS: Readonly<Record<string, number>> = {
  INVALID_MSG: 2,
  UNKNOWN_TOPIC_OR_PART: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_FOR_PARTITION: 6,
  REQUEST_TIMED_OUT: 7,
  MSG_SIZE_TOO_LARGE: 10,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  TOPIC_AUTHORIZATION_FAILED: 29,
  CLUSTER_AUTHORIZATION_FAILED: 31,
  POLICY_VIOLATION: 44,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_TXN_STATE: 48,
  CONCURRENT_TRANSACTIONS: 51,
  KAFKA_STORAGE_ERROR: 56,
  UNKNOWN_PRODUCER_ID: 59,
  INVALID_RECORD: 87,
  PRODUCER_FENCED: 90,
};

/** One request each: the FFI takes a few tens of arguments a call, and a longer list is rather `down`. */
const COUNT_MAX = 10_000;

const requests = Object.fromEntries(
  FAULT_REQUESTS.map((request) => [
    request,
    z
      .string()
      .superRefine((name, context) => {
        if (Object.hasOwn(FAULT_ERRORS, name)) return;
        const hint = suggest(name, Object.keys(FAULT_ERRORS));
        context.addIssue({ code: 'custom', message: `unknown error \`${name}\``, params: { hint } });
      })
      .optional()
      .describe(`Answers to ${request} requests, e.g. NOT_ENOUGH_REPLICAS.`),
  ]),
) as Record<FaultRequest, z.ZodOptional<z.ZodString>>;

const errors = z
  .strictObject({
    ...requests,
    count: integer(1, COUNT_MAX).prefault(1).describe('Requests of each broker that get it.'),
  })
  .superRefine((input, context) => {
    const given = FAULT_REQUESTS.filter((request) => input[request] !== undefined);
    if (given.length === 1) return;
    const message = given.length === 0 ? 'it has no request' : `it has ${given.length} requests: ${given.join(', ')}`;
    context.addIssue({
      code: 'custom',
      message,
      params: { hint: 'write one, e.g. { produce: NOT_ENOUGH_REPLICAS, count: 20 }' },
    });
  })
  .optional()
  .describe('Embedded cluster: its brokers answer the next requests with an error, and append nothing.');

const ACTIONS = ['rtt', 'down', 'errors', 'leader', 'exec'] as const;

const faultSchema = z
  .strictObject({
    at: duration().describe('From the start of the run, in real time.'),
    for: duration({ positive: true })
      .optional()
      .describe('How long it lasts, for `rtt`, `down` and `exec`; to the end of the run by default.'),
    rtt: duration()
      .refine((ns) => ns % NS_PER_MS === 0, { error: 'expected whole milliseconds, e.g. 50ms' })
      .optional()
      .describe('Embedded cluster: its brokers hold every answer back this long.'),
    down: z
      .union([z.literal('all'), z.array(integer(1)).min(1, 'down must not be empty')], {
        error: 'expected `all` or a list of brokers such as [1]',
      })
      .optional()
      .describe(
        'Embedded cluster: brokers that close their connections and listen no more, `all` or a list such as `[1]`.',
      ),
    errors,
    leader: z
      .strictObject({
        topic: z.string().describe('One of the run.'),
        partition: integer(0).describe('From 0.'),
        broker: integer(1).describe('From 1 to `embedded.brokers`.'),
      })
      .optional()
      .describe('Embedded cluster: the leader of a partition moves to another broker.'),
    exec: z
      .string()
      .min(1)
      .optional()
      .describe('Any cluster: a command for `sh -c` on this machine. It is killed at the end of `for` or of the run.'),
    until: z.string().min(1).optional().describe('A command that runs at the end of `for`, to undo `exec`.'),
  })
  .superRefine((input, context) => {
    const issue = (message: string, hint: string) => context.addIssue({ code: 'custom', message, params: { hint } });
    const given = ACTIONS.filter((action) => input[action] !== undefined);
    if (given.length !== 1) {
      const what =
        given.length === 0 ? 'it does nothing' : `it has ${given.map((each) => `\`${each}\``).join(' and ')}`;
      issue(what, `write one of ${ACTIONS.join(', ')}; another one is another entry of the list`);
    }
    if (input.for !== undefined && (input.errors !== undefined || input.leader !== undefined)) {
      const hint =
        input.errors === undefined ? 'write another entry that moves it back' : '`count` is how many there are';
      issue('`for` has no meaning here', hint);
    }
    if (input.until !== undefined && (input.exec === undefined || input.for === undefined)) {
      issue('`until` needs `exec` and `for`', '{ at: 10s, for: 5s, exec: "…", until: "…" }');
    }
  });

export const faultsSchema = z
  .array(faultSchema)
  .prefault([])
  .describe('Faults at given times, to rehearse an outage: see [faults.md](faults.md).');

type FaultInput = z.output<typeof faultSchema>;

export function normalizeFaults(inputs: readonly FaultInput[]): FaultSpec[] {
  return inputs.flatMap((input) => {
    const action = actionOf(input);
    return action === undefined
      ? []
      : [{ atNs: input.at, ...(input.for !== undefined && { forNs: input.for }), action }];
  });
}

function actionOf({ rtt, down, errors: answers, leader, exec, until }: FaultInput): FaultAction | undefined {
  if (rtt !== undefined) return { kind: 'rtt', rttMs: rtt / NS_PER_MS };
  if (down !== undefined) return { kind: 'down', brokers: down };
  if (leader !== undefined) return { kind: 'leader', ...leader };
  if (exec !== undefined) return { kind: 'exec', command: exec, ...(until !== undefined && { until }) };
  const request = FAULT_REQUESTS.find((each) => answers?.[each] !== undefined);
  if (answers === undefined || request === undefined) return undefined;
  return { kind: 'errors', request, error: answers[request]!, count: answers.count };
}

export interface FaultTarget {
  readonly servers: string | undefined;
  readonly brokers: number;
  readonly topics: TopicTable<TopicSpec>;
}

/** Faults that this target does not have, or that name what is not there. @param faults as written, one for each entry. */
export function checkFaults(faults: readonly FaultSpec[], target: FaultTarget, problems: Problems): void {
  faults.forEach(({ action }, i) => {
    if (action.kind === 'exec') return;
    const path: Path = ['faults', i, action.kind];
    if (target.servers !== 'embedded') {
      problems.add(path, {
        message: `\`${action.kind}\` is a fault of the embedded cluster, and bootstrap.servers names another target`,
        hint: 'exec: "command" runs what makes a fault on your cluster',
      });
      return;
    }
    const noBroker = (at: Path, broker: number) =>
      problems.add(at, {
        message: `there is no broker ${broker}: the embedded cluster has ${target.brokers}`,
        hint: `embedded: { brokers: ${broker} }`,
      });
    if (action.kind === 'down' && action.brokers !== 'all') {
      action.brokers.forEach((broker, j) => {
        if (broker > target.brokers) noBroker([...path, j], broker);
      });
    }
    if (action.kind !== 'leader') return;
    if (action.broker > target.brokers) noBroker([...path, 'broker'], action.broker);
    const names = Object.keys(target.topics);
    const topic = topicFinder(target.topics)(action.topic);
    if (topic === undefined) {
      const hint = suggest(action.topic, names);
      problems.add([...path, 'topic'], {
        message: `no scenario sends to topic ${action.topic}`,
        ...(hint !== undefined && { hint }),
      });
    } else if (action.partition >= topic.partitions) {
      problems.add([...path, 'partition'], {
        message: `topic ${action.topic} has partitions 0 to ${topic.partitions - 1}, not ${action.partition}`,
      });
    }
  });
}

export function renderFaults(faults: readonly FaultSpec[]): readonly Readonly<Record<string, unknown>>[] {
  return faults.map(({ atNs, forNs, action }) => ({
    at: formatDuration(atNs),
    ...(forNs !== undefined && { for: formatDuration(forNs) }),
    ...renderAction(action),
  }));
}

function renderAction(action: FaultAction): Readonly<Record<string, unknown>> {
  switch (action.kind) {
    case 'rtt':
      return { rtt: formatDuration(action.rttMs * NS_PER_MS) };
    case 'down':
      return { down: action.brokers };
    case 'errors':
      return { errors: { [action.request]: action.error, count: action.count } };
    case 'leader':
      return { leader: { topic: action.topic, partition: action.partition, broker: action.broker } };
    case 'exec':
      return { exec: action.command, ...(action.until !== undefined && { until: action.until }) };
  }
}
