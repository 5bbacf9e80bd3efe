import { expect, test } from 'vitest';
import type { GroupPlan } from '../../src/plan/reading-plan.ts';
import { GroupPlaces } from '../../src/reading/group-places.ts';
import { Member } from '../../src/reading/member.ts';
import { RecordTaker } from '../../src/reading/record-taker.ts';
import { allocateReadingMemory, MEMBER, memberCells, PLACE, placeCells } from '../../src/recorder/reading-memory.ts';
import type { PartitionKeeper, RecordReader } from '../../src/transport/consumer.ts';
import { type LogRecord, MemoryRecords } from './memory-records.ts';

const TAKING_NS = 3e6;
const GROUP: GroupPlan = {
  ...{ name: 'g', group: 0, members: [0], topics: ['t'], properties: {}, mode: 'assign', verify: false },
  ...{ dates: 'marks', from: 'run', startNs: 0 },
};

test('a member is busy while it takes records, at once or after it slept for them, and idle while it sleeps', () => {
  const memory = allocateReadingMemory({ members: 1, groups: 1, places: 1, producers: [1], seconds: 10 });
  placeCells(memory, 0, 0)[PLACE.end] = 3;
  const reading = { groups: [GROUP], places: [{ topic: 't', partition: 0 }], cluster: {} };
  const places = new GroupPlaces({ reading, group: GROUP, member: 0, memory });
  const cells = memberCells(memory, 0);
  let nowNs = 0;
  // Two at once; one that comes during the sleep.
  const batches = [[record(0), record(1)], [], [record(2)]];
  const member = new Member({
    ...{ group: GROUP, member: 0, memory, places, clock: () => nowNs, onLog: () => {} },
    taker: new RecordTaker({ places, cells }),
    open: (keeper) =>
      readerOf(keeper, (timeoutMs, recordsMax) => {
        const isAsleep = timeoutMs > 0 && (recordsMax === 0 || batches[0]?.length === 0);
        if (isAsleep) nowNs += timeoutMs * 1e6;
        const batch = recordsMax === 0 ? [] : (batches.shift() ?? []);
        if (batch.length > 0) nowNs += TAKING_NS;
        return batch;
      }),
  });
  member.join();
  expect(member.run()).toBeUndefined();
  expect(cells[MEMBER.consumed]).toBe(3);
  expect(cells[MEMBER.busy]).toBe(2 * TAKING_NS);
  expect(cells[MEMBER.busy]! + cells[MEMBER.idle]!).toBe(nowNs);
});

function record(offset: number): LogRecord {
  return { topic: 't', partition: 0, offset, key: null, value: new Uint8Array(10), timestampMs: 0 };
}

function readerOf(
  keeper: PartitionKeeper,
  take: (timeoutMs: number, recordsMax: number) => readonly LogRecord[],
): RecordReader {
  const reader = {
    records: new MemoryRecords([]),
    assign: (partitions: Parameters<RecordReader['assign']>[0]) => keeper.onAssigned?.(partitions),
    poll: (timeoutMs: number, recordsMax = 4096) => {
      reader.records = new MemoryRecords(take(timeoutMs, recordsMax));
      return reader.records.partition.length;
    },
    ...{ subscribe: () => {}, hold: () => {}, go: () => {}, pause: () => {}, high: () => -1 },
    ...{ close: () => {}, abandon: () => {} },
  };
  return reader;
}
