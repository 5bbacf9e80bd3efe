/** Any result that can be: its page is whole, and has no number that is not in the result. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LAST_BUCKET } from '../../src/recorder/latency-series.ts';
import type { ScenarioRow, SecondRow } from '../../src/recorder/second-row.ts';
import { renderRunHtml } from '../../src/report/run-html.tsx';
import { encodeLatencySeries } from '../../src/result/latency-series-coding.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { LatencySummary, Result } from '../../src/result/result.ts';
import { RESULT_SCHEMA } from '../../src/result/result-schema.ts';
import { withReading } from '../result/reading.ts';
import { facts, lane, phase, ramp, run, worker } from '../result/run.ts';
import { isShownAs, valueAt } from './shown-values.ts';

const { result } = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10) }) })])]));

const count = fc.oneof(fc.nat(20), fc.nat(), fc.maxSafeNat());
const real = fc.double({ min: 0, max: 1e12, noNaN: true });
const latency = fc.option(fc.oneof(fc.nat(9), fc.nat(4e9)), { nil: null });
const percentile = fc.oneof(latency, fc.record({ atLeast: fc.nat(4e9) }));
const NO_NUMBER = /NaN|undefined|Infinity|\[object/;
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '__proto__',
      'constructor',
      '</pre><script>alert(1)</script>',
      '"onload=x',
      '&lt;',
      '\u202eabc',
      '👩‍👩‍👧',
    ),
    fc.string({ minLength: 500, maxLength: 600 }),
  )
  .filter((written) => !NO_NUMBER.test(written));
const texts = fc.array(text, { maxLength: 4 });

const row: fc.Arbitrary<SecondRow> = fc.record({
  ...{ second: fc.constant(0), scheduled: count, sent: count, acked: count, failed: count, inFlight: count },
  ...{ p50: latency, p90: latency, p99: latency, p999: latency, max: latency, scheduleLagP99: latency },
  ...{ cpuPct: real, loopCpuPct: latency, clientCpuPct: latency, mainCpuPct: latency },
});
/** Seconds ascend, with a gap somewhere; some are long. */
const series = fc
  .tuple(fc.array(row, { maxLength: 12 }), fc.constantFrom(1, 1, 90), fc.nat(3), fc.nat(3))
  .map(([rows, times, start, gap]) =>
    Array.from({ length: times }, () => rows)
      .flat()
      .map((each, i) => ({ ...each, second: start + i + (i > 5 ? gap : 0) })),
  );
const buckets = fc
  .uniqueArray(fc.tuple(fc.nat(LAST_BUCKET), fc.nat(1e9)), { selector: ([bucket]) => bucket, maxLength: 6 })
  .map((entries) => entries.toSorted(([a], [b]) => a - b));
const summary: fc.Arbitrary<LatencySummary> = fc.record({
  ...{ count, censored: count, overflow: count, min: latency, mean: latency, p50: percentile, p75: percentile },
  ...{ p90: percentile, p95: percentile, p99: percentile, p999: percentile, p9999: percentile, max: percentile },
});
const extremes = <T>(of: fc.Arbitrary<T>) => fc.record({ min: of, median: of, max: of, minOf: text, maxOf: text });
const distribution = fc.record({
  ...{ count, idle: count, sent: extremes(count), acked: extremes(count), notAcked: extremes(count) },
  ...{ achievedPerSec: extremes(real), p99: fc.option(extremes(percentile.filter((value) => value !== null))) },
});
const errorPct = fc.double({ min: -100, max: 1e6, noNaN: true });
const rate = fc.oneof(
  fc.record({ targetPerSec: real, achievedPerSec: real, errorPct }),
  fc.record({ targetPerSec: fc.constant(null), achievedPerSec: real, errorPct: fc.constant(null) }),
);
const totals = fc.record({
  ...{ scheduled: count, sent: count, shed: count, unsent: count, acked: count, failed: count, unresolved: count },
  ...{ payloadBytes: count, wireBytes: fc.option(count, { nil: null }) },
});
const latencies = fc.record({ response: summary, service: summary, scheduleLag: summary });
const ofPhase = fc.record({ totals, rate, latency: latencies });
const seconds = fc.double({ min: 0, max: 2_000, noNaN: true });
const expression = fc.oneof(text, fc.constantFrom('p(99)<250', 'avg<=0', 'max>1e-9', 'count==3', 'rate<0.5'));

const changes = fc.record({
  series,
  ...{
    totals,
    rate,
    latency: latencies,
    warmup: fc.option(ofPhase, { nil: null }),
    buckets: fc.array(buckets, { minLength: 1 }),
  },
  names: fc.uniqueArray(text, { minLength: 1, maxLength: 14 }),
  scenario: ofPhase,
  members: fc.option(distribution, { nil: undefined }),
  phases: fc.record({ warmup: seconds, load: seconds, drain: seconds }),
  events: fc.array(fc.record({ at: seconds, kind: fc.constantFrom('stop', 'worker-lost', 'shard-lost'), text }), {
    maxLength: 3,
  }),
  outages: fc.array(fc.record({ from: seconds, to: seconds }), { maxLength: 3 }),
  thresholds: fc.array(
    fc.record({
      metric: fc.oneof(text, fc.constantFrom('response_ms', 'throughput', 'failed', 'cpu_us')),
      ...{ expression, value: percentile, ok: fc.constantFrom(true, false, null) },
    }),
    { maxLength: 20 },
  ),
  errors: fc.array(
    fc.record({
      ...{ code: fc.integer({ min: -200, max: 100 }), by: fc.constantFrom('client', 'broker'), name: text, count },
      ...{ firstAt: fc.constant(result.run.startedAt), example: text },
      seconds: fc.array(fc.tuple(fc.nat(2_000), count), { maxLength: 4 }),
    }),
    { maxLength: 9 },
  ),
  inFlightMax: fc.option(count, { nil: null }),
  status: fc.constantFrom('VALID', 'GENERATOR_LIMITED', 'BROKER_LIMITED', 'INCOMPLETE'),
  ...{ profile: text, command: text, target: text, notes: texts, reasons: texts },
  split: fc.option(
    fc.record({
      count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(13, 130)),
      ...{ coverage: fc.double({ min: 0, max: 1, noNaN: true }), clockSkewUs: latency, startLateMs: latency },
      shard: fc.record({
        ...{ workers: count, totals, rate, cpuSeconds: real, maxRssBytes: count },
        ...{ response: fc.option(summary, { nil: null }), scheduleLag: fc.option(summary, { nil: null }) },
        verdict: fc.option(
          fc.record({ status: fc.constantFrom('VALID', 'GENERATOR_LIMITED', 'BROKER_LIMITED'), reasons: texts }),
          { nil: null },
        ),
        clockOffsetUs: fc.option(fc.record({ minUs: fc.integer(), maxUs: fc.integer() }), { nil: null }),
        instances: fc.array(
          fc.record({
            ...{ instance: text, host: text, joinedAt: fc.oneof(fc.constant(0), seconds), complete: fc.boolean() },
            ...{ lastSecond: fc.option(fc.nat(2_000), { nil: null }), failure: text },
          }),
          { minLength: 1, maxLength: 3 },
        ),
        series: series.map((rows) =>
          rows.map(({ second, sent, acked, failed, inFlight, scheduleLagP99, cpuPct }) => {
            return { second, sent, acked, failed, inFlight, scheduleLagP99, cpuPct };
          }),
        ),
      }),
    }),
    { nil: undefined },
  ),
  read: fc.option(
    fc.record({
      consumer: fc.record({
        ...{ members: count, topics: texts, consumed: count, bytes: count, foreign: count, rate: real },
        ...{ endToEnd: fc.option(summary, { nil: null }), endToEndHistogram: fc.constant(null), rebalances: count },
        clock: fc.record({
          source: fc.constantFrom('same-process', 'create-time', 'log-append-time'),
          ...{ offsetMaxUs: latency, note: text },
        }),
        negative: fc.record({ count, minUs: latency }),
        lag: fc.record({ max: latency, maxAtSecond: latency, atEnd: latency }),
        drain: fc.record({
          ...{ pausedFrom: seconds, fromSecond: seconds, seconds: latency, peakLag: latency, rate: real },
          producersP99: fc.record({ before: latency, paused: latency, draining: latency }),
        }),
        series: series.map((rows) =>
          rows.map(({ second, acked, p50, p99, inFlight }) => {
            return { second, consumed: acked, bytes: acked, p50, p99, lag: inFlight };
          }),
        ),
      }),
      verification: fc.record({
        ...{ expected: count, consumed: count, lost: count, duplicated: count, outOfOrder: count, corrupted: count },
        ...{ foreign: count, notAckedInLog: count, abortedInLog: count, notes: texts },
        examples: fc.array(fc.record({ kind: fc.constantFrom('lost', 'outOfOrder'), text, topic: text, index: count })),
      }),
      refused: fc.option(text, { nil: undefined }),
      outage: fc.record({
        from: seconds,
        to: seconds,
        peakBacklog: count,
        drainSeconds: latency,
        p99RecoverySeconds: latency,
      }),
      event: fc.record({ at: seconds, until: seconds, kind: fc.constantFrom('pause', 'fault'), text }),
    }),
    { nil: undefined },
  ),
});

type Changes = typeof changes extends fc.Arbitrary<infer T> ? T : never;

function shardsOf({ count: shards, shard, ...known }: NonNullable<Changes['split']>) {
  return {
    ...{ ...known, bus: 'kafka', secondsPlanned: shards * 10, secondsReceived: shards * 9 },
    shards: Array.from({ length: shards }, (_, i) => ({ ...shard, shard: i })),
  };
}

function changed({
  names,
  scenario,
  members,
  buckets: some,
  inFlightMax,
  status,
  reasons,
  read,
  split,
  ...rest
}: Changes): Result {
  const { profile, command, target, notes, ...parts } = rest;
  const rows = parts.series.map(({ second, sent, acked, failed, p50, p99 }): ScenarioRow => {
    return { second, sent, acked, failed, p50, p99 };
  });
  const hasRows = names.length > 1 && names.length <= 12;
  const facts = { executor: 'constant-arrival-rate', workload: 'atm', model: 'open' as const };
  const written = {
    ...result,
    ...parts,
    run: { ...result.run, profile, command, target, notes },
    verdict: { status, reasons },
    latencySeries: {
      bucketsPerOctave: 8,
      response: encodeLatencySeries(parts.series.map((_, i) => some[i % some.length]!)),
    },
    scenarios: Object.fromEntries(
      names.map((name) => [
        name,
        {
          ...scenario,
          ...facts,
          ...(hasRows && { series: rows }),
          ...(members && { topics: members, clients: members }),
        },
      ]),
    ),
    client: { ...result.client, ...(inFlightMax !== null && { inFlightMax }) },
    ...(split && { shards: shardsOf(split) }),
  } as unknown as Result;
  if (read === undefined) return written;
  const { refused, consumer, verification } = read;
  const byName = <T>(each: T) => Object.fromEntries(names.map((name) => [name, each]));
  return withReading(written, {
    consumers: byName(consumer),
    verification: byName({ ...verification, ...(refused !== undefined && { refused }) }),
    outages: [read.outage],
    events: [read.event],
  });
}

test('no page has a number that is none, that is not the result’s, or a tag that does not end', () => {
  fc.assert(
    fc.property(changes, (some) => {
      const shown = changed(some);
      expect(RESULT_SCHEMA.safeParse(shown).error?.issues).toBeUndefined();
      const html = renderRunHtml(shown, `version: 1\nname: ${some.profile}\n`);
      const body = html.slice(html.indexOf('<main>'), html.lastIndexOf('</main>') + '</main>'.length);
      expect(body).not.toMatch(NO_NUMBER);
      expect(unbalanced(body)).toEqual([]);
      for (const [, key, written] of body.matchAll(/ data-key="([^"]*)"[^>]*>([^<]*)/g)) {
        const [at, words] = [plain(key!), plain(written!)];
        expect(isShownAs(valueAt(shown, at), at, words), `${at}: ${words}`).toBe(true);
      }
    }),
    { numRuns: 30 },
  );
});

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

function plain(html: string): string {
  return html.replaceAll(/&(lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity]!);
}

/** Tags that do not end where they must; those of tables written as text may be left out. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const isOptional = (tag: string) => ['td', 'th', 'tr'].includes(tag);
  for (const [, slash, tag] of html.matchAll(/<(\/?)([a-z][\w-]*)(?:\s+[\w:-]+(?:="[^"]*")?)*\s*\/?>/g)) {
    if (['br', 'hr', 'input', 'meta', 'link'].includes(tag!)) continue;
    if (slash === '') {
      open.push(tag!);
      continue;
    }
    while (open.length > 0 && open.at(-1) !== tag && isOptional(open.at(-1)!)) open.pop();
    if (open.pop() !== tag) wrong.push(`</${tag}>`);
  }
  return [...wrong, ...open];
}
