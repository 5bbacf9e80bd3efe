/**
 * The data topic, one partition of an Apache Kafka beside it, with what a thousand shards send: how far behind who collects
 * it gets. One client stands for all shards, so what a thousand connections cost a broker is not in it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Collector } from '../../src/shards/collector.ts';
import { openBus } from '../../src/shards/open-bus.ts';
import { kafkaTarget } from '../targets.ts';
import { planOf, STARTED_AT_MS, sendersOf, WIDE } from './collecting.ts';
import { progress, table } from './pairs.ts';
import { drawSeconds } from './synthetic-shard.ts';

const SHARDS = 1_000;
const SECONDS = 20;
/** Shards send when their own second is over, which is not at the same moment. */
const WAVES = 20;

export async function benchTopic(): Promise<string> {
  const kafka = await kafkaTarget();
  const id = randomUUID();
  const where = { kind: 'kafka', properties: { 'bootstrap.servers': kafka.bootstrapServers } } as const;
  const open = (shard: number) => openBus(where, { id, shard, instance: randomBytes(8).toString('hex') });
  const [sender, reader] = [await open(1), await open(0)];
  try {
    const plan = planOf(SHARDS, SECONDS, WIDE);
    const shards = sendersOf(plan, SHARDS, WIDE, drawSeconds(WIDE));
    const collector = new Collector({ plan, shards: SHARDS, startedAtMs: STARTED_AT_MS, bus: 'kafka' });
    const sentMs: number[] = [];
    let [heard, bytes, behindMs] = [0, 0, 0];
    const listening = reader.listen('data', (message) => {
      collector.add(message);
      behindMs = Math.max(behindMs, performance.now() - sentMs[heard++]!);
    });
    await listening.caughtUp;
    progress(`sending ${SECONDS} s of ${SHARDS} shards`);
    const sending: Promise<void>[] = [];
    const began = process.cpuUsage();
    const startMs = performance.now();
    for (let wave = 0; wave < SECONDS * WAVES; wave++) {
      await sleep(Math.max(0, startMs + (wave * 1e3) / WAVES - performance.now()));
      const each = SHARDS / WAVES;
      for (const shard of shards.slice((wave % WAVES) * each, ((wave % WAVES) + 1) * each)) {
        const message = shard.next();
        bytes += message.length;
        sentMs.push(performance.now());
        sending.push(sender.send('data', message));
      }
    }
    await Promise.all(sending);
    progress(`all sent, ${heard} heard`);
    while (heard < SHARDS * SECONDS) await sleep(10);
    const seconds = (performance.now() - startMs) / 1e3;
    const { user, system } = process.cpuUsage(began);
    const rows = [
      ['messages a second', (heard / seconds).toFixed(0)],
      ['MB a second', (bytes / seconds / 1e6).toPrecision(3)],
      ['seconds', seconds.toFixed(1)],
      ['collected at most so many ms after it was sent', behindMs.toFixed(0)],
      [
        'CPU of this process, which makes, sends and collects them, % of a core',
        ((user + system) / seconds / 1e4).toFixed(0),
      ],
    ];
    return `${SHARDS} shards of ${WIDE.messages}/s each, ${SECONDS} s, ${kafka.name}\n\n${table(['', ''], rows)}`;
  } finally {
    await reader.close();
    await sender.remove();
    await kafka.stop();
  }
}
