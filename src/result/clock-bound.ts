/** Which clocks a group's end-to-end latency compares, and how far they may be apart. */
import type { Plan } from '../plan/plan.ts';
import type { GroupPlan } from '../plan/reading-plan.ts';
import type { ClockProbe } from '../recorder/reading-measurement.ts';
import { countOf, formatCount, US_PER_MS } from '../units.ts';
import type { ClockBound } from './reading-result.ts';
import type { ShardsResult } from './shard-result.ts';

const LOOPBACK = /^(?:[a-z_]+:\/\/)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;

export interface ClockEvidence {
  /** Topics whose records have the broker's time. */
  readonly appendTimeTopics: readonly string[];
  /** Lowest end-to-end latency of the group, below 0 too, µs; null where no record was dated. */
  readonly lowestUs: number | null;
  readonly probe?: ClockProbe | undefined;
}

export function clockBound(plan: Plan, group: GroupPlan, evidence: ClockEvidence): ClockBound {
  const lanes = plan.lanes.filter(({ topics }) => topics.some((topic) => group.topics.includes(topic)));
  const dated = lanes.filter(({ load }) => load.kind === 'closed');
  const isAppendTime = (topic: string) => evidence.appendTimeTopics.includes(topic);
  if (group.dates === 'timestamps') {
    // What anybody's clock may have dated is bounded no better than all of it.
    return group.topics.every(isAppendTime) ? byBrokers(group, evidence) : byWriters(evidence);
  }
  if (dated.length === 0) {
    return {
      source: 'same-process',
      offsetMaxUs: 0,
      note: 'one monotonic clock: the intended time is that of the schedule',
    };
  }
  if (!dated.some(({ topics }) => topics.some(isAppendTime))) {
    return {
      source: 'same-process',
      offsetMaxUs: US_PER_MS,
      note: 'a closed loop plans no times: a message is intended when librdkafka stamped it, in whole milliseconds',
    };
  }
  // Where a schedule dated some of them, the lowest latency may be one of those.
  const isAllStamped = lanes.every(({ topics, load }) => load.kind === 'closed' && topics.every(isAppendTime));
  return byBrokers(group, isAllStamped ? evidence : { ...evidence, lowestUs: null });
}

/** Where several processes send, the one that reads has another clock than most of them: all start by the bus's. */
export function acrossShards(bound: ClockBound, shards: ShardsResult | undefined): ClockBound {
  if (shards === undefined || bound.source !== 'same-process') return bound;
  const source = 'shards';
  const told = 'intended times are by the clock of each shard, which started by that of the bus';
  if (shards.clockSkewUs === null)
    return { source, offsetMaxUs: null, note: `${told}; nothing bounds how far they are apart` };
  // The agreed start is a whole millisecond.
  const offsetMaxUs = Math.ceil(shards.clockSkewUs + US_PER_MS + (bound.offsetMaxUs ?? 0));
  return { source, offsetMaxUs, note: `${told}: at most ${ms(offsetMaxUs)} ms apart` };
}

function byBrokers(group: GroupPlan, { lowestUs, probe }: ClockEvidence): ClockBound {
  const source = 'log-append-time';
  if (probe?.offset != null && probe.missing === undefined) return byProbes(probe.offset, probe, lowestUs);
  const servers = (group.properties['bootstrap.servers'] ?? '').split(',');
  const isLocal = servers.every((server) => LOOPBACK.test(server.trim()));
  if (isLocal && (lowestUs === null || lowestUs >= -US_PER_MS)) {
    return {
      source,
      offsetMaxUs: US_PER_MS,
      offset: { minUs: -US_PER_MS, maxUs: US_PER_MS },
      note: 'records are dated by the broker, which is on this machine, in whole milliseconds',
    };
  }
  const missing = probe?.missing === undefined ? '' : `; ${probe.missing}`;
  const by = 'records are dated by the clock of the broker';
  return { source, offsetMaxUs: null, ...byLatency(by, "the broker's", lowestUs, missing) };
}

function byProbes(offset: NonNullable<ClockProbe['offset']>, probe: ClockProbe, lowestUs: number | null): ClockBound {
  const source = 'log-append-time';
  const probes = `${countOf(probe.probes, 'probe record')} to ${probe.topic}`;
  if (lowestUs !== null && lowestUs < offset.minUs) {
    return {
      source,
      offsetMaxUs: null,
      offset: { minUs: null, maxUs: null },
      note: `a clock was set during the run: ${probes} say that this one is ${aheadText(offset)} the broker's, and latencies are as low as ${ms(lowestUs)} ms`,
    };
  }
  const maxUs = lowestUs === null ? offset.maxUs : Math.min(offset.maxUs, lowestUs);
  const bound = { minUs: Math.floor(offset.minUs), maxUs: Math.ceil(maxUs) };
  return {
    source,
    offsetMaxUs: Math.max(Math.abs(bound.minUs), Math.abs(bound.maxUs)),
    offset: bound,
    note: `records are dated by the broker: by ${probes} this machine's clock is ${aheadText(bound)} the broker's, which latencies include`,
  };
}

function byWriters({ lowestUs, probe }: ClockEvidence): ClockBound {
  const probed =
    probe?.offset == null
      ? ''
      : `; it is ${aheadText(probe.offset)} the broker's by ${countOf(probe.probes, 'probe record')} to ${probe.topic}, which says nothing of the writer's`;
  const by = 'records are dated by the clock of whoever wrote them';
  return { source: 'create-time', offsetMaxUs: null, ...byLatency(by, "the writer's", lowestUs, probed) };
}

/** No record is read before it is written: the lowest latency is the most that this clock can be ahead. */
function byLatency(
  by: string,
  whose: string,
  lowestUs: number | null,
  more: string,
): Pick<ClockBound, 'offset' | 'note'> {
  const offset = { minUs: null, maxUs: lowestUs };
  if (lowestUs === null) return { offset, note: `${by}, which nothing bounds${more}` };
  const known =
    lowestUs < 0
      ? `this machine's is at least ${ms(-lowestUs)} ms behind ${whose} (a latency is below 0 by that), how much more is not known`
      : `this machine's is at most ${ms(lowestUs)} ms ahead of ${whose} (the lowest latency), how far it is behind is not known`;
  return { offset, note: `${by}: ${known}${more}` };
}

/** Where ours is, as seen from the other clock. */
function aheadText({ minUs, maxUs }: { readonly minUs: number; readonly maxUs: number }): string {
  if (minUs >= 0) return `${ms(minUs)} to ${ms(maxUs)} ms ahead of`;
  if (maxUs <= 0) return `${ms(-maxUs)} to ${ms(-minUs)} ms behind`;
  return `at most ${ms(-minUs)} ms behind and at most ${ms(maxUs)} ms ahead of`;
}

function ms(us: number): string {
  return formatCount(us / US_PER_MS, 3);
}
