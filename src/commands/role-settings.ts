/** What the roles beside a run have in common: the queue that a profile sends to, and where results go. */
import { InputError, type Problem } from '../errors.ts';
import type { Environment } from '../profile/document.ts';
import { environmentOf, loadProfile } from '../profile/load.ts';
import type { TopicSpec } from '../profile/profile.ts';
import { textValue, type Values } from './flags.ts';

export interface RoleSettings {
  readonly environment: Environment;
  readonly seed: number;
  /** Servers and security, by librdkafka's names. */
  readonly properties: Readonly<Record<string, string>>;
  readonly queueTopic: RoleTopic;
  readonly resultsTopic: RoleTopic;
}

export interface RoleTopic {
  readonly name: string;
  /** Where it is missing. */
  readonly spec: TopicSpec;
}

const DEFAULT_PROFILE = 'sms-alerts';
const RESULTS_TOPIC = 'sms-results';
/** A broker that is back is found within a second: librdkafka's default is ten. */
const RECONNECT = { 'reconnect.backoff.max.ms': '1000' };
const TOPIC = /^(?!\.\.?$)[\w.-]{1,249}$/;

/** @throws InputError with everything that is wrong about the profile and the flags that change it. */
export async function readRoleSettings(values: Values, problems: Problem[]): Promise<RoleSettings> {
  const bootstrapServers = textValue(values, 'bootstrap-servers');
  const topic = textValue(values, 'topic');
  const seed = textValue(values, 'seed');
  const { profile } = await loadProfile(textValue(values, 'profile') ?? DEFAULT_PROFILE, {
    overrides: {
      ...(bootstrapServers !== undefined && { bootstrapServers }),
      ...(topic !== undefined && { topic }),
      ...(seed !== undefined && { seed }),
    },
  });
  const [name = '', ...others] = new Set(Object.values(profile.scenarios).map((scenario) => scenario.topic));
  if (others.length > 0) {
    const message = `the profile sends to several topics: ${[name, ...others].join(', ')}`;
    problems.push({ place: '--topic', message, hint: 'name the one to take messages from' });
  }
  const servers = profile.kafka['bootstrap.servers'];
  if (servers === 'embedded' || servers === 'null') {
    const hint = 'HOST:PORT of a broker that runs; the command embedded serves one';
    problems.push({ place: '--bootstrap-servers', message: 'no broker is named', hint });
  }
  const results = textValue(values, 'results-topic') ?? RESULTS_TOPIC;
  if (!TOPIC.test(results)) {
    problems.push({ place: '--results-topic', message: `\`${results}\` is no name of a topic` });
  }
  if (results === name) {
    const message = `\`${results}\` is the topic that messages are taken from`;
    problems.push({ place: '--results-topic', message, hint: 'results need one of their own' });
  }
  const spec = specOf(profile.topics[name]!);
  return {
    environment: environmentOf(process.env, process.cwd()),
    seed: profile.seed,
    properties: { ...RECONNECT, ...profile.kafka },
    queueTopic: { name, spec },
    resultsTopic: { name: results, spec: { ...spec, config: {} } },
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
