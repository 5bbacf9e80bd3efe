/**
 * Whatever is combined, and wherever it is stopped: every number of a run that says the same thing says the same. The
 * seeds are fixed; what the machine makes of the profiles is not, and must not matter.
 */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Plan, run } from '../../dist/src/index.js';
import type { Plan as FullPlan } from '../../src/plan/plan.ts';
import type { RunReader } from '../../src/recorder/reader.ts';
import { readRun } from '../../src/recorder/run-reading.ts';
import type { Result } from '../../src/result/result.ts';
import { Anomalies } from '../../src/workload/anomalies.ts';
import { linesOf } from './command.ts';
import { profileFile } from './profile-file.ts';
import { randomRun } from './random-profiles.ts';

const COUNTS = ['scheduled', 'sent', 'shed', 'unsent', 'acked', 'failed', 'unresolved', 'payloadBytes'] as const;
type Counts = Readonly<Record<(typeof COUNTS)[number], number>>;

const NOTHING = Object.fromEntries(COUNTS.map((count) => [count, 0])) as Counts;

interface Entry {
  readonly scenario: string;
  readonly kind: string;
  readonly index: number;
  readonly status: string;
}

interface Done {
  readonly result: Result;
  readonly plan: FullPlan;
  readonly reader: RunReader;
  readonly truth: readonly Entry[];
}

async function runRandom(seed: number): Promise<Done> {
  const { document, stopAfterMs } = randomRun(seed);
  const out = mkdtempSync(join(tmpdir(), 'random-'));
  const stop = new AbortController();
  let ready: { plan: Plan; reader: unknown } | undefined;
  const { result } = await run(profileFile({}, document), {
    ...{ env: {}, out, allowInvalid: true, signal: stop.signal },
    onReady: (plan: Plan, _cluster: unknown, reader: unknown) => {
      ready = { plan, reader };
      if (stopAfterMs !== undefined) setTimeout(() => stop.abort(), stopAfterMs);
    },
  });
  const file = join(out, 'ground-truth.jsonl');
  const told = existsSync(file) ? linesOf(readFileSync(file, 'utf8')).slice(1) : [];
  return { result, ...(ready as { plan: FullPlan; reader: RunReader }), truth: told.map((line) => JSON.parse(line)) };
}

const sum = (parts: readonly Counts[], count: (typeof COUNTS)[number]) =>
  parts.reduce((all, each) => all + each[count], 0);

/** Totals of the whole run, warm-up included: that is what series, ledger and errors are about. */
const whole = ({ totals, warmup }: Result, count: (typeof COUNTS)[number]) =>
  sum([totals, warmup?.totals ?? NOTHING], count);

function expectIdentities({ totals, warmup, scenarios }: Result): void {
  const parts = Object.values(scenarios).map((each) => each.totals);
  for (const each of [totals, warmup?.totals ?? NOTHING, ...parts]) {
    expect(each.scheduled).toBe(each.sent + each.shed + each.unsent);
    expect(each.sent).toBe(each.acked + each.failed + each.unresolved);
  }
  for (const count of COUNTS) expect(sum(parts, count), count).toBe(totals[count]);
}

/** Of a schedule that was cut short the result counts all that was planned, rows and metrics what came to be due. */
const isCut = ({ result }: Done, { load }: FullPlan['lanes'][number]) =>
  result.run.stopped !== undefined && !(load.kind === 'open' && load.endless === true);

function expectSeries(done: Done): void {
  const { series } = done.result;
  for (const count of ['sent', 'acked', 'failed'] as const) {
    expect(
      series.reduce((all, row) => all + row[count], 0),
      `series ${count}`,
    ).toBe(whole(done.result, count));
  }
  if (done.plan.lanes.some((scenario) => isCut(done, scenario) || scenario.load.kind === 'closed')) return;
  expect(
    series.reduce((all, row) => all + row.scheduled, 0),
    'series scheduled',
  ).toBe(whole(done.result, 'scheduled'));
}

function expectLedger({ result }: Done): void {
  const { notAcked, complete } = result.ledger;
  const named = (...statuses: string[]) =>
    notAcked
      .filter(({ status }) => statuses.includes(status))
      .reduce((all, { from, to, step }) => all + (to - from) / step + 1, 0);
  expect(complete).toBe(true);
  expect({
    shed: named('shed'),
    unsent: named('unsent'),
    failed: named('not-persisted'),
    unresolved: named('possibly-persisted', 'persisted'),
  }).toEqual({
    shed: whole(result, 'shed'),
    unsent: whole(result, 'unsent'),
    failed: whole(result, 'failed'),
    unresolved: whole(result, 'unresolved'),
  });
  const errors = result.errors.reduce((all, { count }) => all + count, 0);
  expect(errors).toBe(whole(result, 'failed') + whole(result, 'unresolved'));
}

/** As the metrics endpoint has them in the end. */
function expectMetrics(done: Done): void {
  const { result, plan, reader } = done;
  const reading = readRun(plan, reader);
  const warmups: Counts[] = [];
  reading.lanes.forEach(({ name, phases }, i) => {
    for (const { name: phase, scheduled, workers } of phases) {
      const of = (count: 'sent' | 'shed' | 'acked' | 'failed' | 'unresolved' | 'bytes') =>
        workers.reduce((all, each) => all + each[count], 0);
      const { sent, shed, acked, failed, unresolved } = result.scenarios[name]!.totals;
      const counted = { sent: of('sent'), shed: of('shed'), acked: of('acked'), failed: of('failed') };
      if (phase === 'warmup') {
        warmups.push({ ...NOTHING, ...counted, unresolved: of('unresolved') });
        continue;
      }
      expect({ ...counted, unresolved: of('unresolved') }, name).toEqual({ sent, shed, acked, failed, unresolved });
      expect(of('bytes'), name).toBe(result.scenarios[name]!.totals.payloadBytes);
      if (!isCut(done, plan.lanes[i]!)) expect(scheduled, name).toBe(result.scenarios[name]!.totals.scheduled);
    }
  });
  for (const count of ['sent', 'shed', 'acked', 'failed', 'unresolved'] as const) {
    expect(sum(warmups, count), `warm-up ${count}`).toBe(result.warmup?.totals[count] ?? 0);
  }
}

const TOLD: Readonly<Record<string, string>> = {
  'not-persisted': 'failed',
  'possibly-persisted': 'unresolved',
  persisted: 'unresolved',
};

/** Each anomalous record that was sent is told with its status, and no other. */
function expectTruth({ result, plan, truth }: Done): void {
  for (const { name, load, record } of plan.lanes) {
    if (record.anomalies === undefined) continue;
    const ranges = result.ledger.notAcked.filter(({ scenario }) => scenario === name);
    const statusOf = (index: number) => {
      const range = ranges.find(({ from, to, step }) => index >= from && index <= to && (index - from) % step === 0);
      return range === undefined ? 'acked' : TOLD[range.status];
    };
    const anomalies = new Anomalies(record.anomalies, record.format, { seed: plan.seed, scenario: name });
    const told = truth.filter(({ scenario, kind }) => scenario === name && kind !== 'alert');
    for (const { index, kind, status } of told)
      expect([kind, status]).toEqual([anomalies.of(index)?.kind, statusOf(index)]);
    // Where workers end for themselves only they know which their last indexes were.
    if (load.kind === 'closed' || load.endless === true) continue;
    const indexes = Array.from({ length: load.count }, (_, index) => index);
    const anomalous = indexes.filter((index) => anomalies.of(index) !== undefined && statusOf(index) !== undefined);
    expect(told.map(({ index }) => index)).toEqual(anomalous);
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('seed %i', async (seed) => {
  const done = await runRandom(seed);
  expectIdentities(done.result);
  expectSeries(done);
  expectLedger(done);
  expectMetrics(done);
  expectTruth(done);
});
