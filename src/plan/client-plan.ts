/** Which client sends which scenario, and how many messages each scenario may have in flight. */

import type { Problem } from '../errors.ts';
import { clientPropertyDefault } from '../profile/client-properties/client-properties.ts';
import type { ClientProperties, Profile, ScenarioProfile } from '../profile/profile.ts';
import { TRANSACTIONAL_ID } from '../profile/schema/transactions-schema.ts';
import { shareOf } from '../split.ts';
import { countByEntry } from '../topic-table.ts';
import { formatCount, formatRate, MS_PER_SEC } from '../units.ts';
import { partitionOf } from '../workload/partitioner.ts';
import type { Partitioner } from '../workload/record-plan.ts';
import { topicsOfProducer } from '../workload/topic-spread.ts';
import type { ClientPlan, LanePlan } from './plan.ts';
import { producersOf } from './shard.ts';

/** An open model's window: at 100,000 msg/s a broker may take a second to answer before messages wait for room. */
const IN_FLIGHT_OPEN = 100_000;
/**
 * A closed loop's: what it takes to keep a broker busy, and no more. Against Apache Kafka on the same two cores, five
 * alternating runs, a window of 50,000 carried 1.08 times what one of 100,000 did and 1.12 times one of 200,000.
 */
const IN_FLIGHT_CLOSED = 50_000;
const IN_FLIGHT_BYTES = 256 * 1024 * 1024;
const QUEUE = 'queue.buffering.max.messages';

/** Properties of a scenario's producer; the embedded cluster's address is not known yet and left out. */
function producerProperties(profile: Profile, scenario: ScenarioProfile): ClientProperties {
  const all = { ...profile.kafka, ...profile.producer, ...scenario.producer };
  if (targetKind(profile) === 'kafka') return all;
  const { 'bootstrap.servers': _, ...rest } = all;
  return rest;
}

/** Begins the transactional.id of a lane where the profile has none. */
const TRANSACTIONAL_ID_PREFIX = 'load';

/**
 * Properties of a lane's client. With transactions it is the lane's own, and each worker adds its number to the
 * transactional.id; a run tag in it keeps runs side by side from fencing each other.
 */
export function laneProperties(
  profile: Profile,
  scenario: ScenarioProfile,
  lane: { readonly name: string; readonly runTag: string },
): ClientProperties {
  const { [TRANSACTIONAL_ID]: prefix = TRANSACTIONAL_ID_PREFIX, ...rest } = producerProperties(profile, scenario);
  if (scenario.transactions === undefined) return rest;
  const id = `${prefix}-${lane.runTag}-${lane.name}`;
  return { ...rest, acks: 'all', 'enable.idempotence': 'true', [TRANSACTIONAL_ID]: id };
}

export function transactionNotes({ scenarios }: Profile): string[] {
  return Object.entries(scenarios).flatMap(([name, { transactions }]) => {
    if (transactions === undefined) return [];
    const { messages, abortRate } = transactions;
    const aborts = abortRate === 0 ? '' : `, ${formatCount(100 * abortRate, 2)} % of them aborted on purpose`;
    return [`${name}: transactions of at most ${formatCount(messages)} messages${aborts}`];
  });
}

/** Scenarios whose clients may change the order of a key's records: a compacted topic keeps the last one. */
export function clientWarnings({ scenarios, topics }: Profile): string[] {
  return Object.entries(scenarios).flatMap(([name, { clients = 1, key, topic }]) => {
    if (clients === 1 || key.kind === 'none') return [];
    const entries = [...countByEntry(topics, [topic]).keys()];
    const compacted = entries.find((entry = '') => topics[entry]?.config['cleanup.policy']?.includes('compact'));
    if (compacted === undefined) return [];
    const why = `${clients} clients send the records of a key in no common order`;
    return [`${name}: ${why}, and topic ${compacted} is compacted: which of them it keeps is left to chance`];
  });
}

export function targetKind(profile: Profile): 'kafka' | 'embedded' | 'null' {
  const servers = profile.kafka['bootstrap.servers'] ?? 'embedded';
  return servers === 'embedded' || servers === 'null' ? servers : 'kafka';
}

export function codecOf(properties: ClientProperties): string {
  return properties['compression.codec'] ?? properties['compression.type'] ?? 'none';
}

/** librdkafka's default is consistent_random; the profile has checked the name. */
export function partitionerOf(properties: ClientProperties): Partitioner {
  return (properties.partitioner ?? 'consistent_random') as Partitioner;
}

/** Scenarios without keys whose partitioner hashes a null key: surprising, though it is what librdkafka does. */
export function nullKeyWarnings(scenarios: readonly LanePlan[]): string[] {
  return scenarios.flatMap(({ name, record, partitioner, partitions }) => {
    if (record.key.kind !== 'none' || partitions === 1) return [];
    if (partitionOf(partitioner, new Uint8Array(0), 0, -1, partitions) < 0) return [];
    const why = `partitioner: ${partitioner} hashes a null key as an empty one`;
    return [`${name}: every message goes to one partition, because ${why}; ${partitioner}_random spreads them`];
  });
}

/** Below so many a second requests do not matter. */
const REQUESTS_WORTH_A_WORD = 5_000;

/** Open scenarios whose messages are spread so thin that requests carry about one: librdkafka puts one partition into each. */
export function smallRequestWarnings(
  lanes: readonly LanePlan[],
  clients: readonly ClientPlan[],
  workers: number,
): string[] {
  return lanes.flatMap((lane) => {
    const { name, load, topics, partitions, record } = lane;
    if (load.kind === 'closed' || (topics.length === 1 && record.key.kind === 'none')) return [];
    const producers = producersOf({ workers }, lane);
    // Those of the first one: the others have as many.
    const own = topicsOfProducer(lane, 0, producers).length;
    const places = producers * own * (record.key.kind === 'none' ? 1 : partitions);
    const lingerMs = Number(clients[lane.client]!.properties['linger.ms'] ?? clientPropertyDefault('linger.ms'));
    const perSec = load.targetPerSec;
    const eachPerSec = perSec / places;
    if (
      Math.min(perSec, (places * MS_PER_SEC) / lingerMs) < REQUESTS_WORTH_A_WORD ||
      eachPerSec * lingerMs > 2 * MS_PER_SEC
    )
      return [];
    const batches = `${formatCount(places)} batches at a time, each of ${formatRate(eachPerSec)}`;
    return [
      `${name}: ${batches}: with linger.ms ${lingerMs} a request carries about one message, as librdkafka puts one partition into each; a higher linger.ms saves the brokers most of them`,
    ];
  });
}

/** What a lane asks of its client. */
export interface WantedClient {
  readonly properties: ClientProperties;
  /** Where its scenario says how many clients it has: they are its own. */
  readonly own?: { readonly scenario: string; readonly count: number };
}

/** Groups equal properties; `clientOf[i]` is the client of lane i. */
export function groupClients(wanted: readonly WantedClient[]): {
  readonly clients: ClientPlan[];
  readonly clientOf: number[];
} {
  const clients: ClientPlan[] = [];
  const numbers = new Map<string, number>();
  const clientOf = wanted.map(({ properties, own }) => {
    const identity = JSON.stringify([own?.scenario, Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1))]);
    const client = { properties, ...(own && { producers: own.count }) };
    const number = numbers.get(identity) ?? clients.push(client) - 1;
    numbers.set(identity, number);
    return number;
  });
  return { clients, clientOf };
}

export interface WindowInput {
  readonly path: string;
  readonly client: number;
  readonly bytesMean: number;
  readonly closed: boolean;
  /** The profile's own total over workers. */
  readonly given: number | undefined;
}

/**
 * In-flight totals per lane. The queue of a client is shared by its lanes: where the profile sets its size, they fit into it
 * together. A default is a multiple of the producers.
 */
export function planWindows(
  lanes: readonly WindowInput[],
  clients: readonly ClientPlan[],
  workers: number,
  problems: Problem[],
): { readonly inFlight: number[]; readonly clients: ClientPlan[] } {
  const producersOf = ({ client }: WindowInput) => clients[client]!.producers ?? workers;
  const inFlight = lanes.map((lane) => {
    if (lane.given !== undefined) return lane.given;
    const producers = producersOf(lane);
    const sharing = lanes.filter(({ client }) => client === lane.client).length;
    const byBytes = IN_FLIGHT_BYTES / lanes.length / producers / lane.bytesMean;
    const window = lane.closed ? IN_FLIGHT_CLOSED : IN_FLIGHT_OPEN;
    const each = Math.min(window / producers, queueMax(clients[lane.client]!.properties) / sharing, byBytes);
    return Math.max(1, Math.floor(each)) * producers;
  });
  lanes.forEach((lane, i) => {
    const producers = producersOf(lane);
    if (inFlight[i]! >= producers) return;
    const who = producers === workers ? 'workers' : 'clients';
    const message = `${inFlight[i]} in flight cannot be split over ${producers} ${who}`;
    problems.push({ path: `${lane.path}.inFlight`, message, hint: `use fewer ${who}` });
  });
  const sized = clients.map(({ properties, ...more }, client): ClientPlan => {
    const held = lanes.reduce(
      (sum, lane, i) => sum + (lane.client === client ? shareOf(inFlight[i]!, 0, producersOf(lane)) : 0),
      0,
    );
    if (held > queueMax(properties)) {
      problems.push({
        path: `producer.${QUEUE}`,
        message: `${formatCount(held)} messages may be in flight in one client, its queue holds ${properties[QUEUE]}`,
        hint: 'raise it, or lower inFlight',
      });
    }
    // A report that was read but not yet given back still counts in librdkafka's queue: twice the window never fills.
    return { properties: QUEUE in properties ? properties : { ...properties, [QUEUE]: String(2 * held) }, ...more };
  });
  return { inFlight, clients: sized };
}

/** Infinity where the profile sets none; librdkafka reads 0 as no limit. */
function queueMax(properties: ClientProperties): number {
  return Number(properties[QUEUE] ?? 0) || Infinity;
}
