/**
 * This machine's clock against those of the brokers that date what a group reads, before the run and after it: probe
 * records to a topic of LogAppendTime, only where a group asks for them.
 */
import { hullOf, offsetBound, type RoundTrip } from '../clock-offset.ts';
import { LoadError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { ClockProbePlan, GroupPlan, ReadingPlan } from '../plan/reading-plan.ts';
import type { ClientProperties } from '../profile/profile.ts';
import type { ClockProbe } from '../recorder/reading-measurement.ts';
import { Admin } from '../transport/librdkafka/admin.ts';
import { AppendClock } from '../transport/librdkafka/append-clock.ts';
import { appendTimeTopics, type TopicConfigs } from './reading-logs.ts';

/** Of each broker, before the run and again after it. */
const PROBES = 10;
const ADMIN_TIMEOUT_MS = 8_000;
const APPEND_TIME = { 'message.timestamp.type': 'LogAppendTime' };

/** The run's zero: on the monotonic clock, and as wall-clock time. */
export interface RunStart {
  readonly epochMs: number;
  readonly startedAtMs: number;
}

/** By broker: round trips on the monotonic clock. */
type Trips = ReadonlyMap<number, readonly RoundTrip[]>;

interface ProbeTopic {
  readonly name: string;
  readonly isOurs: boolean;
  readonly clock: AppendClock;
}

export class ClockProbes {
  readonly #groups: readonly GroupPlan[];
  readonly #cluster: ClientProperties;
  readonly #topics = new Map<string, ProbeTopic>();
  /** By topic. */
  readonly #before = new Map<string, Trips>();

  private constructor(groups: readonly GroupPlan[], cluster: ClientProperties) {
    this.#groups = groups;
    this.#cluster = cluster;
  }

  /**
   * Makes the topics that are to be made, and probes for the first time. Undefined where no group asks for it, or every
   * record is dated by the run's own clock: then nothing is written.
   * @throws LoadError where a topic is not there, or does not have the broker's time.
   */
  static async open(plan: Plan, configs: TopicConfigs): Promise<ClockProbes | undefined> {
    const { reading } = plan;
    const groups = reading?.groups.filter((group) => needsProbe(plan, group, appendTimeTopics(configs))) ?? [];
    if (groups.length === 0) return undefined;
    const probes = new ClockProbes(groups, (reading as ReadingPlan).cluster);
    try {
      await probes.#openTopics();
      return probes;
    } catch (error) {
      await probes.close();
      throw error;
    }
  }

  async #openTopics(): Promise<void> {
    const wanted = new Map(this.#groups.map(({ clockProbe }) => [clockProbe!.topic, clockProbe!]));
    const admin = new Admin(this.#cluster, ADMIN_TIMEOUT_MS);
    try {
      for (const probe of wanted.values()) {
        await prepareTopic(admin, probe);
        const clock = new AppendClock(this.#cluster, probe.topic);
        this.#topics.set(probe.topic, { name: probe.topic, isOurs: probe.create, clock });
        this.#before.set(probe.topic, await this.#probe(clock, await admin.leaders(probe.topic)));
      }
    } finally {
      await admin.close();
    }
  }

  /** One partition of each broker. */
  async #probe(clock: AppendClock, leaders: readonly number[]): Promise<Trips> {
    const trips = new Map<number, RoundTrip[]>();
    for (const [partition, leader] of leaders.entries()) {
      if (leader < 0 || trips.has(leader)) continue;
      const own: RoundTrip[] = [];
      for (let i = 0; i < PROBES; i++) own.push(await clock.read(partition));
      trips.set(leader, own);
    }
    return trips;
  }

  /** Probes once more. What cannot be asked any more is missing, with the reason; it does not fail the run. */
  async finish(start: RunStart): Promise<ClockProbe[]> {
    const admin = new Admin(this.#cluster, ADMIN_TIMEOUT_MS);
    const after = new Map<string, Trips>();
    const leading = new Map<string, readonly number[]>();
    let failure: string | undefined;
    try {
      for (const { name, clock } of this.#topics.values()) {
        after.set(name, await this.#probe(clock, await admin.leaders(name)));
      }
      for (const topic of new Set(this.#groups.flatMap(({ topics }) => topics))) {
        leading.set(topic, await admin.leaders(topic));
      }
    } catch (error) {
      failure = `the brokers' clocks were not read after the run: ${(error as Error).message}`;
    } finally {
      await admin.close();
    }
    return this.#groups.map((group): ClockProbe => {
      const { topic } = group.clockProbe!;
      const leaders = group.topics.flatMap((each) => leading.get(each) ?? []);
      const times = [this.#before.get(topic)!, after.get(topic) ?? new Map()];
      const found = summarizeProbes(times, leaders, start);
      const missing = failure ?? found.missing;
      return { group: group.group, topic, ...found, ...(missing !== undefined && { missing }) };
    });
  }

  /** Deletes the topics that were made for the run. @param onWarning where one is left. */
  async close(onWarning?: (warning: string) => void): Promise<void> {
    const ours = [...this.#topics.values()].filter(({ isOurs }) => isOurs);
    for (const { clock } of this.#topics.values()) await clock.close();
    this.#topics.clear();
    if (ours.length === 0) return;
    const admin = new Admin(this.#cluster, ADMIN_TIMEOUT_MS);
    try {
      for (const { name } of ours) await admin.deleteTopic(name);
    } catch (error) {
      const names = ours.map(({ name }) => name).join(', ');
      onWarning?.(`${names}, made for clock probes, may still be there: ${(error as Error).message}`);
    } finally {
      await admin.close();
    }
  }
}

/** Whether a record's own timestamp dates it, and the broker or somebody else may have set that. */
function needsProbe({ lanes }: Plan, group: GroupPlan, appended: readonly string[]): boolean {
  if (group.clockProbe === undefined) return false;
  if (group.dates === 'timestamps') return true;
  const dated = lanes.filter(
    ({ topics, load }) => load.kind === 'closed' && topics.some((topic) => group.topics.includes(topic)),
  );
  return dated.some(({ topics }) => topics.some((topic) => appended.includes(topic)));
}

async function prepareTopic(admin: Admin, { topic, create }: ClockProbePlan): Promise<void> {
  const { partitions } = await admin.topic(topic);
  if (create && partitions > 0) {
    throw new LoadError('TOPIC_EXISTS', `topic ${topic} exists: it would be deleted after the run`, {
      hint: 'remove `create` from `clockProbe` to use it as it is; a run that was killed leaves its topic behind',
    });
  }
  if (!create && partitions === 0) {
    throw new LoadError('TOPIC_MISSING', `topic ${topic} for clock probes does not exist`, {
      hint: 'create it with message.timestamp.type=LogAppendTime, or set `clockProbe.create: true`',
    });
  }
  if (!create) return;
  const brokers = await admin.brokers();
  await admin.createTopic({ name: topic, partitions: brokers.length, replicationFactor: 1, config: APPEND_TIME });
}

/**
 * Of each broker the hull of before and after: in between its clock may drift. Of several brokers the hull of all.
 * @param times round trips before the run, and after it. @param leaders brokers that lead what the group reads.
 */
export function summarizeProbes(
  times: readonly Trips[],
  leaders: readonly number[],
  { epochMs, startedAtMs }: RunStart,
): Omit<ClockProbe, 'group' | 'topic'> {
  const onWallClock = (ms: number) => ms - epochMs + startedAtMs;
  const brokers = [...new Set(leaders)];
  const trips = brokers.map((broker) => times.map((trips) => trips.get(broker) ?? []));
  const bounds = trips.flat().flatMap((own) => {
    const bound = offsetBound(
      own.map(({ sentMs, receivedMs, stampMs }) => {
        return { sentMs: onWallClock(sentMs), receivedMs: onWallClock(receivedMs), stampMs };
      }),
    );
    return bound === undefined ? [] : [bound];
  });
  const unread = brokers.filter((_, b) => trips[b]!.some((own) => own.length === 0));
  const missing =
    unread.length === 0 ? undefined : `broker ${unread.join(', ')} leads partitions of it, and its clock was not read`;
  return {
    probes: trips.flat(2).length,
    offset: bounds.length === 0 ? null : hullOf(bounds),
    ...(missing !== undefined && { missing }),
  };
}
