/** `load enqueue`: a profile's records into a queue of RabbitMQ, for senders to take. Into Kafka a run puts them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, type ExitCode, InputError, type Problem } from '../../errors.ts';
import type { LanePlan, Plan } from '../../plan/plan.ts';
import { type PlannedRun, plan } from '../../planning.ts';
import { assignSchemaIds } from '../../registry/schema-ids.ts';
import { untilLast } from '../../roles/last-wait.ts';
import type { QueueProducer } from '../../roles/queue.ts';
import { openRabbitmqProducer } from '../../roles/rabbitmq-producer.ts';
import type { ServiceUrl } from '../../roles/service-url.ts';
import { dueAtNs } from '../../schedule/schedule.ts';
import { formatCount, formatDuration, NS_PER_MS } from '../../units.ts';
import type { Invocation } from '../invocation.ts';
import { Notices } from '../notices.ts';
import { openPayloads, PAYLOADS_MAX } from '../record-payloads.ts';
import type { Terminal } from '../terminal.ts';
import { isSet, logLevelOf, overridesOf, profileOf } from '../values.ts';
import { queueUrl } from './role-settings.ts';

/** Notices that wait for the server's confirmation at a time. */
const UNCONFIRMED_MAX = 200;
const UNCONFIRMED = 'messages are put and not confirmed';
const EMPTY = new Uint8Array(0);

export async function execute({ values, params, terminal }: Invocation): Promise<ExitCode> {
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: isSet(values, 'quiet') });
  const url = queueUrl(values);
  if (url === undefined) {
    const hint = 'e.g. amqp://localhost:5672; for a Kafka topic use load PROFILE';
    throw new InputError([{ place: '--queue', message: 'no queue to publish to', hint }]);
  }
  const planned = await plan(profileOf(values), {
    overrides: overridesOf(values, params),
    onNote: (text) => notices.note(text),
  });
  return fillQueue(planned, url, notices, terminal);
}

/** What `load PROFILE` does where its messages go into a queue. */
export async function fillQueue(
  planned: PlannedRun,
  url: ServiceUrl,
  notices: Notices,
  terminal: Terminal,
): Promise<ExitCode> {
  for (const note of planned.loaded.notes) notices.note(note);
  for (const warning of planned.loaded.warnings) notices.warn(warning);
  const scenario = onlyScenario(planned.plan);
  const { plan: ready } = await assignSchemaIds(planned.plan, planned.loaded.profile.schemaRegistry);
  const onWarning = (text: string) => notices.warn(text);
  const producer = await openRabbitmqProducer({ url, queue: scenario.topics[0]!, onWarning });
  const stop = new AbortController();
  let exitCode: ExitCode = EXIT.ok;
  terminal.onInterrupt(({ by }) => {
    exitCode = by === 'SIGINT' ? EXIT.sigint : EXIT.sigterm;
    notices.note(`${by}: publishing stopped, waiting up to 10 s for confirms; repeat to exit immediately`);
    stop.abort();
  });
  const startedMs = performance.now();
  try {
    const count = await enqueue(ready, ready.lanes[scenario.lane]!, producer, stop);
    const time = formatDuration((performance.now() - startedMs) * NS_PER_MS, NS_PER_MS);
    terminal.stdout.write(`${formatCount(count)} messages published to ${scenario.topic} at ${url.shown} in ${time}\n`);
  } finally {
    await producer.close();
    notices.close();
  }
  return exitCode;
}

/** Each message when it is due, or as soon as there is room; returns how many the server has confirmed. */
async function enqueue(ready: Plan, scenario: LanePlan, producer: QueueProducer, stop: AbortController) {
  const { signal } = stop;
  const { load, record } = scenario;
  const startedMs = performance.now();
  const read = openPayloads(ready, scenario, record, Date.now());
  const unconfirmed = new Set<Promise<void>>();
  let confirmed = 0;
  let failure: unknown;
  const failed = (error: unknown) => {
    failure ??= error;
    stop.abort();
  };
  let payloads: (Uint8Array | null)[] = [];
  for (let i = 0; i < load.count && !signal.aborted; i++) {
    const at = i % PAYLOADS_MAX;
    if (at === 0) {
      const length = Math.min(PAYLOADS_MAX, load.count - i);
      payloads = read(Array.from({ length }, (_, j) => i + j));
    }
    const elapsedMs = performance.now() - startedMs;
    const dueMs = (load.kind === 'open' ? dueAtNs(load.schedule, i) : load.startNs) / NS_PER_MS;
    if (load.kind === 'closed' && elapsedMs * NS_PER_MS >= load.endNs) break;
    if (dueMs > elapsedMs) await sleep(dueMs - elapsedMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    const put = producer.put(payloads[at] ?? EMPTY).then(() => {
      confirmed += 1;
    }, failed);
    const putting = put.finally(() => unconfirmed.delete(putting));
    unconfirmed.add(putting);
    if (unconfirmed.size >= UNCONFIRMED_MAX) await untilLast(Promise.race(unconfirmed), signal, UNCONFIRMED);
  }
  await untilLast(Promise.all(unconfirmed), signal, UNCONFIRMED);
  if (failure !== undefined) throw failure;
  return confirmed;
}

function onlyScenario({ lanes }: Plan): LanePlan {
  const [scenario, ...others] = lanes;
  const problems: Problem[] = others.map(({ name }) => {
    const hint = 'a profile of one scenario';
    return { path: `scenarios.${name}`, message: `beside ${scenario!.name}: one scenario fills a queue`, hint };
  });
  if (scenario!.topics.length > 1) {
    const message = `\`${scenario!.topic}\` is ${scenario!.topics.length} topics: messages go into one queue`;
    problems.push({ path: `scenarios.${scenario!.name}.topic`, message, hint: 'name the queue with --topic' });
  }
  if (problems.length > 0) throw new InputError(problems);
  return scenario!;
}
