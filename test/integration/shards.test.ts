/** One run in several processes of this machine: what comes of it is what one process makes. */
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Result } from '../../src/result/result.ts';
import { parseTextMark } from '../../src/workload/encoding/mark.ts';
import { type Command, killCommands, linesOf, startCluster, startCommand, until } from './command.ts';
import { profileFile } from './profile-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'shards-'));
const NULL = ['--bootstrap-servers', 'null', '--allow-invalid'];

afterAll(killCommands);

function start(name: string, args: readonly string[]) {
  const out = join(folder, name);
  return Object.assign(startCommand(['run', ...args, '--out', out]), { out });
}

function resultOf({ out }: { readonly out: string }): Result {
  return JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
}

/** Indexes that the ledger names, each with its scenario and status. */
function ledgerOf({ ledger }: Result): string[] {
  return ledger.notAcked
    .flatMap(({ scenario, from, to, step, status }) =>
      Array.from({ length: (to - from) / step + 1 }, (_, k) => `${scenario} ${status} ${from + k * step}`),
    )
    .sort();
}

/** The process of a shard, by its command line. */
function processOf(run: string, shard: number): number | undefined {
  const found = readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return args.includes(`--run=${run}`) && args.some((arg) => arg.startsWith(`--shard=${shard}/`));
    } catch {
      // It has ended.
      return false;
    }
  });
  return found === undefined ? undefined : Number(found);
}

async function idOf(command: Command): Promise<string> {
  await until(() => /^run \w+ in/m.test(command.said.err), command);
  return /^run (\w+) in/m.exec(command.said.err)![1]!;
}

/** It says once a second how much was sent. */
const isSending = ({ said }: Command) => /[1-9][\d,]* sent/.test(said.err);

const scenario = (more: object) => ({ workload: 'bytes', topic: 't', params: { size: 100, sizeMax: 200 }, ...more });
const MIXED = {
  thresholds: { failed: ['rate<=1'] },
  nullTransport: { latencyMs: [1, 5] },
  scenarios: {
    steady: scenario({ executor: 'constant-arrival-rate', rate: 700, duration: '1500ms', warmup: '300ms' }),
    poisson: scenario({ executor: 'constant-arrival-rate', rate: 300, duration: '1s', arrivals: 'poisson' }),
    bursts: scenario({ executor: 'burst', size: 101, every: '400ms', duration: '1500ms' }),
  },
};

test('totals, rows and ledger are those of one process with the same seed', async () => {
  const profile = profileFile({}, { ...MIXED, workers: 2 });
  const [one, three] = [start('one', [profile, ...NULL]), start('three', [profile, ...NULL, '--shards', '3'])];
  const [first, second] = [await one.ended, await three.ended];
  expect([first.code, second.code], second.err).toEqual([0, 0]);
  const [whole, split] = [resultOf(one), resultOf(three)];
  const totals = ({ totals, scenarios, warmup }: Result) => [
    totals,
    warmup?.totals,
    Object.values(scenarios).map((each) => each.totals),
  ];
  expect(totals(split)).toEqual(totals(whole));
  const scheduled = ({ series }: Result) => series.map((row) => row.scheduled).filter((count) => count > 0);
  expect(scheduled(split)).toEqual(scheduled(whole));
  expect([ledgerOf(split), split.ledger.complete]).toEqual([ledgerOf(whole), true]);
  expect(split.shards?.shards.map(({ instances }) => instances.length)).toEqual([1, 1, 1]);
  expect(split.run.command).toBe(`load ${three.args.join(' ')}`);
  // What they said to each other is of no use any more.
  expect(existsSync(join(three.out, 'bus'))).toBe(false);
});

test('the same records are on the topic, byte by byte', async () => {
  const profile = profileFile(
    {},
    {
      clock: { start: '2026-01-01T00:00:00Z' },
      scenarios: { s: { workload: 'atm', topic: 't', executor: 'constant-arrival-rate', rate: 400, duration: '1s' } },
      topics: { t: { partitions: 3 } },
    },
  );
  const clusters = await Promise.all([startCluster('t:3'), startCluster('t:3')]);
  const place = (shard: string, cluster: number) => [
    ...[profile, '--shard', shard, '--run', 'bytes', '--bus', join(folder, `bus-${cluster}`)],
    ...['--bootstrap-servers', clusters[cluster]!, '--allow-invalid'],
  ];
  const runs = [start('b0', place('0/1', 0)), ...[0, 1, 2].map((i) => start(`b1-${i}`, place(`${i}/3`, 1)))];
  for (const run of runs) expect((await run.ended).code, run.said.err).toBe(0);
  const [one, three] = await Promise.all(
    clusters.map(async (cluster) => {
      const read = startCommand([
        'consume',
        't',
        '--bootstrap-servers',
        cluster,
        '--from',
        'earliest',
        '--format=json',
      ]);
      // Between shards the order is nobody's.
      return linesOf((await read.ended).out.replaceAll(/"offset":\d+,/g, '')).sort();
    }),
  );
  expect([one!.length, three!.length]).toEqual([400, 400]);
  expect(three!.filter((line, i) => line !== one![i])).toEqual([]);
});

test('a shard that is killed is replaced; what nobody sent is counted', async () => {
  const profile = profileFile({ executor: 'constant-arrival-rate', rate: 500, duration: '8s' });
  const run = start('killed', [profile, ...NULL, '--shards', '2']);
  const id = await idOf(run);
  await until(() => isSending(run), run);
  process.kill(processOf(id, 1)!, 'SIGKILL');
  const [bus, again] = [join(run.out, 'bus'), join(folder, 'collected')];
  const collect = startCommand(['collect', id, '--bus', bus, '--out', again, '--allow-invalid']);
  const { code, err } = await run.ended;
  expect(code, err).toBe(0);
  expect(err).toContain('warning: shard 1 was ended by SIGKILL and is started again');
  const { totals, shards, events } = resultOf(run);
  expect(shards!.shards.map(({ instances }) => instances.length)).toEqual([1, 2]);
  expect(totals.scheduled).toBe(4000);
  expect(totals.sent + totals.shed + totals.unsent).toBe(4000);
  expect(totals.unsent).toBeGreaterThan(0);
  expect(events?.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['shard-lost', 'shard-joined']));
  expect(shards!.shards[1]!.instances[0]!.failure).toBe('ended by SIGKILL');
  // Whoever adds up what they have sent makes the same of it.
  expect((await collect.ended).code, collect.said.err).toBe(0);
  const { run: _, ...same } = resultOf(run);
  expect(resultOf({ out: again })).toMatchObject(same);
});

test('of a replaced shard with clients, each message is sent once, and each client leaves out one stretch', async () => {
  const servers = await startCluster('t:3');
  const [CLIENTS, COUNT] = [6, 4_000];
  const load = { executor: 'constant-arrival-rate', rate: COUNT / 8, duration: '8s' };
  const profile = profileFile({ workload: 'atm', params: {}, format: 'json', clients: CLIENTS, ...load });
  const run = start('killed-clients', [profile, '--bootstrap-servers', servers, '--allow-invalid', '--shards', '2']);
  const id = await idOf(run);
  await until(() => isSending(run), run);
  process.kill(processOf(id, 1)!, 'SIGKILL');
  const { code, err } = await run.ended;
  expect(code, err).toBe(0);
  const { totals, shards } = resultOf(run);
  expect(shards!.shards.map(({ instances }) => instances.length)).toEqual([1, 2]);
  expect([totals.scheduled, totals.sent + totals.unsent, totals.failed]).toEqual([COUNT, COUNT, 0]);

  const place = ['--bootstrap-servers', servers, '--from', 'earliest', '--format=json'];
  const lines = linesOf((await startCommand(['consume', 't', ...place]).ended).out);
  const indexes = lines.map((line) => parseTextMark(JSON.parse(line).value.transaction_id)!.index);
  const found = new Set(indexes);
  expect(found.size).toBe(indexes.length);
  // Of what the killed one sent after its last second nobody knows.
  expect(found.size).toBeGreaterThanOrEqual(totals.acked);
  const missing = Array.from({ length: COUNT }, (_, index) => index).filter((index) => !found.has(index));
  expect(missing.length).toBeGreaterThan(0);
  const from = Array.from({ length: CLIENTS }, (_, client) => missing.filter((index) => index % CLIENTS === client));
  for (const [client, own] of from.entries()) {
    if (client % 2 === 0) expect(own).toEqual([]);
    else expect(own).toEqual(own.map((_, k) => own[0]! + k * CLIENTS));
  }
  // All clients of the process that came take the schedule up at one moment.
  const last = missing.at(-1)!;
  expect(missing.slice(-CLIENTS / 2)).toEqual([last - 4, last - 2, last]);
  const dueAtJoin = shards!.shards[1]!.instances[1]!.joinedAt * load.rate;
  expect(Math.abs(last - dueAtJoin)).toBeLessThan(CLIENTS);
});

test('a threshold that aborts stops all of them', async () => {
  const profile = profileFile(
    { executor: 'constant-arrival-rate', rate: 500, duration: '10m' },
    { nullTransport: { failRate: 0.5 }, thresholds: { failed: [{ threshold: 'rate<0.1', abortOnFail: true }] } },
  );
  const run = start('aborted', [profile, ...NULL, '--shards', '2']);
  const { code, err } = await run.ended;
  expect(code, err).toBe(99);
  const { run: facts, totals, shards } = resultOf(run);
  expect(facts.stopped?.by).toBe('threshold');
  expect(totals.sent).toBe(totals.acked + totals.failed + totals.unresolved);
  expect(shards!.shards.every(({ instances }) => instances.at(-1)!.complete)).toBe(true);
});

test('Ctrl-C drains all of them, and the result is whole', async () => {
  const profile = profileFile({ executor: 'constant-arrival-rate', rate: 500, duration: '10m' });
  const run = start('interrupted', [profile, ...NULL, '--shards', '2']);
  await until(() => isSending(run), run);
  run.child.kill('SIGINT');
  const { code, err } = await run.ended;
  expect(code, err).toBe(130);
  const { run: facts, totals, shards } = resultOf(run);
  expect(facts.stopped?.by).toBe('SIGINT');
  expect(totals.sent).toBe(totals.acked);
  expect(shards!.shards.every(({ instances }) => instances.at(-1)!.complete)).toBe(true);
});

test('a mistake is reported once, before anything is started', async () => {
  for (const [mistake, message] of [
    [['--set', 'clock.speed=max'], 'clock.speed'],
    [['--format', 'xml'], '--format: `xml` is not known'],
    [['--log-events'], '--log-events: does not work in a run of several processes'],
  ] as const) {
    const { code, err } = await start('mistake', ['bytes', '--shards', '2', ...mistake]).ended;
    expect([code, err.match(/error|run \w+ in 2 processes/g)]).toEqual([2, ['error']]);
    expect(err).toContain(message);
  }
});

test('a shard that never appears ends the run with its name', async () => {
  const profile = profileFile({ executor: 'constant-arrival-rate', rate: 500, duration: '1s' });
  const place = ['--shard', '0/2', '--run', 'alone', '--bus', join(folder, 'bus-alone'), '--shard-wait', '500ms'];
  const { code, err } = await start('alone', [profile, ...NULL, ...place]).ended;
  expect(code).toBe(1);
  expect(err).toContain('shard 1 did not appear within 500ms');
});
