/** What the roles beside a run have in common: the queue that a profile sends to, and where results go. */

import { InputError, type Problem } from '../../errors.ts';
import type { Plan } from '../../plan/plan.ts';
import { type Environment, environmentOf } from '../../profile/environment.ts';
import { loadProfile } from '../../profile/load.ts';
import type { TopicSpec } from '../../profile/profile.ts';
import { readServiceUrl, type ServiceUrl } from '../../roles/service-url.ts';
import { topicFinder } from '../../topic-table.ts';
import { nameOf } from '../../workload/reference.ts';
import { textValue, type Values } from '../values.ts';

export interface RoleSettings {
  readonly environment: Environment;
  readonly seed: number;
  /** Servers and security, by librdkafka's names. */
  readonly properties: Readonly<Record<string, string>>;
  readonly queue: RolePlace;
  readonly results: RolePlace;
  /** On where the profile was found. */
  readonly notes: readonly string[];
}

/** A topic; or what goes by that name at another server: RabbitMQ's queue, Redis's counters. */
export interface RolePlace {
  readonly name: string;
  /** The topic's, where it is missing. */
  readonly spec: TopicSpec;
  /** The other server. */
  readonly url: ServiceUrl | undefined;
  /** Name and server, for a person. */
  readonly shown: string;
}

/** Which of the two a role has to do with. */
export type RolePlaces = readonly (keyof typeof SCHEMES)[];

const DEFAULT_PROFILE = 'sms-alerts';
const RESULTS_TOPIC = 'sms-results';
/** A broker that is back is found within a second: librdkafka's default is ten. */
const RECONNECT = { 'reconnect.backoff.max.ms': '1000' };
const SCHEMES = { queue: ['amqp', 'amqps'], results: ['redis', 'rediss'] } as const;
const TOPIC = /^(?!\.\.?$)[\w.-]{1,249}$/;

/**
 * What is wrong about the flags is added to the problems.
 * @throws InputError with everything that is wrong about the profile.
 */
export async function readRoleSettings(values: Values, uses: RolePlaces, problems: Problem[]): Promise<RoleSettings> {
  const environment = environmentOf(process.env, process.cwd());
  const bootstrapServers = textValue(values, 'bootstrap-servers');
  const topic = textValue(values, 'topic');
  const seed = textValue(values, 'seed');
  const { profile, notes } = await loadProfile(textValue(values, 'profile') ?? DEFAULT_PROFILE, {
    overrides: {
      ...(bootstrapServers !== undefined && { bootstrapServers }),
      ...(topic !== undefined && { topic }),
      ...(seed !== undefined && { seed }),
    },
  });
  const [name = '', ...others] = new Set(
    Object.values(profile.scenarios).map(({ topic, topics }) => (topics.length === 1 ? topics[0]! : topic)),
  );
  if (others.length > 0) {
    const message = `the profile sends to several topics: ${[name, ...others].join(', ')}`;
    problems.push({ place: '--topic', message, hint: 'name the one to consume' });
  }
  const many = Object.values(profile.scenarios).find(({ topics }) => topics.length > 1);
  if (many !== undefined) {
    const message = `\`${many.topic}\` is ${many.topics.length} topics: senders consume one`;
    problems.push({ place: '--topic', message, hint: `name it, e.g. ${many.topics[0]}` });
  }
  const given = {
    queue: settingOf(values, 'queue', environment, 'QUEUE_URL', ''),
    results: settingOf(values, 'metrics', environment, 'METRICS_URL', ''),
  };
  const servers = profile.kafka['bootstrap.servers']!;
  if ((servers === 'embedded' || servers === 'null') && uses.some((each) => given[each].text === '')) {
    const other = given.results.text === '' && given.queue.text !== '' ? '; or --metrics redis://HOST' : '';
    const hint = `HOST:PORT of a running broker; the command embedded starts one${other}`;
    problems.push({ place: '--bootstrap-servers', message: 'no broker is set', hint });
  }
  const results = textValue(values, 'results-topic') ?? RESULTS_TOPIC;
  if (!TOPIC.test(results)) {
    problems.push({ place: '--results-topic', message: `\`${results}\` is not a topic name` });
  }
  if (results === name) {
    const message = `\`${results}\` is the topic that messages are consumed from`;
    problems.push({ place: '--results-topic', message, hint: 'results need a topic of their own' });
  }
  const spec = specOf(topicFinder(profile.topics)(name) ?? Object.values(profile.topics)[0]!);
  const at = (place: string, each: keyof typeof SCHEMES) => {
    const { text, place: from } = given[each];
    const read = () => readServiceUrl(text, from, SCHEMES[each]);
    const url = text === '' || !uses.includes(each) ? undefined : attempt(from, problems, read);
    return { url, shown: `${place} at ${url?.shown ?? servers}` };
  };
  return {
    environment,
    seed: profile.seed,
    notes,
    properties: { ...RECONNECT, ...profile.kafka },
    queue: { name, spec, ...at(name, 'queue') },
    results: { name: results, spec: { ...spec, config: {} }, ...at(results, 'results') },
  };
}

/** A role joins in: it never makes a topic anew. */
function specOf(spec: TopicSpec): TopicSpec {
  return spec.create === 'always' ? { ...spec, create: 'if-missing' } : spec;
}

/** The flag, else the environment's value, else the default; with where it stands, for problems about it. */
export function settingOf(
  values: Values,
  flag: string,
  environment: Environment,
  variable: string,
  fallback: string,
): { readonly text: string; readonly place: string } {
  const given = textValue(values, flag);
  if (given !== undefined) return { text: given, place: `--${flag}` };
  return { text: environment[variable] || fallback, place: variable };
}

/** What `read` finds wrong is added to the problems, with its place. */
export function attempt<T>(place: string, problems: Problem[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems.map((problem) => ({ place, ...problem })));
    return undefined;
  }
}

/** Flags of a run that have no meaning where its messages go into a queue, and the values that ask for nothing. */
const MEASURING = {
  'log-events': [false],
  'metrics-port': [],
  web: [],
  'ground-truth': [],
  format: ['text'],
  out: ['none'],
};

/**
 * The queue that the messages of a run go into in place of Kafka: --queue, or, for the alerts alone and where
 * --bootstrap-servers names no broker, QUEUE_URL.
 * @throws InputError for flags that cannot be met there.
 */
export function queueOfRun(values: Values, { lanes }: Plan): ServiceUrl | undefined {
  const servers = textValue(values, 'bootstrap-servers');
  const given = textValue(values, 'queue');
  const isAlerts = lanes.every(({ record }) => nameOf(record.workload) === 'sms-alerts');
  const url = given !== undefined || (servers === undefined && isAlerts) ? queueUrl(values) : undefined;
  if (url === undefined) return undefined;
  const problems: Problem[] = [];
  if (servers !== undefined) {
    const message = '--bootstrap-servers is another one';
    problems.push({ place: '--queue', message, hint: 'leave one of them out' });
  }
  for (const [flag, none] of Object.entries<unknown[]>(MEASURING)) {
    const value = values[flag];
    if (value === undefined || none.includes(value)) continue;
    const hint = given === undefined ? 'unset QUEUE_URL for a run on Kafka' : 'leave one of them out';
    problems.push({ place: `--${flag}`, message: `nothing is measured where messages go into ${url.shown}`, hint });
  }
  if (problems.length > 0) throw new InputError(problems);
  return url;
}

/** @throws InputError where --queue, or QUEUE_URL, is not an address of RabbitMQ. */
export function queueUrl(values: Values): ServiceUrl | undefined {
  const { text, place } = settingOf(values, 'queue', environmentOf(process.env, process.cwd()), 'QUEUE_URL', '');
  return text === '' ? undefined : readServiceUrl(text, place, SCHEMES.queue);
}
