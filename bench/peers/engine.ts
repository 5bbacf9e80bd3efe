/** The engine itself, as a person runs it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../../test/kafka/java.ts';
import { LIBRDKAFKA_PROPERTIES, LOAD, type Peer } from './peer.ts';

/** `workers` as in a profile: a number or `auto`. */
export function engine(workers: number | 'auto'): Peer {
  return {
    name: 'this engine',
    settings: `max-throughput, bytes workload, workers ${workers}; every record marked, every message's latencies recorded`,
    messages: 5_000_000,
    prepare: async () => {},
    command: async (target, topic, messages) => {
      const profile = {
        version: 1,
        name: 'bench-peers',
        workers,
        kafka: { 'bootstrap.servers': target.bootstrapServers },
        producer: LIBRDKAFKA_PROPERTIES,
        scenarios: {
          bytes: {
            workload: 'bytes',
            topic,
            key: 'none',
            executor: 'max-throughput',
            messages,
            params: { size: LOAD.messageBytes },
          },
        },
      };
      const file = join(packageRoot(), 'dist/bench-peers.yaml');
      await writeFile(file, stringify(profile));
      const cli = join(packageRoot(), 'dist/src/cli.js');
      // --allow-invalid: a run of one message, for the start-up, is too short to judge.
      const options = ['--format', 'json', '--out', 'none', '--quiet', '--allow-invalid'];
      return { program: process.execPath, args: [cli, 'run', file, ...options] };
    },
    report: (stdout) => {
      const { totals, rate } = JSON.parse(stdout) as { totals: { acked: number }; rate: { achievedPerSec: number } };
      return { acked: totals.acked, seconds: totals.acked / rate.achievedPerSec };
    },
  };
}
