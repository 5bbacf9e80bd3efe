/** How many bytes a shard writes to the bus in a second, by the number of scenarios. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { BusCopy } from './bus-copy.ts';
import { runCommand } from './command.ts';
import { progress, table, target } from './pairs.ts';

const SHARDS = 2;
const PER_SEC = 50_000;
const SECONDS = 8;
const BYTES_MAX = 20_000;

export async function benchBus(): Promise<string> {
  const rows: string[][] = [];
  let max = 0;
  for (const scenarios of [1, 3, 12]) {
    const { perSecond, largest, rest } = await measure(scenarios);
    max = Math.max(max, perSecond);
    rows.push([scenarios, perSecond, largest, rest].map((value) => Math.round(value).toString()));
    progress(`${scenarios} scenarios: ${Math.round(perSecond)} bytes a shard and second`);
  }
  return [
    `${SHARDS} shards, ${PER_SEC} a second in all, null transport with latencies of 1 to 20 ms, ${SECONDS} s`,
    table(['scenarios', 'bytes a shard and second', 'largest message', 'final message'], rows),
    target(max < BYTES_MAX, `${Math.round(max)} bytes a shard and second (max ${BYTES_MAX})`),
  ].join('\n\n');
}

async function measure(scenarios: number): Promise<{ perSecond: number; largest: number; rest: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-bus-profile-'));
  const copy = new BusCopy();
  try {
    const profile = join(folder, 'profile.yaml');
    writeFileSync(profile, stringify(documentOf(scenarios)));
    await runCommand([profile, '--shards', String(SHARDS), '--quiet'], { watch: copy.watch });
    const files = await copy.read();
    if (files.length !== SHARDS) throw new Error(`${files.length} of ${SHARDS} files of shards were found`);
    const sizes = files.flatMap((file) => file.sizes);
    const ofSeconds = sizes.reduce((sum, size) => sum + size, 0);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return {
      perSecond: ofSeconds / SHARDS / SECONDS,
      largest: Math.max(...sizes),
      rest: (bytes - ofSeconds) / SHARDS,
    };
  } finally {
    copy.remove();
    rmSync(folder, { recursive: true });
  }
}

function documentOf(count: number): object {
  const scenario = {
    ...{ workload: 'bytes', topic: 't', params: { size: 200 }, executor: 'constant-arrival-rate' },
    ...{ rate: PER_SEC / count, duration: `${SECONDS}s` },
  };
  return {
    ...{ version: 1, name: 'bus', workers: 1, kafka: { 'bootstrap.servers': 'null' } },
    nullTransport: { latencyMs: [1, 2, 3, 5, 8, 13, 20] },
    topics: { t: { partitions: 6 } },
    scenarios: Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, scenario])),
  };
}
