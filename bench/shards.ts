/**
 * `npm run bench:shards`: what the processes of a sharded run do and cost on this machine. Prints tables of medians and
 * ratios; each target as `ok` or `MISSED`. Progress goes to stderr.
 */
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchBus } from './shards/bus.ts';
import { merge, scale } from './shards/collecting.ts';
import { benchJoining } from './shards/joining.ts';
import { benchLag } from './shards/lag.ts';
import type { BenchOptions } from './shards/pairs.ts';
import { benchRate } from './shards/rate.ts';
import { benchSkew } from './shards/skew.ts';
import { benchTopic } from './shards/topic.ts';

const PARTS: Readonly<Record<string, (options: BenchOptions) => Promise<string> | string>> = {
  merge,
  scale,
  joining: benchJoining,
  topic: benchTopic,
  rate: benchRate,
  lag: benchLag,
  skew: benchSkew,
  bus: benchBus,
};

const USAGE = `npm run bench:shards -- [options]
  --part LIST     of ${Object.keys(PARTS).join(', ')} (default all)
  --pairs N       alternating runs of each in rate and lag (default 5)
  --seconds N     of each of these runs (default 8)
  --starts N      in skew (default 10)
Runs start from dist/: do not build meanwhile.
`;

const { values } = parseArgs({
  options: {
    part: { type: 'string', default: Object.keys(PARTS).join(',') },
    pairs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '8' },
    starts: { type: 'string', default: '10' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const parts = values.part.split(',');
if (values.help || !parts.every((part) => part in PARTS)) process.stdout.write(USAGE);
else await runParts(parts);

async function runParts(chosen: readonly string[]): Promise<void> {
  const [cpu] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  process.stdout.write(`${cpus().length} × ${cpu!.model.trim()}, ${gib} GiB, Node ${process.versions.node}.\n`);
  const options = { pairs: Number(values.pairs), seconds: Number(values.seconds), starts: Number(values.starts) };
  for (const part of chosen) {
    const before = loadavg()[0]!;
    process.stdout.write(`\n## ${part}\n\n`);
    const report = await PARTS[part]!(options);
    const loads = `load average ${before.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after`;
    process.stdout.write(`${report}\n\n${loads}\n`);
  }
}
