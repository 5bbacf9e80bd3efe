import { expect, test } from 'vitest';
import { type ExitFacts, exitCodeOf } from '../../src/result/exit-code.ts';
import type { Result, Verdict } from '../../src/result/result.ts';

interface Facts extends ExitFacts {
  readonly sent?: number;
  readonly acked?: number;
  readonly status?: Verdict['status'];
  readonly thresholds?: Result['thresholds'];
}

const METRICS = [
  { metric: 'failed', expression: 'count<1', value: 0, ok: true },
  { metric: 'lost', expression: 'count==0', value: null, ok: null },
];

const breached = [{ metric: 'failed', expression: 'count<1', value: 3, ok: false }];

test.each<[string, number, Facts]>([
  ['done, thresholds met, valid', 0, {}],
  ['broker-limited is a finding, not a failure', 0, { status: 'BROKER_LIMITED' }],
  ['threshold breached', 99, { thresholds: breached }],
  ['threshold breached on a broker-limited run', 99, { status: 'BROKER_LIMITED', thresholds: breached }],
  ['generator-limited', 3, { status: 'GENERATOR_LIMITED' }],
  ['incomplete', 3, { status: 'INCOMPLETE' }],
  ['3 before 99', 3, { status: 'GENERATOR_LIMITED', thresholds: breached }],
  ['--allow-invalid turns 3 into 0', 0, { status: 'GENERATOR_LIMITED', allowInvalid: true }],
  ['--allow-invalid does not hide a breach', 99, { status: 'INCOMPLETE', allowInvalid: true, thresholds: breached }],
  ['aborted by a threshold', 99, { status: 'INCOMPLETE', stoppedBy: 'threshold', thresholds: breached }],
  ['aborted by a threshold that recovered in the drain', 99, { status: 'INCOMPLETE', stoppedBy: 'threshold' }],
  ['aborted by the caller', 3, { status: 'INCOMPLETE', stoppedBy: 'abort' }],
  ['SIGINT before 3', 130, { stoppedBy: 'SIGINT', status: 'INCOMPLETE' }],
  ['SIGTERM', 143, { stoppedBy: 'SIGTERM', status: 'INCOMPLETE' }],
  ['--allow-invalid leaves a signal alone', 130, { stoppedBy: 'SIGINT', status: 'INCOMPLETE', allowInvalid: true }],
  ['nothing sent before SIGTERM', 143, { sent: 0, acked: 0, stoppedBy: 'SIGTERM', status: 'INCOMPLETE' }],
  ['nothing sent before the caller stopped it', 3, { sent: 0, acked: 0, stoppedBy: 'abort', status: 'INCOMPLETE' }],
  ['nothing sent before an error ended the run', 1, { sent: 0, acked: 0, stoppedBy: 'error', status: 'INCOMPLETE' }],
  ['nothing sent though nobody stopped it', 1, { sent: 0, acked: 0, status: 'INCOMPLETE' }],
  ['nothing acknowledged before a signal', 1, { acked: 0, stoppedBy: 'SIGINT', status: 'INCOMPLETE' }],
  ['nothing acknowledged at all', 1, { acked: 0, thresholds: breached, allowInvalid: true }],
  ['an error ended the run', 1, { stoppedBy: 'error', status: 'INCOMPLETE' }],
])('%s: %d', (_, code, { sent = 1_000, acked = 1_000, status = 'VALID', thresholds = METRICS, ...facts }) => {
  const result = { totals: { sent, acked }, warmup: null, verdict: { status, reasons: [] }, thresholds };
  expect(exitCodeOf(result as unknown as Result, facts)).toBe(code);
});

test('what the warm-up sent counts as well', () => {
  const none = { totals: { sent: 0, acked: 0 }, verdict: { status: 'VALID', reasons: [] }, thresholds: [] };
  const result = { ...none, warmup: { totals: { sent: 5, acked: 5 } } } as unknown as Result;
  expect(exitCodeOf(result)).toBe(0);
});

const CLEAN = { lost: 0, duplicated: 0, outOfOrder: 0, corrupted: 0, abortedInLog: 0, foreign: 0, notAckedInLog: 0 };
const judged = (value: number, ok: boolean) => ({ metric: 'duplicated', expression: 'count<5', value, ok });

test.each<[string, number, object, Facts]>([
  ['verified', 0, {}, {}],
  ['foreign records and unacknowledged ones are no failure', 0, { foreign: 3, notAckedInLog: 2 }, {}],
  ['one is lost', 4, { lost: 1 }, {}],
  ['4 before 3', 4, { corrupted: 1 }, { status: 'GENERATOR_LIMITED' }],
  ['a signal before 4', 130, { lost: 1 }, { status: 'INCOMPLETE', stoppedBy: 'SIGINT' }],
  ['as many as a threshold allows', 0, { duplicated: 3 }, { thresholds: [judged(3, true)] }],
  ['more than it allows', 4, { duplicated: 7 }, { thresholds: [judged(7, false)] }],
  ['another than it is about', 4, { outOfOrder: 1 }, { thresholds: [judged(0, true)] }],
  ['an aborted one was read', 4, { abortedInLog: 1 }, {}],
  ['an aborted one was read, as the profile has it', 0, { abortedInLog: 1, abortedAllowed: true }, {}],
])('what was read back: %s: %d', (_, code, found, { status = 'VALID', thresholds = [], ...facts }) => {
  const totals = { sent: 10, acked: 10 };
  const verification = { a: { ...CLEAN, ...found } };
  const result = { totals, warmup: null, verdict: { status }, thresholds, scenarios: { a: {} }, verification };
  expect(exitCodeOf(result as unknown as Result, facts)).toBe(code);
});

test.each([
  [5, 0],
  [0, 1],
])('a run that only reads, %d records: %d', (consumed, code) => {
  const none = { totals: { sent: 0, acked: 0 }, warmup: null, thresholds: [], scenarios: {} };
  const result = { ...none, verdict: { status: 'VALID' }, consumers: { all: { consumed } } };
  expect(exitCodeOf(result as unknown as Result)).toBe(code);
});
