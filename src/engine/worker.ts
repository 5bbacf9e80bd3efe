/** One worker thread from its plan to its measurement: builds the parts, waits at the start barrier, runs the loop. */
import { type Clock, createClock, lateClock } from '../clock.ts';
import type { ClientPlan, LanePlan, Plan } from '../plan/plan.ts';
import { type RecordTime, recordMs, recordTimeOf, scheduleOf } from '../plan/record-time.ts';
import { producersOf, workerOf } from '../plan/shard.ts';
import type { Book } from '../recorder/book.ts';
import { awaitStart, CONTROL, controlOf, STATE, STOP } from '../recorder/control-memory.ts';
import { InFlight } from '../recorder/in-flight.ts';
import type { WorkerMeasurement } from '../recorder/measurement.ts';
import { EFFORT, workerEffort } from '../recorder/run-memory.ts';
import type { WorkerPlan } from '../recorder/worker-plan.ts';
import { ScheduleReader } from '../schedule/schedule.ts';
import { shareOf } from '../split.ts';
import { threadId } from '../thread-id.ts';
import { DEFAULT_CLIENT_ID } from '../transport/librdkafka/client.ts';
import { LibrdkafkaProducer } from '../transport/librdkafka/producer.ts';
import { blockingSleep, NullTransport } from '../transport/null.ts';
import type { LogSink, Transport } from '../transport/transport.ts';
import { NS_PER_MS } from '../units.ts';
import { binaryMarkHead, MARK_HEADER } from '../workload/encoding/mark.ts';
import { type OpenRecords, openSource, type RecordContext } from '../workload/source/open-source.ts';
import { openTopics, type TopicOf, topicsOfProducer } from '../workload/topic-spread.ts';
import { batchMax } from './batch-max.ts';
import { batchMemories } from './batch-memory.ts';
import { Lane } from './lane.ts';
import { openCursor } from './lane-cursor.ts';
import { Loop } from './loop.ts';
import { Transactions } from './transactions.ts';

const TRANSACTIONAL_ID = 'transactional.id';
const CLIENT_ID = 'client.id';
const METADATA_TIMEOUT_MS = 10_000;
const LINGER_MS_DEFAULT = 5;

/** Undefined when the run was cancelled before it began. */
export function runWorker(workerPlan: WorkerPlan, openRecords: OpenRecords): WorkerMeasurement | undefined {
  const { plan, worker: thread, memory, reportsSettled, logPort } = workerPlan;
  const worker = workerOf(plan, thread);
  const { workers } = plan;
  const producers = plan.lanes.flatMap((scenario) => producersIn(plan, scenario, worker, openRecords));
  const slots = producers.map(({ scenario, producer, of }) => shareOf(scenario.inFlight, producer, of));
  const slotCount = slots.reduce((sum, n) => sum + n, 0);
  const inFlight = new InFlight(slotCount, { perTopic: plan.lanes.some(({ perTopic }) => perTopic === true) });
  const clock = lateClock();
  const onLog: LogSink = (line) => logPort.postMessage(line);
  const control = controlOf(memory);
  const isStopped = () => Atomics.load(control.words, CONTROL.stop) !== STOP.none;
  const transport = openTransport(plan, producers, { slots: slotCount, clock: clock.read, onLog, isStopped });
  try {
    // Everything is built before the barrier: what comes after it makes the first messages late.
    const recordTime = { originMs: 0, nsPerMs: 1 };
    const batches = batchMemories();
    let route = 0;
    const lanes = producers.map(({ scenario, producer, of, topicOf }, lane) => {
      const place = { worker: producer, workers: of };
      const source = openLaneSource(plan, scenario, { ...place, slots: slots[lane]! }, recordTime, openRecords);
      const own = { lane, route };
      route += scenario.topics.length;
      return new Lane({
        ...{ scenario, thread, ...place, ...own },
        ...(topicOf && { topicOf }),
        memory,
        cursor: openCursor(scenario.load, producer, of, source.batchMax),
        source,
        batches,
        transport,
        inFlight,
        slots: slots[lane]!,
        clock: clock.read,
        recordTime,
        onLog,
        openTransactions: (book) => {
          const place = { lane, lanes: producers.length, worker: producer };
          return openTransactions({ plan, scenario, ...place, transport, clock: clock.read, onLog }, book);
        },
      });
    });
    const lingerNs =
      Math.max(...plan.clients.map(({ properties }) => Number(properties['linger.ms'] ?? LINGER_MS_DEFAULT))) *
      NS_PER_MS;
    const loop = new Loop({
      thread,
      worker,
      workers,
      lanes,
      transport,
      inFlight,
      memory,
      clock: clock.read,
      reportsSettled,
      lingerNs,
    });
    workerEffort(memory, thread)[EFFORT.threadId] = threadId();
    if (!awaitStart(memory, thread)) return undefined;
    clock.set(createClock(control.epoch[0]!));
    Object.assign(recordTime, recordTimeOf(plan.clock, control.epoch[1]!));
    for (const lane of lanes) lane.join(control.epoch[3]!);
    const measurement = loop.run();
    Atomics.store(control.words, CONTROL.states + thread, STATE.done);
    return measurement;
  } finally {
    transport.close();
    logPort.close();
  }
}

/** What one producer sends of one scenario. */
interface Producer {
  readonly scenario: LanePlan;
  /** It takes every index ≡ producer (mod of). */
  readonly producer: number;
  readonly of: number;
  /** Absent where there is only one. */
  readonly topicOf?: TopicOf;
}

function producersIn(plan: Plan, scenario: LanePlan, worker: number, openRecords: OpenRecords): Producer[] {
  const { seed, runTag } = plan;
  const of = producersOf(plan, scenario);
  const isOne = scenario.topics.length === 1;
  const topicOf = isOne ? undefined : openTopics(scenario, { seed, runTag, scenario: scenario.name }, openRecords);
  return Array.from({ length: of / plan.workers }, (_, i) => ({
    ...{ scenario, of, producer: worker + i * plan.workers },
    ...(topicOf && { topicOf }),
  }));
}

interface TransportContext {
  readonly slots: number;
  readonly clock: Clock;
  readonly onLog: LogSink;
  readonly isStopped: () => boolean;
}

function openTransport(
  plan: Plan,
  producers: readonly Producer[],
  { slots, clock, onLog, isStopped }: TransportContext,
): Transport {
  if (plan.target.kind === 'null') {
    return new NullTransport({ spec: plan.target.spec, slots, clock, sleep: blockingSleep });
  }
  const { clients, clientOf } = clientsOf(plan, producers);
  return new LibrdkafkaProducer({
    clients,
    lanes: producers.map(({ scenario: { markHeader, ...lane }, producer, of }, i) => ({
      ...lane,
      ownTopics: topicsOfProducer(lane, producer, of),
      client: clientOf[i]!,
      ...(markHeader && { markHeader: { name: MARK_HEADER, head: binaryMarkHead(plan.runTag, lane.name) } }),
    })),
    onLog,
    isStopped,
    metadataTimeoutMs: METADATA_TIMEOUT_MS,
  });
}

/** One of each that the plan has; of those that a scenario has for itself one for each of its producers. */
function clientsOf(plan: Plan, producers: readonly Producer[]) {
  const clients: ClientPlan['properties'][] = [];
  const numbers = new Map<string, number>();
  const clientOf = producers.map(({ scenario, producer }) => {
    const { properties, producers: own } = plan.clients[scenario.client]!;
    const identity = `${scenario.client}:${producer}`;
    const number = numbers.get(identity) ?? clients.push(ownProperties(properties, producer, own !== undefined)) - 1;
    numbers.set(identity, number);
    return number;
  });
  return { clients, clientOf };
}

/** A transactional.id is of one producer: a second one with it would fence the first. @param isOwn shared with no scenario. */
function ownProperties(properties: ClientPlan['properties'], producer: number, isOwn: boolean) {
  const { [TRANSACTIONAL_ID]: id, [CLIENT_ID]: clientId = DEFAULT_CLIENT_ID } = properties;
  return {
    ...properties,
    ...(isOwn && { [CLIENT_ID]: `${clientId}-${producer}` }),
    ...(id !== undefined && { [TRANSACTIONAL_ID]: `${id}-${producer}` }),
  };
}

interface TransactionalLane {
  readonly plan: Plan;
  readonly scenario: LanePlan;
  readonly lane: number;
  readonly worker: number;
  /** Of its worker. */
  readonly lanes: number;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly onLog: LogSink;
}

function openTransactions({ plan, transport, ...lane }: TransactionalLane, book: Book): Transactions | undefined {
  const { transactions: spec, client } = lane.scenario;
  if (spec === undefined || transport.transactions === undefined || book.transactions === undefined) return undefined;
  const { 'transaction.timeout.ms': timeoutMs, 'linger.ms': lingerMs } = plan.clients[client]!.properties;
  return new Transactions({
    ...lane,
    spec,
    calls: transport.transactions,
    book: book.transactions,
    seed: plan.seed,
    lingerNs: Number(lingerMs ?? LINGER_MS_DEFAULT) * NS_PER_MS,
    ...(timeoutMs !== undefined && { timeoutMs: Number(timeoutMs) }),
  });
}

/** @param recordTime is filled in at the start. */
function openLaneSource(
  plan: Plan,
  scenario: LanePlan,
  { slots, ...place }: { readonly worker: number; readonly workers: number; readonly slots: number },
  recordTime: RecordTime,
  openRecords: OpenRecords,
) {
  const schedule = scheduleOf(scenario.load);
  const reader = schedule && new ScheduleReader(schedule);
  const context: RecordContext = {
    seed: plan.seed,
    scenario: scenario.name,
    runTag: plan.runTag,
    partitioner: scenario.partitioner,
    partitions: scenario.partitions,
    batchMax: batchMax(scenario, place.workers, slots),
    ...place,
    dueMs: reader && ((index) => recordMs(recordTime, reader.dueNs(index))),
  };
  return openSource(scenario.record, context, openRecords);
}
