/** What `load collect` makes of what is stored; of a run under way: test/integration/shards.test.ts. */
import { expect, test } from 'vitest';
import { collectAgain } from '../../src/shards/collect.ts';
import type { CollectedContext } from '../../src/shards/messages.ts';
import { packPlan } from '../../src/shards/shared-plan.ts';
import { MemoryBus } from './memory-bus.ts';
import { drawMessages, SEC, STARTED_AT_MS } from './recorded-run.ts';
import { mulberry, planOf, type SendingProcess, sendAll } from './sent-run.ts';

const SHARDS = 3;

async function storedRun(senders: readonly SendingProcess[]): Promise<MemoryBus> {
  const plan = planOf({ a: { executor: { kind: 'constant-arrival-rate', ratePerSec: 30, durationNs: 3 * SEC } } }, 3);
  const messages = drawMessages(plan, { draw: mulberry(1), onTime: true, stopNs: 3 * SEC });
  const bus = new MemoryBus();
  const control = (message: object) => bus.member().send('control', Buffer.from(JSON.stringify(message)));
  const sender = { shard: 0, instance: 'a' };
  const context = { plan: packPlan(plan), startOffsets: [], librdkafka: '2' } as unknown as CollectedContext;
  await control({ kind: 'hello', ...sender, shards: SHARDS });
  await control({ kind: 'prepared', ...sender, context });
  await control({ kind: 'start', ...sender, atMs: STARTED_AT_MS });
  for (const bytes of await sendAll(plan, SHARDS, messages, 3 * SEC, senders)) await bus.member().send('data', bytes);
  return bus;
}

test('says which shards it waits for, once, before it gives them up', async () => {
  const bus = await storedRun([{ shard: 0 }, { shard: 1, killedIn: 1 }]);
  const said: string[] = [];
  let ms = 0;
  const { shards } = await collectAgain(bus.member(), {
    signal: new AbortController().signal,
    onSilent: (text) => void said.push(text),
    nowMs: () => (ms += 2_000),
  });
  expect(said).toEqual([
    'waiting for shards 1, 2, lost after 30 s without a word; Ctrl-C makes the result of what is there',
  ]);
  expect(shards.shards.map(({ instances }) => instances.at(-1)?.failure)).toEqual([
    ...[undefined, 'nothing was heard of it for 30 s', undefined],
  ]);
});

test('says nothing where all have ended', async () => {
  const bus = await storedRun([{ shard: 0 }, { shard: 1 }, { shard: 2 }]);
  const said: string[] = [];
  let ms = 0;
  await collectAgain(bus.member(), {
    signal: new AbortController().signal,
    onSilent: (text) => void said.push(text),
    nowMs: () => (ms += 2_000),
  });
  expect(said).toEqual([]);
});
