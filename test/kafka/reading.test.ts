/** Members of consumer groups on Apache Kafka: what the embedded cluster cannot serve. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { groupOf, startMembers } from '../../dist/bench/consume/members.js';
import { plan, run } from '../../dist/src/index.js';
import { profileFile } from '../integration/profile-file.ts';
import { describeKafka } from './describe-kafka.ts';
import { topicOffsets } from './topics.ts';

describeKafka('members of groups on Apache Kafka', (bootstrapServers) => {
  test('control records and aborted transactions at the end of a log do not hold its readers up', async () => {
    const topic = randomUUID();
    const scenario = { executor: 'constant-arrival-rate', rate: 1000, duration: '2s', workload: 'bytes', topic };
    const transactions = { messages: 50, abortRate: 0.3 };
    const more = {
      topics: { [topic]: { partitions: 3 } },
      kafka: { 'bootstrap.servers': bootstrapServers },
      workers: 1,
    };
    const profile = profileFile({ ...scenario, params: { size: 100 }, transactions }, more);
    const { result } = await run(profile, { env: {}, allowInvalid: true, onWarning: () => {} });
    const { committedMessages, abortedMessages, committed, aborted } = result.scenarios.s!.transactions!;
    expect(abortedMessages).toBeGreaterThan(0);
    const ends = (await topicOffsets(bootstrapServers, topic)).map(({ high }) => high);
    // Control records have offsets: at least one for each transaction, in each partition that it wrote to.
    expect(ends.reduce((sum, end) => sum + end)).toBeGreaterThanOrEqual(2000 + committed + aborted);

    const isolated = (group: number, level: string) =>
      groupOf(
        {
          ...{ name: `${level}-${randomUUID()}`, members: [group], topics: [topic] },
          properties: { 'bootstrap.servers': bootstrapServers, 'isolation.level': level },
        },
        { group },
      );
    const groups = [isolated(0, 'read_committed'), isolated(1, 'read_uncommitted')];
    const places = ends.map((_, partition) => ({ topic, partition }));
    const { plan: planned } = await plan(profile, { env: {} });
    const members = startMembers({ plan: { ...planned, lanes: [] }, groups, places, ends });
    try {
      await members.ready;
      members.start();
      const measured = await members.done;
      expect(measured.map(({ complete, failure }) => ({ complete, failure }))).toEqual([
        { complete: true, failure: undefined },
        { complete: true, failure: undefined },
      ]);
      expect(groups.map((group) => members.reader.counts(group).consumed)).toEqual([committedMessages, 2000]);
      for (const group of groups) {
        expect(members.reader.places(group).map(({ position }) => position)).toEqual(ends);
      }
    } finally {
      await members.close();
    }
  });
});
