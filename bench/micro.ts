/**
 * Micro-benchmarks: what each part costs per message, without a broker. `--save` writes the baseline, otherwise the
 * run is compared with it; `--filter TEXT` picks tasks. Not a test: on another machine, or a busy one, it differs.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Bench } from 'tinybench';
import { addEngineTasks, messagesPerOperation } from './engine.ts';
import { addWorkloadTasks } from './workload.ts';

interface Baseline {
  readonly cpu: string;
  readonly node: string;
  readonly nsPerMessage: Readonly<Record<string, number>>;
}

/** From dist/bench to the sources, where the baseline is kept. */
const BASELINE = new URL('../../bench/baseline.json', import.meta.url);
/** Relative change that is more than what two runs on one quiet machine differ by. */
const NOTABLE = 0.15;

const { values } = parseArgs({ options: { save: { type: 'boolean' }, filter: { type: 'string', default: '' } } });
const bench = new Bench({ time: 500, warmupTime: 200 });
addWorkloadTasks(bench);
addEngineTasks(bench);
for (const { name } of [...bench.tasks]) if (!name.includes(values.filter)) bench.remove(name);
await bench.run();

const before: Baseline | undefined = existsSync(BASELINE) ? JSON.parse(readFileSync(BASELINE, 'utf8')) : undefined;
const nsPerMessage: Record<string, number> = {};
for (const { name, result } of bench.tasks) {
  if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`);
  nsPerMessage[name] = (result.latency.p50 * 1e6) / messagesPerOperation(name);
}
if (values.save) {
  const baseline: Baseline = { cpu: cpus()[0]?.model ?? 'unknown', node: process.version, nsPerMessage };
  writeFileSync(BASELINE, `${JSON.stringify(baseline, null, 2)}\n`);
}
console.table(
  Object.fromEntries(
    Object.entries(nsPerMessage).map(([name, ns]) => [
      name,
      {
        'ns/message': Number(ns.toPrecision(3)),
        'M/s a core': Number((1e3 / ns).toPrecision(3)),
        'against baseline': describeChange(ns, before?.nsPerMessage[name]),
      },
    ]),
  ),
);
if (before !== undefined) console.log(`baseline: ${before.cpu}, Node ${before.node}`);

function describeChange(ns: number, baselineNs: number | undefined): string {
  if (baselineNs === undefined) return 'new';
  const change = ns / baselineNs - 1;
  const percent = `${change > 0 ? '+' : ''}${(100 * change).toFixed(0)} %`;
  return Math.abs(change) < NOTABLE ? percent : `${percent} ${change > 0 ? 'SLOWER' : 'faster'}`;
}
