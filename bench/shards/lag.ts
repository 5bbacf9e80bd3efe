/** The same rate by two workers of one process, and by one worker of each of two shards, to an Apache Kafka beside them. */
import { kafkaTarget } from '../targets.ts';
import { runCommand } from './command.ts';
import { alternate, type BenchOptions, type Measures, msOf, pairTable, statusOf } from './pairs.ts';

const PER_SEC = 100_000;
const PARTITIONS = 6;
const MEASURES: Measures = {
  'acked a second': (result) => result.rate.achievedPerSec,
  'schedule lag p50, ms': (result) => msOf(result.latency.scheduleLag.p50),
  'schedule lag p99, ms': (result) => msOf(result.latency.scheduleLag.p99),
  'response p50, ms': (result) => msOf(result.latency.response.p50),
  'response p99, ms': (result) => msOf(result.latency.response.p99),
  'CPU s per million': (result) => result.client.cpuSecondsPerMillion ?? Number.NaN,
};

export async function benchLag({ pairs, seconds }: BenchOptions): Promise<string> {
  const kafka = await kafkaTarget();
  try {
    const run = async (...more: string[]) => {
      const { value, stored } = await kafka.withTopic(PARTITIONS, (topic) => {
        const where = ['--bootstrap-servers', kafka.bootstrapServers, '--topic', topic, '--quiet'];
        const load = ['bytes', '-r', String(PER_SEC), '-t', String(seconds)];
        return runCommand([...load, ...where, ...more]);
      });
      const { acked } = value.totals;
      if (stored !== undefined && stored < acked) throw new Error(`${acked} acked, ${stored} on the topic`);
      return value;
    };
    const sides = [
      { title: 'two workers', run: () => run('--workers', '2') },
      { title: 'two shards', run: () => run('--workers', '1', '--shards', '2') },
    ];
    // The broker's code is compiled and its log's files are there.
    await run('--workers', '2');
    const results = await alternate(sides, pairs, MEASURES, statusOf);
    const titles = sides.map(({ title }) => title);
    return [
      `bytes of 200 B, ${PER_SEC} a second in all, ${PARTITIONS} partitions; ${kafka.name}; ${pairs} pairs of ${seconds} s`,
      pairTable(titles, results, MEASURES),
    ].join('\n\n');
  } finally {
    await kafka.stop();
  }
}
