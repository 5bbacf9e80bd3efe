/**
 * `npm run bench:compression [-- --seconds N]`: how a workload's records compress, pooled against fresh, as librdkafka
 * compresses them. Bytes on the wire are librdkafka's own count (`tx_bytes`), so they hold record headers and requests
 * too. One partition, and a linger of 100 ms, so that batches reach their full size.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { run } from '../src/run.ts';

const WORKLOADS = ['atm', 'ecommerce', 'web-events', 'sms-alerts'];
const MODES = ['fresh', 'pooled'] as const;
const CODECS = ['none', 'lz4', 'zstd'] as const;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } });
const seconds = Number(values.seconds);
const folder = await mkdtemp(join(tmpdir(), 'bench-compression-'));

try {
  const columns = CODECS.flatMap((codec) => [`${codec}, fresh`, `${codec}, pooled`]);
  const ratios = CODECS.slice(1).map((codec) => `${codec}: pooled ÷ fresh`);
  row(['workload', 'payload', ...columns, ...ratios]);
  row(['---', '---', ...columns.map(() => '---'), ...ratios.map(() => '---')]);
  for (const workload of WORKLOADS) {
    const wire: Record<string, number> = {};
    let payload = 0;
    for (const mode of MODES) {
      for (const codec of CODECS) {
        const totals = await totalsOf(workload, mode, codec);
        payload = totals.payloadBytes / totals.acked;
        wire[codec + mode] = totals.wireBytes / totals.acked;
      }
    }
    const bytes = CODECS.flatMap((codec) => MODES.map((mode) => `${wire[codec + mode]!.toFixed(1)} B`));
    const shares = CODECS.slice(1).map((codec) => (wire[`${codec}pooled`]! / wire[`${codec}fresh`]!).toFixed(3));
    row([workload, `${payload.toFixed(1)} B`, ...bytes, ...shares]);
  }
} finally {
  await rm(folder, { recursive: true });
}

async function totalsOf(workload: string, mode: string, codec: string) {
  const profile = join(folder, `${workload}-${mode}-${codec}.yaml`);
  const scenario = {
    workload,
    topic: 'records',
    executor: 'max-throughput',
    duration: `${seconds}s`,
    payload: { mode },
  };
  const document = {
    kafka: { 'bootstrap.servers': 'embedded' },
    producer: { 'compression.type': codec, 'linger.ms': 100 },
    topics: { records: { partitions: 1 } },
    scenarios: { [workload]: scenario },
  };
  await writeFile(profile, stringify(document));
  const { result } = await run(profile);
  const { sent, acked, payloadBytes, wireBytes } = result.totals;
  if (acked !== sent || wireBytes === null) throw new Error(`${profile}: ${acked} of ${sent} acked, ${wireBytes} B`);
  return { acked, payloadBytes, wireBytes };
}

function row(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
