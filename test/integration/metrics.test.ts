/** `--metrics-port`: scraped while a run goes on and after it, as Prometheus would; the sums are those of the result. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { runProgram } from '../../dist/src/commands/program.js';
import type { Interruption, Terminal } from '../../src/commands/terminal.ts';
import type { Result } from '../../src/result/result.ts';
import { type Family, parseExposition, sumOf } from '../report/exposition.ts';
import { killCommands, metricsUrlOf, startCluster, startCommand, until } from './command.ts';
import { profileFile } from './profile-file.ts';

afterAll(killCommands);

const start = (...args: string[]) => startCommand(args);

const SERVED = ['--metrics-port', '0', '--out', 'none', '--quiet', '--format', 'json', '--allow-invalid'];

async function scrape(url: string): Promise<Map<string, Family>> {
  return parseExposition(await (await fetch(url)).text());
}

const twoScenarios = () =>
  profileFile(
    {},
    {
      workers: 2,
      scenarios: {
        steady: {
          workload: 'bytes',
          topic: 't',
          params: { size: 100 },
          executor: 'constant-arrival-rate',
          rate: 500,
          duration: '2s',
          warmup: '500ms',
        },
        fast: {
          workload: 'bytes',
          topic: 't',
          params: { size: 50 },
          executor: 'max-throughput',
          messages: 5_000,
        },
      },
    },
  );

test('counters never fall, and at the end they are the result', async () => {
  const run = start('run', twoScenarios(), ...SERVED, '--metrics-linger', '1m');
  const url = await metricsUrlOf(run);
  const scrapes: Map<string, Family>[] = [];
  await until(async () => {
    scrapes.push(await scrape(url));
    return run.said.out.endsWith('\n}\n');
  }, run);
  const result = JSON.parse(run.said.out) as Result;
  const last = await scrape(url);

  const running = scrapes.filter((families) => families.has('kafka_load_messages_sent_total'));
  for (const [name, { type }] of last) {
    if (type !== 'counter' && type !== 'histogram') continue;
    const suffix = type === 'histogram' ? '_count' : '';
    const values = [...running, last].map((families) => sumOf(families, name, {}, suffix));
    expect(values, name).toEqual(values.toSorted((a, b) => a - b));
  }

  for (const [scenario, { totals, latency }] of Object.entries(result.scenarios)) {
    const labels = { scenario, phase: 'load' };
    const counts = {
      scheduled: sumOf(last, 'kafka_load_messages_scheduled_total', labels),
      sent: sumOf(last, 'kafka_load_messages_sent_total', labels),
      acked: sumOf(last, 'kafka_load_messages_acked_total', labels),
      failed: sumOf(last, 'kafka_load_messages_failed_total', labels),
      unresolved: sumOf(last, 'kafka_load_messages_unresolved_total', labels),
      shed: sumOf(last, 'kafka_load_messages_shed_total', labels),
      payloadBytes: sumOf(last, 'kafka_load_sent_bytes_total', labels),
    };
    expect(totals).toMatchObject(counts);
    const histograms = { response: 'response', service: 'service', scheduleLag: 'schedule_lag' } as const;
    for (const [latencyName, metric] of Object.entries(histograms)) {
      const { count, mean } = latency[latencyName as keyof typeof histograms];
      expect(sumOf(last, `kafka_load_${metric}_seconds`, labels, '_count')).toBe(count);
      expect(sumOf(last, `kafka_load_${metric}_seconds`, labels, '_sum')).toBeCloseTo((mean! * count) / 1e6, 6);
    }
  }
  const warmup = { phase: 'warmup' };
  expect(sumOf(last, 'kafka_load_messages_acked_total', warmup)).toBe(result.warmup!.totals.acked);
  expect(sumOf(last, 'kafka_load_messages_in_flight')).toBe(0);
  expect(last.get('kafka_load_info')!.samples[0]!.labels).toMatchObject({ profile: 'test', run: result.run.id });

  run.child.kill('SIGTERM');
  expect((await run.ended).code).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test('ecommerce: messages_sent, messages_failed, bytes_sent, last_send_time, of each producer and of all', async () => {
  const run = start(
    'ecommerce',
    '-r',
    '300/s',
    '--set',
    'scenarios.ecommerce.multipliers=none',
    '-t',
    '1',
    '--workers',
    '2',
    ...SERVED,
    '--metrics-linger',
    '1m',
  );
  const url = await metricsUrlOf(run);
  await until(() => run.said.out.endsWith('\n}\n'), run);
  const { totals, run: facts } = JSON.parse(run.said.out) as Result;
  const families = await scrape(url);
  const row = {
    messages_sent: 'kafka_load_messages_sent_total',
    messages_failed: 'kafka_load_messages_failed_total',
    bytes_sent: 'kafka_load_sent_bytes_total',
  };
  const [sent, failed, bytes] = Object.values(row).map((name) => sumOf(families, name));
  expect({ sent, failed, payloadBytes: bytes }).toEqual({ sent: 300, failed: 0, payloadBytes: totals.payloadBytes });
  // Every other record is of one worker.
  const ofWorker = (worker: string) => Object.values(row).map((name) => sumOf(families, name, { worker }));
  expect([ofWorker('0')[0], ofWorker('1')[0]]).toEqual([150, 150]);
  expect(ofWorker('0')[2]! + ofWorker('1')[2]!).toBe(bytes);
  const lastSent = families.get('kafka_load_last_send_timestamp_seconds')!.samples;
  expect(lastSent.map(({ labels }) => labels.worker)).toEqual(['0', '1']);
  const startedSec = Date.parse(facts.startedAt) / 1e3;
  for (const { value } of lastSent) {
    expect(value - startedSec).toBeGreaterThan(0.9);
    expect(value).toBeLessThan(Date.now() / 1e3);
  }
  run.child.kill('SIGTERM');
  expect((await run.ended).code).toBe(0);
});

test('a port in use ends it before anything is sent', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, err, out } = await start('smoke', '--metrics-port', String(port), '--out', 'none').ended;
  other.close();
  expect(code).toBe(1);
  expect(err).toBe(`error: the metrics port 127.0.0.1:${port} is in use\n  --metrics-port 0 picks a free port\n`);
  expect(out).toBe('');
});

test('while it runs the counters grow, and whoever interrupts it does not wait for the endpoint', async () => {
  const run = start('atm', '-t', '1h', ...SERVED, '--metrics-linger', '1h');
  const url = await metricsUrlOf(run);
  let sent = 0;
  for (let grown = 0; grown < 3; grown++) {
    await until(async () => {
      const families = await scrape(url);
      const before = sent;
      if (families.has('kafka_load_messages_sent_total')) sent = sumOf(families, 'kafka_load_messages_sent_total');
      return sent > before;
    }, run);
  }
  run.child.kill('SIGTERM');
  const { code, out } = await run.ended;
  expect(code).toBe(143);
  expect(JSON.parse(out).totals.sent).toBeGreaterThanOrEqual(sent);
});

test('a signal that comes while the result is printed ends the endpoint as well, and changes nothing else', async () => {
  let interrupt: ((interruption: Interruption) => void) | undefined;
  const said: string[] = [];
  const terminal = {
    stdout: {
      write: (text: string) => {
        said.push(text);
        interrupt!({ by: 'SIGTERM', reason: 'a test' });
      },
    },
    stderr: { write: () => {} },
    onInterrupt: (stop: typeof interrupt) => {
      interrupt = stop;
    },
  } as unknown as Terminal;
  const flags = ['-r', '100', '-t', '100ms', '--bootstrap-servers', 'null', ...SERVED, '--metrics-linger', '1h'];
  expect(await runProgram(['atm', ...flags], terminal, { name: 'load', version: '9.9.9' })).toBe(0);
  const { totals, run } = JSON.parse(said.join('')) as Result;
  expect(totals.acked).toBe(10);
  expect(run.stopped).toBeUndefined();
});

test('a consumer has them too: as many records as it printed', async () => {
  const where = ['--bootstrap-servers', await startCluster('atm-transactions:3')];
  const consumer = start('consume', '-p', 'atm', ...where, '--metrics-port', '0', '--format', 'raw');
  const url = await metricsUrlOf(consumer);
  await start('atm', '-n', '300', '-b', ...where, '--out', 'none', '--quiet', '--allow-invalid').ended;
  let families = await scrape(url);
  await until(async () => {
    families = await scrape(url);
    return sumOf(families, 'kafka_load_records_read_total') >= 300;
  }, consumer);
  expect(sumOf(families, 'kafka_load_records_read_total')).toBe(300);
  expect(sumOf(families, 'kafka_load_read_bytes_total')).toBeGreaterThan(300 * 100);
  expect(families.get('kafka_load_info')!.samples[0]!.labels.group).toBe('atm-consumer');
  consumer.child.kill('SIGINT');
  expect((await consumer.ended).code).toBe(130);
});
