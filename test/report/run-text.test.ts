import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { RunMeasurement } from '../../src/recorder/measurement.ts';
import { renderSummary } from '../../src/report/run-text.ts';
import type { Distribution } from '../../src/result/distribution.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { Result } from '../../src/result/result.ts';
import type { RunContext } from '../../src/result/run-identity.ts';
import { adviceFor } from '../../src/result/run-words.ts';
import { FULL_OF_UNSENT } from '../../src/result/verdict-reasons.ts';
import { facts, lane, type PhaseSpec, phase, QUIET_THREADS, ramp, run, SEC, scenario, worker } from '../result/run.ts';
import { FOUR_SHARDS, hundredShards, quietShards, sharded } from '../result/shards.ts';

const good: PhaseSpec = { ackedUs: ramp(1_000, 5), lagUs: 400 };

function resultOf(context: RunContext, measured: RunMeasurement): Result {
  return mergeRun(context, measured).result;
}

const valid = () => resultOf(facts(), run([worker([lane({ load: phase(good) })])]));

const generatorLimited = () => {
  const late = lane({ load: phase({ ...good, lagUs: 800_000 }), lastSentNs: 12.5 * SEC });
  const threads = [
    ...QUIET_THREADS.slice(0, 2),
    { name: 'rdk:broker1', cpuPct: 98.4, maxCpuPct: 100, wantedPct: 98.4 },
  ];
  const result = resultOf(facts(), run([worker([late], { blockedNs: 6 * SEC, idleNs: 3 * SEC })], { threads }));
  return { ...result, environment: { ...result.environment, cpus: 4 } };
};

const brokerLimited = () => {
  const failing = lane({
    load: phase({ ackedUs: ramp(940, 2_000), lagUs: 1_500_000, failed: 60 }),
    lastSentNs: 11 * SEC,
    notAcked: [{ scenario: 'atm', from: 300, to: 359, step: 1, status: 'possibly-persisted' }],
    errors: [
      {
        code: -192,
        by: 'client',
        name: '_MSG_TIMED_OUT',
        count: 60,
        firstAtNs: 3.2 * SEC,
        seconds: [[3, 60]],
        example: 'Local: Message timed out',
      },
    ],
  });
  const blocked = worker([failing], { blockedNs: 4 * SEC, idleNs: 5 * SEC });
  const broker = { ...blocked.broker!, outstandingRequests: { mean: 4.8, max: 5 }, disconnects: 3 };
  const thresholds = ['p(90)<10000', 'p(99)<250'].map((expression) => ({
    metric: 'response_ms',
    expression,
    abortOnFail: false,
    delayAbortEvalNs: 0,
  }));
  const plan = facts([scenario()], {
    thresholds: [...thresholds, { metric: 'lost', expression: 'count==0', abortOnFail: false, delayAbortEvalNs: 0 }],
  });
  return resultOf(plan, run([{ ...blocked, broker }]));
};

const incomplete = () => {
  const stopped = { by: 'SIGINT', reason: 'interrupted after 4 s' } as const;
  const cut = lane({
    load: phase({ ackedUs: ramp(400, 5), unsent: 600 }),
    lastSentNs: 4 * SEC,
    notAcked: [{ scenario: 'atm', from: 400, to: 999, step: 1, status: 'unsent' }],
  });
  return resultOf(facts(), run([worker([cut])], { stopped }));
};

const closedLoop = () => {
  const fast = lane({ scenario: 'bulk', load: phase({ ackedUs: ramp(1_000, 50) }), lastAckNs: 2 * SEC });
  const side = lane({ warmup: phase({ ackedUs: ramp(100, 9) }), load: phase({ ackedUs: ramp(900, 5) }) });
  const bulk = scenario({
    name: 'bulk',
    executor: 'max-throughput',
    closed: true,
    plannedCount: null,
    endNs: 10 * SEC,
  });
  const plan = facts([bulk, scenario({ warmupCount: 100, loadStartNs: 1 * SEC, closed: true })], {
    target: 'embedded',
    acks: '0',
    notes: ['no schema registry: schema id 1 is a fixed local one'],
  });
  return resultOf(plan, run([worker([fast, side], { blockedNs: 8 * SEC, idleNs: 1 * SEC })]));
};

describe('renderSummary', () => {
  test('VALID', () => {
    expect(renderSummary(valid(), { directory: 'load-results/atm-2026' })).toMatchInlineSnapshot(`
      "VALID  atm on broker1:9092, 10 s, 1 worker
        - sent on schedule: schedule lag p99 0.4 ms, max 0.4 ms
        - in-flight window never full
        - CPU: loop of worker 0 10 %, client thread rdk:broker1 11 %
        - broker: 0.1 requests outstanding on average, round trip p99 2 ms

      Messages    1,000 scheduled = 1,000 sent + 0 shed + 0 unsent
                  1,000 sent = 1,000 acked + 0 failed + 0 unresolved
                  195.31 KiB payload, 253.91 KiB on the wire
      Rate        100/s acknowledged of 100/s planned (0.00 %)

      Latency, ms           p50       p90       p99     p99.9    p99.99       max
        response           2.90      4.90      5.35      5.39      5.40      5.40
        service            2.50      4.50      4.95      5.00      5.00      5.00
        schedule lag      0.400     0.400     0.400     0.400     0.400     0.400

      Client      1.5 s CPU, 120 MiB, ack timestamp error ≤ 0.120 ms (p99)
      Next        raise --rate to find the limit, or measure it with --burst
      Results     load-results/atm-2026"
    `);
  });

  test('GENERATOR_LIMITED: the word stands beside every number', () => {
    const text = renderSummary(generatorLimited());
    expect(text).toMatchInlineSnapshot(`
      "GENERATOR_LIMITED  atm on broker1:9092, 10 s, 1 worker
        - at its limit: client thread rdk:broker1 98 %
        - scenario atm: offered 80/s of 100/s, schedule lag p99 800 ms, max 800 ms
        - in-flight window full for 6 s (60 %)
        - CPU: loop of worker 0 10 %, client thread rdk:broker1 98 %
        - broker: 0.1 requests outstanding on average, round trip p99 2 ms

      Messages    1,000 scheduled = 1,000 sent + 0 shed + 0 unsent (generator-limited)
                  1,000 sent = 1,000 acked + 0 failed + 0 unresolved (generator-limited)
                  195.31 KiB payload, 253.91 KiB on the wire (generator-limited)
      Rate        80/s acknowledged of 100/s planned (-20.00 %) (generator-limited)

      Latency, ms           p50       p90       p99     p99.9    p99.99       max
        response            803       805       805       805       805       805 (generator-limited)
        service            2.50      4.50      4.95      5.00      5.00      5.00 (generator-limited)
        schedule lag        800       800       800       800       800       800 (generator-limited)

      Client      1.5 s CPU, 120 MiB, ack timestamp error ≤ 0.120 ms (p99) (generator-limited)
      Next        a quieter machine, more --workers, or a lower --rate"
    `);
    const reasonsEnd = text.indexOf('\n\n');
    for (const line of text.slice(reasonsEnd).split('\n')) {
      const hasNumber = /\d/.test(line.replaceAll(/p\d+(\.\d+)?/g, ''));
      expect(hasNumber && !line.includes('generator-limited'), line).toBe(false);
    }
  });

  test('GENERATOR_LIMITED: what helps is what the run does not have yet', () => {
    const base = generatorLimited();
    const atm = { ...base.scenarios.atm!, clients: { count: 50 } as Distribution };
    const more = [
      {},
      { client: { ...base.client, workers: 4 } },
      { payload: { atm: { ...base.payload.atm!, mode: 'fresh' as const } } },
      { run: { ...base.run, compression: 'zstd' } },
      { scenarios: { atm } },
      { scenarios: { atm }, verdict: { ...base.verdict, reasons: [FULL_OF_UNSENT] } },
    ];
    expect(more.map((changed) => adviceFor({ ...base, ...changed }))).toEqual([
      'a quieter machine, more --workers, or a lower --rate',
      'a quieter or larger machine, or a lower --rate',
      'a quieter machine, more --workers, payload mode pooled, or a lower --rate',
      'a quieter machine, more --workers, lighter compression, or a lower --rate',
      'fewer clients, a higher linger.ms, a quieter machine, more --workers, or a lower --rate',
      'fewer clients, a quieter machine, more --workers, or a lower --rate',
    ]);
  });

  test('compression is in the result where a client compresses', () => {
    const codecs = (...clients: Record<string, string>[]) => {
      const context = facts();
      const plan = { ...context.plan, clients: clients.map((properties) => ({ properties })) } as typeof context.plan;
      return resultOf({ ...context, plan }, run([worker([lane({ load: phase(good) })])])).run.compression;
    };
    expect(codecs({}, { 'compression.type': 'none' })).toBe(undefined);
    expect(codecs({ 'compression.type': 'lz4' }, { 'compression.codec': 'zstd' })).toBe('lz4, zstd');
  });

  test('BROKER_LIMITED, with errors and a breached threshold', () => {
    expect(renderSummary(brokerLimited())).toMatchInlineSnapshot(`
      "BROKER_LIMITED, 60 of 1,000 failed  atm on broker1:9092, 10 s, 1 worker
        - the in-flight window was full of messages the broker had not acknowledged, while our threads had
          room
        - scenario atm: offered 90.9/s of 100/s, schedule lag p99 1,500 ms, max 1,500 ms
        - in-flight window full for 4 s (40 %)
        - CPU: loop of worker 0 10 %, client thread rdk:broker1 11 %
        - broker: 4.8 requests outstanding on average, round trip p99 2 ms, 3 connections lost

      Messages    1,000 scheduled = 1,000 sent + 0 shed + 0 unsent
                  1,000 sent = 940 acked + 60 failed + 0 unresolved
                  195.31 KiB payload, 253.91 KiB on the wire
      Rate        85.5/s acknowledged of 100/s planned (-14.55 %)

      Latency, ms           p50       p90       p99     p99.9    p99.99       max
        response          2,501     3,301   > 3,380   > 3,380   > 3,380   > 3,380
        service           1,000     1,800   > 1,880   > 1,880   > 1,880   > 1,880
        schedule lag      1,500     1,500     1,500     1,500     1,500     1,500

      Errors      60 × _MSG_TIMED_OUT (-192), first after 3.2 s: Local: Message timed out
      Thresholds  BREACH  response_ms p(99)<250 is > 3380
                  ok      response_ms p(90)<10000 is 3301
                  ?       lost count==0: \`load verify\` measures it
      Client      1.5 s CPU, 120 MiB, ack timestamp error ≤ 0.120 ms (p99)
      Next        the wait is in response and schedule lag: lower --rate to what the broker sustains, or
                  tune the broker"
    `);
  });

  test('INCOMPLETE', () => {
    expect(renderSummary(incomplete())).toMatchInlineSnapshot(`
      "INCOMPLETE  atm on broker1:9092, 10 s, 1 worker
        - ended early by SIGINT: interrupted after 4 s

      Messages    1,000 scheduled = 400 sent + 0 shed + 600 unsent (incomplete)
                  400 sent = 400 acked + 0 failed + 0 unresolved (incomplete)
                  78.13 KiB payload, 253.91 KiB on the wire (incomplete)
      Rate        40/s acknowledged of 100/s planned (-60.00 %) (incomplete)

      Latency, ms           p50       p90       p99     p99.9    p99.99       max
        response           1.00      1.80      1.98      2.00      2.00      2.00 (incomplete)
        service            1.00      1.80      1.98      2.00      2.00      2.00 (incomplete)
        schedule lag      0.000     0.000     0.000     0.000     0.000     0.000 (incomplete)

      Client      1.5 s CPU, 120 MiB, ack timestamp error ≤ 0.120 ms (p99) (incomplete)
      Next        the planned load was not completed: see the reasons, then run it again"
    `);
  });

  test('closed loop, acks=0, embedded, warm-up, two scenarios', () => {
    expect(renderSummary(closedLoop())).toMatchInlineSnapshot(`
      "VALID, limited by the broker  atm on the embedded cluster, 10 s, 1 worker
        - the loop waited for acknowledgements with the in-flight window full
        - in-flight window full for 8 s (80 %)
        - CPU: loop of worker 0 10 %, client thread rdk:broker1 11 %
        - broker: 0.1 requests outstanding on average, round trip p99 2 ms

      Messages    1,900 scheduled = 1,900 sent + 0 shed + 0 unsent
                  1,900 sent = 1,900 acked + 0 failed + 0 unresolved
                  371.09 KiB payload
      Rate        190/s transmitted (acks=0)
      Warm-up     100 acked, 100/s, response p99 0.891 ms; in none of the other numbers

      Latency, ms           p50       p90       p99     p99.9    p99.99       max
        response           4.32      40.5      49.1      50.0      50.0      50.0
        service            4.32      40.5      49.1      50.0      50.0      50.0
        schedule lag      0.000     0.000     0.000     0.000     0.000     0.000

      Scenarios   bulk, closed: 1,000 acked, 100/s, p99 49.5 ms
                  atm, closed: 900 acked, 90/s, p99 4.46 ms
      Client      1.5 s CPU, 120 MiB, ack timestamp error ≤ 0.120 ms (p99)
      Note        embedded cluster: librdkafka's mock broker, not a durable one
      Note        acks=0: "acked" means transmitted; whether the broker has it is not known
      Note        closed loop: intended = sent, so response = service and schedule lag is 0
      Note        no schema registry: schema id 1 is a fixed local one
      Next        raise inFlight to see whether the broker takes more; --rate N gives response times at a
                  load of your choice"
    `);
  });

  test('a distribution that is too long for a line goes on in the next; of one client there is none', () => {
    const result = closedLoop();
    const long = 'a-name-of-a-topic-that-takes-half-of-the-line';
    const ends = { min: 0, median: 39, max: 100, minOf: long, maxOf: long };
    const topics = { count: 40, idle: 3, sent: ends, acked: ends, notAcked: ends, achievedPerSec: ends, p99: ends };
    const [name, scenario] = Object.entries(result.scenarios)[0]!;
    const scenarios = { [name]: { ...scenario, topics, clients: { ...topics, count: 1 } } };
    const lines = renderSummary({ ...result, scenarios }).split('\n');
    const at = lines.findIndex((line) => line.startsWith('Scenarios'));
    expect(lines.slice(at, at + 4)).toEqual([
      `Scenarios   ${name}, 40 topics: 0/s to 100/s each (median 39/s), p99 0.000 to 0.100 ms`,
      `              (${long}), up to 100 not acknowledged`,
      `              (${long}), 3 without a message`,
      expect.stringMatching(/^Client /),
    ]);
  });

  test('colours only where asked for, and they change nothing else', () => {
    const result = brokerLimited();
    const plain = renderSummary(result);
    const colored = renderSummary(result, { color: true });
    expect(plain).toBe(stripVTControlCharacters(plain));
    expect(colored).not.toBe(plain);
    expect(stripVTControlCharacters(colored)).toBe(plain);
  });

  test.each<[string, number, number, string]>([
    ['some failed', 42, 33, 'INCOMPLETE, 42 of 75 failed  atm'],
    ['all failed', 75, 0, 'INCOMPLETE, 75 of 75 failed  atm'],
    ['too few to matter', 1, 999, 'VALID, 1 of 1,000 failed  atm'],
  ])('failures stand beside the verdict, and more load is not advised: %s', (_, failed, acked, first) => {
    const count = failed + acked;
    const load = phase({ ackedUs: ramp(acked, 1_000), failed });
    const notAcked = [{ scenario: 'atm', from: 0, to: failed - 1, step: 1, status: 'not-persisted' }] as const;
    const plan = facts([scenario({ plannedCount: count, endNs: 10 * SEC })]);
    const summary = renderSummary(resultOf(plan, run([worker([lane({ load, notAcked })])])));
    expect(summary.split('\n')[0]).toContain(first);
    expect(summary).toContain('\nNext        messages failed: see Errors');
    expect(summary).not.toContain('raise');
  });

  test('fits 41 lines of 100 columns when everything went wrong at once', () => {
    const base = generatorLimited();
    const long = 'a very long explanation of what has happened here '.repeat(5);
    const many = Array.from({ length: 30 }, (_, i) => i);
    const worst: Result = {
      ...base,
      run: { ...base.run, target: 'embedded', acks: '0', notes: many.map(() => long) },
      verdict: { ...base.verdict, reasons: many.map(() => long) },
      totals: { ...base.totals, scheduled: 3_600_000_000, sent: 3_600_000_000, acked: 3_600_000_000 },
      warmup: base.scenarios.atm!,
      latency: { ...base.latency, endToEnd: base.latency.response },
      errors: many.map((code) => ({
        code,
        by: 'broker',
        name: `E${code}`,
        count: 1e9,
        firstAt: base.run.startedAt,
        example: long,
      })),
      scenarios: Object.fromEntries(many.map((i) => [`scenario-${i}`, base.scenarios.atm!])),
      thresholds: many.map(() => ({ metric: 'failed', expression: 'count<1', value: 5, ok: false })),
      shards: hundredShards(),
    };
    const size = { rows: 24, columns: 100 };
    const lines = renderSummary(worst, { directory: '/srv/results', size }).split('\n');
    expect(lines.length).toBeLessThanOrEqual(41);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines.find((line) => line.startsWith('Messages'))).toContain('(generator-limited)');
    expect(lines.find((line) => line.startsWith('  response'))).toContain('(generator-limited)');
  });
});

test('only a terminal cuts a long word', () => {
  const result = generatorLimited();
  const path = `/srv/${'a'.repeat(150)}`;
  const noted = { ...result, run: { ...result.run, notes: [`${path} is slow`] } };
  expect(renderSummary(noted)).toContain(`Note        ${path}\n            is slow`);
  expect(renderSummary(noted, { size: { rows: 24, columns: 200 } })).toMatch(/^Note {8}\/srv\/a{82}…$/m);
});

describe('shards', () => {
  const linesOf = (shards: NonNullable<Result['shards']>) => {
    const lines = renderSummary(sharded(shards)).split('\n');
    const start = lines.findIndex((line) => line.startsWith('Shards'));
    return lines.slice(
      start,
      lines.findIndex((line) => line.startsWith('Client')),
    );
  };

  test('one line where all is well', () => {
    expect(linesOf(quietShards(8))).toEqual([
      'Shards      8 shards on 2 hosts, coverage 100 %, clocks within 0.400 ms',
    ]);
  });

  test('those that were replaced or limited are named', () => {
    expect(linesOf(FOUR_SHARDS)).toEqual([
      'Shards      4 shards on 3 hosts, coverage 96.25 %, clocks within 3.18 ms',
      '            shard 1 on node-b was lost after 22 s, replaced at 31 s by node-c: not heard of for 5 s',
      '            shard 2 GENERATOR_LIMITED: at its limit: loop of worker 2 97 %',
    ]);
  });
});

test('what a terminal would obey is shown, not done', () => {
  const result = valid();
  const evil = 'a\x1b[2J\x9b\x07';
  const { run: identity, verdict } = result;
  const hostile = { ...result, run: { ...identity, profile: evil }, verdict: { ...verdict, reasons: [evil] } };
  const text = renderSummary(hostile, { directory: evil });
  expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
  expect(text.split('a\\u001b[2J\\u009b\\u0007')).toHaveLength(4);
});
