/**
 * A scenario's lanes: its own records, and where its workload has trails the records that follow them, a lane for each.
 * All of them are known before the run, to the message.
 */
import type { Problem } from '../errors.ts';
import type { Profile, ScenarioProfile } from '../profile/profile.ts';
import { cutSchedule, dueCountBefore, ScheduleReader, trailingSchedule } from '../schedule/schedule.ts';
import { formatCount, formatDuration, NS_PER_MS } from '../units.ts';
import type { Trail, TrailPlace, Trails } from '../workload/trail.ts';
import { admitted } from './capacity.ts';
import { isEndless } from './endless.ts';
import type { OpenLoad, PlanClock } from './plan.ts';
import { cutLoad, type Load, openLoad, shareMessages } from './scenario-load.ts';

export interface LaneLoad {
  /** The scenario's name, for its own records; SCENARIO/trail for those that follow. */
  readonly name: string;
  /** Key of the scenario in the profile. */
  readonly scenario: string;
  readonly load: Load;
  readonly trail?: TrailPlace;
  /** Its records are made so whatever the profile says: a database knows each message by its number alone. */
  readonly mode?: 'fresh';
}

/** What lanes depend on beside the scenario's own load. */
export interface LaneFacts {
  readonly speed: PlanClock['speed'];
  readonly problems: Problem[];
  readonly warnings: string[];
}

/** The scenario's own lane first. */
export function planLanes(scenario: string, load: Load, trails: Trails | undefined, facts: LaneFacts): LaneLoad[] {
  const own = { name: scenario, scenario, load };
  if (trails === undefined) return [own];
  const { problems, warnings, speed } = facts;
  if (load.kind === 'closed') {
    if (speed === 'max') {
      const message =
        'as fast as acknowledgements allow (`clock.speed: max`) later records could overtake earlier ones';
      problems.push({ path: `scenarios.${scenario}`, message, hint: 'give the clock a speed, e.g. 3600' });
    } else {
      const names = trails.trails.map(({ name }) => name).join(', ');
      warnings.push(`${scenario}: as fast as possible there is no time after which others could follow: no ${names}`);
    }
    return [own];
  }
  const pace = speed === 'max' ? 1 : speed;
  const endless = isEndless(load) ? { endless: true as const } : {};
  const head = { ...admitted(scenario, load, trails.capacity, pace, facts), ...endless };
  const following = trails.trails.flatMap((trail) => trailLane(scenario, head, trail, trails.atEnd, pace));
  // A stop ends what follows as well, in the midst of it.
  return [{ ...own, load: head }, ...following];
}

function trailLane(
  scenario: string,
  head: OpenLoad,
  { name, thinning, delayNs, gapNs }: Trail,
  atEnd: Trails['atEnd'],
  pace: number,
): LaneLoad[] {
  const whole = trailingSchedule(head.schedule, thinning, delayNs / pace);
  const before = dueCountBefore(whole, head.endNs);
  const schedule =
    atEnd === 'cut' ? { ...cutSchedule(whole, before), endNs: Math.min(whole.endNs, head.endNs) } : whole;
  if (schedule.count === 0) return [];
  const isWarmedUp = head.warmupEndNs > head.startNs;
  const warmupCount = isWarmedUp ? dueCountBefore(schedule, head.warmupEndNs) : 0;
  const own = openLoad(schedule, Math.max(head.warmupEndNs, schedule.startNs), warmupCount);
  const load = isEndless(head) ? { ...own, endless: true as const } : own;
  return [{ name: `${scenario}/${name}`, scenario, load, trail: { scenario, name, thinning, gapNs: gapNs / pace } }];
}

/** The first messages of the run, as many as `-n` says: shared over the scenarios, and within one the first that are due. */
export function cutLanes(profile: Profile, lanes: readonly LaneLoad[], problems: Problem[]): LaneLoad[] {
  if (profile.messages === undefined) return [...lanes];
  const names = Object.keys(profile.scenarios);
  const groups = names.map((name) => lanes.filter(({ scenario }) => scenario === name));
  // How much of an endless scenario is laid out says nothing beside one that ends.
  const isMixed = new Set(lanes.map(({ load }) => isEndless(load))).size === 2;
  const planned = ({ load }: LaneLoad) => (isMixed && isEndless(load) ? Infinity : load.count);
  const counts = groups.map((group) => group.reduce((sum, lane) => sum + planned(lane), 0));
  const shares = shareMessages(profile.messages, counts, problems);
  return groups.flatMap((group, i) => {
    const cut = firstDue(group, shares[i]!);
    const loads = cut.map(({ load }) => load).filter((load) => load.kind === 'open' && load.count > 0) as OpenLoad[];
    if (loads.length > 0 && loads.every((load) => load.warmupCount === load.count)) {
      const total = loads.reduce((sum, { count }) => sum + count, 0);
      const message = `its ${formatCount(total)} messages are all warm-up: nothing would be measured`;
      const hint = 'send more messages or leave the warm-up out';
      problems.push({ path: `scenarios.${names[i]}.warmup`, message, hint });
    }
    return cut;
  });
}

/** The `total` messages that are due first; of those due at one moment, an earlier lane's. Lanes with none are left out. */
function firstDue(lanes: readonly LaneLoad[], total: number): LaneLoad[] {
  if (lanes.length === 1) return [{ ...lanes[0]!, load: cutLoad(lanes[0]!.load, total) }];
  const loads = lanes.map(({ load }) => load as OpenLoad);
  const readers = loads.map(({ schedule }) => new ScheduleReader(schedule));
  const countsAt = (ns: number) => readers.map((reader) => reader.dueCount(ns));
  const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
  let low = Math.min(...loads.map(({ startNs }) => startNs)) - 1;
  let high = Math.max(...loads.map(({ endNs }) => endNs));
  // The last moment by which no more than the total are due: halved down to what a double can tell apart.
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (sum(countsAt(middle)) <= total) low = middle;
    else high = middle;
  }
  const counts = countsAt(low);
  let left = total - sum(counts);
  const cut = countsAt(high).map((count, i) => {
    const more = Math.min(left, count - counts[i]!);
    left -= more;
    return counts[i]! + more;
  });
  return lanes.flatMap((lane, i) => (cut[i] === 0 ? [] : [{ ...lane, load: cutLoad(lane.load, cut[i]!) }]));
}

/** Scenarios that go on after their own last records, for those that follow: a sentence each. */
export function tailNotes(lanes: readonly LaneLoad[]): string[] {
  return lanes.flatMap(({ name, load }) => {
    const endNs = Math.max(...lanes.filter(({ scenario }) => scenario === name).map((lane) => lane.load.endNs));
    if (isEndless(load) || !(endNs > load.endNs)) return [];
    const [own, more] = [load.endNs - load.startNs, endNs - load.endNs].map((ns) => formatDuration(ns, NS_PER_MS));
    return [`${name}: new messages for ${own}, then ${more} for their later states`];
  });
}

/** For each scenario of the profile, from its own first message to the last one of its lanes. */
export function scenarioSpans(
  scenarios: Readonly<Record<string, ScenarioProfile>>,
  lanes: readonly LaneLoad[],
): Load[] {
  return Object.keys(scenarios).map((name) => {
    const own = lanes.filter(({ scenario }) => scenario === name);
    const endNs = Math.max(...own.map(({ load }) => load.endNs));
    return { ...own[0]!.load, endNs };
  });
}
