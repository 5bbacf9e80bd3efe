/** The thread of one member from its plan to what it measured: builds the parts, joins, waits for the start, reads. */
import { createClock, lateClock } from '../clock.ts';
import type { GroupPlan } from '../plan/reading-plan.ts';
import { CONTROL, controlOf, STATE } from '../recorder/control-memory.ts';
import type { MemberPlan } from '../recorder/member-plan.ts';
import type { IndexPage, MemberMeasurement } from '../recorder/reading-measurement.ts';
import { MEMBER, memberCells } from '../recorder/reading-memory.ts';
import { threadId } from '../thread-id.ts';
import type { PartitionKeeper } from '../transport/consumer.ts';
import { LibrdkafkaReader } from '../transport/librdkafka/record-reader.ts';
import type { LogSink } from '../transport/transport.ts';
import type { OpenRecords } from '../workload/source/open-source.ts';
import { EndToEnd } from './end-to-end.ts';
import { GroupPlaces } from './group-places.ts';
import { LogCheck } from './log-check.ts';
import { type Ending, Member } from './member.ts';
import { RecordIdentity } from './record-identity.ts';
import { RecordTaker } from './record-taker.ts';

/** Undefined when the run was cancelled before it began. */
export function runMember(memberPlan: MemberPlan, openRecords: OpenRecords): MemberMeasurement | undefined {
  const { plan, worker: member, memory, logPort, dataPort } = memberPlan;
  const group = plan.reading.groups.find(({ members }) => members.includes(member))!;
  const cells = memberCells(memory, member);
  const clock = lateClock();
  const onLog: LogSink = (line) => logPort.postMessage(line);
  const places = new GroupPlaces({ reading: plan.reading, group, member, memory });
  const identity = new RecordIdentity(plan, openRecords);
  // Without any mark there is nothing to find: no record is foreign, and verification is refused.
  const isMarked = identity.marked.includes(true);
  const check =
    group.verify && isMarked
      ? new LogCheck({
          ...{ plan, group: group.group, memory, openRecords },
          post: (page: IndexPage) => dataPort.postMessage(page),
        })
      : undefined;
  const taker = new RecordTaker({
    places,
    cells,
    check,
    identity: isMarked ? identity : undefined,
    endToEnd: plan.lanes.length > 0 || group.dates === 'timestamps' ? new EndToEnd(plan, memory, member) : undefined,
  });
  const open = (keeper: PartitionKeeper) => new LibrdkafkaReader({ properties: propertiesOf(group), onLog, ...keeper });
  const loop = new Member({ group, member, memory, places, clock: clock.read, taker, onLog, open });
  let isLeft = false;
  try {
    cells[MEMBER.threadId] = threadId();
    loop.join();
    if (!loop.awaitStart()) return undefined;
    const control = controlOf(memory);
    clock.set(createClock(control.epoch[0]!));
    const ending: Ending = loop.run();
    loop.leave();
    isLeft = true;
    const checks = check?.end();
    Atomics.store(control.words, CONTROL.states + member, STATE.done);
    return { member, group: group.group, complete: ending === undefined, ...ending, ...(checks && { checks }) };
  } finally {
    if (!isLeft) loop.reader.abandon();
    logPort.close();
    dataPort.close();
  }
}

/**
 * Where reading begins is said with each assignment: the policy is left for offsets that are not in the log any more.
 * Partitions dealt out by hand are nobody's in the group that `group.id` names, and nothing is committed for it.
 */
function propertiesOf({ properties, mode }: GroupPlan): Readonly<Record<string, string>> {
  const reset = properties['auto.offset.reset'] === 'error' ? 'error' : 'earliest';
  return { ...properties, 'auto.offset.reset': reset, ...(mode === 'assign' && { 'enable.auto.commit': 'false' }) };
}
