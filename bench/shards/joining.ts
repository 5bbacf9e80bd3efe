/**
 * What it costs to be one of N shards until the start: every process hears every other one. Of shard 0, which waits for
 * all, and of one that waits for it; what the bus hands out is N times what is stored.
 */
import { plan } from '../../src/planning.ts';
import type { Bus } from '../../src/shards/bus.ts';
import type { ControlMessage } from '../../src/shards/messages.ts';
import { ShardSession } from '../../src/shards/session.ts';
import { packPlan, planHash } from '../../src/shards/shared-plan.ts';
import { table } from './pairs.ts';

const VERSION = 'bench';

export async function benchJoining(): Promise<string> {
  const rows: string[][] = [];
  for (const shards of [10, 100, 1_000]) {
    const messages = await messagesOf(shards);
    const first = await joined(0, shards, messages);
    const other = await joined(shards - 1, shards, messages);
    const stored = messages.reduce((sum, { length }) => sum + length, 0);
    rows.push([
      ...[String(shards), String(messages.length), (stored / 1e6).toPrecision(3)],
      ...[((stored * shards) / 1e6).toPrecision(3), first.toFixed(0), other.toFixed(0)],
    ]);
  }
  const head = ['shards', 'messages', 'stored, MB', 'handed out, MB', 'CPU of shard 0, ms', 'of another, ms'];
  return table(head, rows);
}

/** All that is said until the start. */
async function messagesOf(shards: number): Promise<Uint8Array[]> {
  const { plan: planned, loaded } = await plan('atm');
  const hash = planHash(planned);
  const said: ControlMessage[] = [];
  const senderOf = (shard: number) => ({ shard, instance: shard.toString(16).padStart(16, '0') });
  for (let shard = 0; shard < shards; shard++) {
    const process = { shards, host: `load-night-${shard}-abcde`, pid: 1, engineVersion: VERSION };
    said.push({ kind: 'hello', ...senderOf(shard), ...process, sentAtMs: Date.now() });
  }
  said.push({
    ...{ kind: 'prepared', ...senderOf(0), threads: 2, seed: 1, nowMs: Date.now(), planHash: hash },
    context: {
      ...{ plan: packPlan(planned), isEmbedded: false, startOffsets: [], librdkafka: '2.15.1', thresholds: [] },
      ...{ profileHash: loaded.hash, profileYaml: loaded.resolved, command: 'load run atm', notes: [] },
    },
  });
  for (let shard = 0; shard < shards; shard++) {
    const clockOffset = { minUs: -123.4, maxUs: 567.8 };
    said.push({ kind: 'ready', ...senderOf(shard), planHash: hash, clockOffset });
  }
  said.push({ kind: 'start', ...senderOf(0), atMs: Date.now() });
  return said.map((message) => Buffer.from(JSON.stringify(message)));
}

/** CPU, ms, of a process that hears them while it waits for the start. */
async function joined(shard: number, shards: number, messages: readonly Uint8Array[]): Promise<number> {
  let hear: (message: Uint8Array) => void = () => {};
  const bus: Bus = {
    ...{ kind: 'kafka', place: 'memory', bytesSent: 0 },
    send: async () => {},
    listen: (_channel, onMessage) => {
      hear = onMessage;
      return { caughtUp: Promise.resolve(), closed: new Promise(() => {}), close: () => {} };
    },
    clockOffset: async () => undefined,
    remove: async () => {},
    close: async () => {},
  };
  const session = await ShardSession.join({ bus, shard, shards, engineVersion: VERSION, waitMs: 60_000 });
  const { planHash: hash } = JSON.parse(Buffer.from(messages[shards]!).toString());
  const started = session.start(hash);
  await Promise.resolve();
  const began = process.cpuUsage();
  for (const message of messages) hear(message);
  await started;
  const { user, system } = process.cpuUsage(began);
  session.close();
  return (user + system) / 1e3;
}
