/** `load embedded`: an embedded cluster for other processes. */
import { EXIT, type ExitCode, InputError, type Problem } from '../errors.ts';
import { EmbeddedCluster } from '../transport/librdkafka/embedded-cluster.ts';
import { NS_PER_MS, parseDuration } from '../units.ts';
import type { Invocation } from './invocation.ts';
import { Notices } from './notices.ts';
import type { Interruption, Terminal } from './terminal.ts';
import { listValue, logLevelOf, textValue, type Values } from './values.ts';

/** What librdkafka gives a topic that is only asked for. */
const PARTITIONS_DEFAULT = 4;
const PARTITIONS_MAX = 10_000;
const BROKERS_MAX = 100;

interface Settings {
  readonly topics: Readonly<Record<string, { readonly partitions: number }>>;
  readonly brokers: number;
  readonly rttMs: number;
}

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: false });
  const { topics, brokers, rttMs } = readSettings(values);
  const cluster = new EmbeddedCluster(topics, brokers);
  try {
    if (rttMs > 0) cluster.setRtt(rttMs);
    terminal.stdout.write(`${cluster.bootstrapServers}\n`);
    notices.note(`Embedded cluster: ${describe(topics, brokers, rttMs)}. Ctrl-C ends it.`);
    const { by } = await interruption(terminal);
    return by === 'SIGINT' ? EXIT.sigint : EXIT.sigterm;
  } finally {
    cluster.close();
  }
}

function describe(topics: Settings['topics'], brokers: number, rttMs: number): string {
  const made = Object.entries(topics).map(([name, { partitions }]) => `${name} (${partitions} partitions)`);
  return [
    brokers === 1 ? '1 broker' : `${brokers} brokers`,
    made.length === 0 ? 'topics are created on first use' : `topics ${made.join(', ')}`,
    ...(rttMs > 0 ? [`a round trip of ${rttMs} ms`] : []),
    'about 5 MB per partition are retained',
  ].join(', ');
}

/** Keeps the process alive until a signal comes. */
function interruption(terminal: Terminal): Promise<Interruption> {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 2 ** 30);
    terminal.onInterrupt((by) => {
      clearInterval(alive);
      resolve(by);
    });
  });
}

/** @throws InputError with everything that is wrong. */
export function readSettings(values: Values): Settings {
  const problems: Problem[] = [];
  const topics = listValue(values, 'topics').flatMap((text) => {
    const [name = '', count = String(PARTITIONS_DEFAULT), ...rest] = text.split(':');
    const partitions = wholeNumber(count, PARTITIONS_MAX);
    if (/^[\w.-]{1,249}$/.test(name) && partitions !== undefined && rest.length === 0)
      return [[name, { partitions }] as const];
    problems.push({ place: '--topics', message: `\`${text}\` is not a topic`, hint: 'e.g. atm-transactions:12' });
    return [];
  });
  const brokers = wholeNumber(textValue(values, 'brokers') ?? '1', BROKERS_MAX);
  if (brokers === undefined)
    problems.push({ place: '--brokers', message: `must be a number from 1 to ${BROKERS_MAX}` });
  const rttMs = readRtt(textValue(values, 'rtt') ?? '0');
  if (rttMs === undefined)
    problems.push({ place: '--rtt', message: 'must be a duration, e.g. 50ms, or a number of milliseconds' });
  if (problems.length > 0) throw new InputError(problems);
  return { topics: Object.fromEntries(topics), brokers: brokers!, rttMs: rttMs! };
}

function wholeNumber(text: string, max: number): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= 1 && value <= max ? value : undefined;
}

/** A bare number is milliseconds here: nobody wants a round trip of seconds. */
function readRtt(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  try {
    return Math.round(parseDuration(text) / NS_PER_MS);
  } catch {
    return undefined;
  }
}
