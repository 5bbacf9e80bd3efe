/**
 * `npm run bench:consume`: how fast one member of a consumer group reads records of 200 B from an Apache Kafka on this
 * machine: counting them, with marks and end-to-end latency, and with every byte compared; beside Apache Kafka's own
 * benchmark and librdkafka's, alternating, on the same topic. Prints a Markdown table of medians; progress goes to stderr.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { executePlan } from '../src/coordinator/execute.ts';
import type { Plan } from '../src/plan/plan.ts';
import { plan as planProfile, planToRun } from '../src/planning.ts';
import { median } from '../src/statistics/median.ts';
import { groupOf, startMembers } from './consume/members.ts';
import { type Contender, javaReader, type ReadRun, rdkafkaReader, type Topic } from './consume/peers.ts';
import { PeerUnavailable } from './peers/peer.ts';
import { kafkaTarget } from './targets.ts';

const USAGE = `npm run bench:consume -- [options]
  --rounds N          runs of each reader, alternating (default 5)
  --messages N        records in the topic (default 4,000,000)
  --partitions N      (default 6)
  --only TEXT[,TEXT]  only readers whose name contains one of these
  -X K=V              a consumer property of the engine's members
Members start from dist/: do not build meanwhile.
`;
/** An open model: marks have intended times. */
const FILL_PER_SEC = 400_000;
const RECORD_BYTES = 200;

const print = (line: string) => process.stderr.write(`${line}\n`);

async function planOf(servers: string, topic: string, partitions: number, messages: number): Promise<Plan> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-consume-'));
  const profile = join(folder, 'profile.yaml');
  const scenario = {
    ...{ workload: 'bytes', topic, params: { size: RECORD_BYTES }, gracefulStop: '60s' },
    ...{ executor: 'constant-arrival-rate', rate: FILL_PER_SEC, duration: `${messages / FILL_PER_SEC}s` },
  };
  const document = {
    ...{ version: 1, name: 'bench-consume', kafka: { 'bootstrap.servers': servers }, workers: 1 },
    producer: { 'batch.size': 1_000_000, 'linger.ms': 5, acks: 1 },
    ...{ topics: { [topic]: { partitions } }, scenarios: { s: scenario } },
  };
  await writeFile(profile, stringify(document));
  const { plan } = await planToRun(await planProfile(profile, { env: {} }));
  await rm(folder, { recursive: true });
  return plan;
}

type Mode = 'counting' | 'marks and end-to-end' | 'every byte compared';

/** One member; seconds from the start of the group, which is assigned then, to its last record. */
function engineReader(plan: Plan, mode: Mode, properties: Readonly<Record<string, string>>): Contender {
  return {
    name: `engine, ${mode}`,
    settings: 'one member, its defaults; seconds from the start of its assigned group to its last record',
    read: async ({ servers, name, partitions, records }) => {
      const places = Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition }));
      const group = groupOf(
        {
          ...{ name: `bench-${randomUUID()}`, members: [0], topics: [name] },
          properties: { 'bootstrap.servers': servers, ...properties },
        },
        { verify: mode === 'every byte compared' },
      );
      const read = mode === 'counting' ? { ...plan, lanes: [] } : plan;
      const ends = await endsOf(servers, name, partitions);
      const members = startMembers({ plan: read, groups: [group], places, ends });
      try {
        await members.ready;
        const cpu = process.cpuUsage();
        members.start();
        const [measured] = await members.done;
        const { user, system } = process.cpuUsage(cpu);
        if (measured!.failure !== undefined) throw new Error(measured!.failure);
        const { consumed, foreign, lastRecordNs } = members.reader.counts(group);
        if (foreign > 0) throw new Error(`${foreign} of ${records} records are foreign`);
        if (mode !== 'counting') {
          const { count } = members.reader.endToEndBuckets(group);
          if (count !== records) throw new Error(`${count} of ${records} records are dated`);
        }
        const [check] = measured!.checks ?? [];
        if (check !== undefined && check.corrupted + check.outOfOrder + check.duplicated > 0) {
          throw new Error(`the log is not what was sent: ${JSON.stringify(check)}`);
        }
        return { records: consumed, seconds: lastRecordNs! / 1e9, cpuSeconds: (user + system) / 1e6 };
      } finally {
        await members.close();
      }
    },
  };
}

async function endsOf(servers: string, name: string, partitions: number): Promise<number[]> {
  const { topicOffsets } = await import('../test/kafka/topics.ts');
  const offsets = await topicOffsets(servers, name);
  if (offsets.length !== partitions) throw new Error(`${name} has ${offsets.length} partitions`);
  return offsets.map(({ high }) => high);
}

async function readAll(contender: Contender, topic: Topic): Promise<ReadRun> {
  const run = await contender.read(topic);
  if (run.records < topic.records) throw new Error(`${contender.name} read ${run.records} of ${topic.records} records`);
  return run;
}

function table(contenders: readonly Contender[], runs: ReadonlyMap<Contender, readonly ReadRun[]>): string {
  const rate = ({ records, seconds }: ReadRun) => records / seconds;
  const first = contenders[0]!;
  const rows = contenders.map((contender) => {
    const own = runs.get(contender)!;
    const ratios = own.map((run, round) => rate(runs.get(first)![round]!) / rate(run));
    const rates = own.map(rate);
    return [
      contender.name,
      millions(median(rates)),
      `${millions(Math.min(...rates))} – ${millions(Math.max(...rates))}`,
      `${median(ratios).toFixed(2)}×`,
      median(own.map((run) => (run.cpuSeconds / run.records) * 1e6)).toFixed(2),
    ];
  });
  const titles = ['reader', 'records/s', 'min – max', `${first.name} ÷ it`, 'CPU s per million'];
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const millions = (perSec: number) => `${(perSec / 1e6).toFixed(3)}M`;

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      messages: { type: 'string', default: '4000000' },
      partitions: { type: 'string', default: '6' },
      only: { type: 'string' },
      property: { type: 'string', short: 'X', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const [records, partitions, rounds] = [options.messages, options.partitions, options.rounds].map(Number);
  const properties = Object.fromEntries(options.property.map((each) => each.split('=', 2)));
  const target = await kafkaTarget();
  try {
    await target.withTopic(partitions!, async (name) => {
      const topic = { servers: target.bootstrapServers, name, partitions: partitions!, records: records! };
      const plan = await planOf(topic.servers, name, topic.partitions, topic.records);
      print(`filling ${name} with ${topic.records} records`);
      await executePlan(plan);
      const modes: readonly Mode[] = ['counting', 'marks and end-to-end', 'every byte compared'];
      const all = [...modes.map((mode) => engineReader(plan, mode, properties)), javaReader, rdkafkaReader];
      const only = options.only?.split(',');
      const contenders = all.filter((each) => only?.some((text) => each.name.includes(text)) ?? true);
      const runs = await readInTurns(contenders, topic, rounds!);
      const measured = contenders.filter((each) => runs.has(each));
      const [cpu] = cpus();
      process.stdout.write(
        `${[
          `Target: ${target.name}; ${topic.partitions} partitions, ${topic.records} records of ${RECORD_BYTES} B, no compression; ${rounds} alternating runs each.`,
          `Machine: ${cpus().length} × ${cpu!.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}.`,
          ...measured.map(({ name: reader, settings }) => `- ${reader}: ${settings}.`),
          `\n${table(measured, runs)}`,
        ].join('\n')}\n`,
      );
    });
  } finally {
    await target.stop();
  }
}

async function readInTurns(contenders: readonly Contender[], topic: Topic, rounds: number) {
  const runs = new Map<Contender, ReadRun[]>();
  for (const contender of contenders) {
    try {
      await contender.prepare?.();
      // The first reading of all brings the log into the page cache, the first of each its code.
      await readAll(contender, topic);
      runs.set(contender, []);
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) throw error;
      print(`${contender.name}: left out, ${error.message}`);
    }
  }
  for (let round = 0; round < rounds; round++) {
    const order = [...runs.keys()];
    for (const contender of round % 2 === 0 ? order : order.reverse()) {
      const run = await readAll(contender, topic);
      runs.get(contender)!.push(run);
      print(`round ${round + 1}  ${contender.name}: ${millions(run.records / run.seconds)}/s`);
    }
  }
  return runs;
}

await main();
