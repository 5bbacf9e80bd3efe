import { expect, test } from 'vitest';
import { measureOf, recordOfResult, STANDARD_MEASURES } from '../../src/compare/run-record.ts';
import { InputError } from '../../src/errors.ts';
import { parseMeasure, writtenMeasure } from '../../src/objective-grammar.ts';
import type { Result } from '../../src/result/result.ts';
import { ramp } from '../result/run.ts';
import { resultOf } from './results.ts';

const of = (result: Result, text: string) => measureOf(result, parseMeasure(text));

test('the figures of a run are those of its result', () => {
  const result = resultOf({ ackedUs: ramp(1_000, 10), lagUs: 100 });
  const { figures, ...record } = recordOfResult(result, { path: 'runs/001', round: 3 });
  expect(Object.keys(figures)).toEqual(STANDARD_MEASURES.map(writtenMeasure));
  expect(figures).toEqual({
    throughput: result.rate.achievedPerSec,
    'response_ms p(50)': 5.103,
    'response_ms p(99)': 10.007,
    'response_ms p(99.9)': 10.095,
    cpu_us: 1_500,
    wire_bytes: 250,
    compression_ratio: 0.8,
  });
  expect(record).toMatchObject({ id: result.run.id, path: 'runs/001', round: 3, status: 'ok', exitCode: 0 });
  expect(record.identity).toMatchObject({
    profile: 'atm',
    target: 'kafka',
    partitions: { 'atm-transactions': 1 },
    payload: { atm: { workload: 'atm', mode: 'pooled', bytesMean: 187.4 } },
    brokerVersion: null,
  });
});

test('bytes on the wire are those of the whole run, and so are the messages that they are counted by', () => {
  const result = resultOf({ ackedUs: ramp(1_000, 10) }, { ackedUs: ramp(250, 10) });
  expect(result.totals.wireBytes).toBeNull();
  expect(of(result, 'wire_bytes')).toBe(200);
  expect(of(result, 'compression_ratio')).toBe(1);
});

test('a percentile that no summary has is read from the histogram', () => {
  const result = resultOf({ ackedUs: ramp(1_000, 10) });
  expect(of(result, 'response_ms p(98.75)')).toBe(9.887);
  expect(of(result, 'service_ms p(10)')).toBe(1);
  expect(of(result, 'response_ms p(100)')).toBe(10);
  for (const p of [50, 99, 99.9]) {
    const histogramOnly = {
      ...result,
      latency: { ...result.latency, response: { ...result.latency.response, p50: 0, p99: 0, p999: 0 } },
    };
    const nearly = of(histogramOnly, `response_ms p(${p - 1e-9})`);
    expect(nearly).toBeCloseTo(of(result, `response_ms p(${p})`) as number, 5);
  }
});

test('a percentile among messages without a latency is above what was measured', () => {
  const result = resultOf({ ackedUs: ramp(980, 10), failed: 20 });
  expect(of(result, 'response_ms p(99)')).toEqual({ atLeast: 9.8 });
  expect(of(result, 'response_ms p(98.5)')).toEqual({ atLeast: 9.8 });
  expect(of(result, 'failed')).toBe(0.02);
  expect(of(result, 'failed count')).toBe(20);
});

test('a scenario has what its summary has', () => {
  const result = resultOf({ ackedUs: ramp(1_000, 10) });
  expect(of(result, 'response_ms{scenario:atm} p(99)')).toBe(9.903);
  expect(of(result, 'throughput{scenario:atm} count')).toBe(1_000);
  expect(() => of(result, 'response_ms{scenario:atm} p(98)')).toThrow(/p\(98\) of a scenario is not stored.*p\(99\)/);
  expect(() => of(result, 'response_ms{scenario:atn} p(99)')).toThrow(/no scenario `atn`.*did you mean `atm`/);
  expect(() => of(result, 'response_ms{scenario:atn} p(99)')).toThrow(InputError);
});

test('what was not measured is null', () => {
  const result = resultOf({ ackedUs: ramp(1_000, 10) });
  expect(of({ ...result, broker: {} }, 'wire_bytes')).toBeNull();
  expect(of(result, 'weights')).toBeNull();
});

test('a run that is not about the broker is invalid, one without an acknowledgement failed', () => {
  const result = resultOf({ ackedUs: ramp(1_000, 10) });
  const verdict = { status: 'GENERATOR_LIMITED', reasons: ['late', 'busy'] } as const;
  const limited = recordOfResult({ ...result, verdict }, { path: 'a' });
  expect(limited).toMatchObject({ status: 'invalid', reason: 'GENERATOR_LIMITED: late', exitCode: 3 });
  const nothing = recordOfResult(resultOf({ failed: 10 }), { path: 'b' });
  expect(nothing).toMatchObject({ status: 'failed', reason: 'nothing was acknowledged', exitCode: 1 });
});

test('what consumers measured, the percentiles that no summary has too', () => {
  const { latency, histograms, ...rest } = resultOf({ ackedUs: ramp(1_000, 10) });
  const result = {
    ...rest,
    latency: { ...latency, endToEnd: latency.response },
    histograms: { ...histograms, endToEnd: histograms.response },
    consumers: { audit: { consumed: 1, lag: { max: 7 } }, billing: { consumed: 1, lag: { max: 12 } } },
  };
  const value = (text: string, run: Parameters<typeof measureOf>[0] = result) => measureOf(run, parseMeasure(text));
  expect(value('end_to_end_ms p(99)')).toBe(value('response_ms p(99)'));
  expect(value('end_to_end_ms p(98.75)')).toBe(9.887);
  expect(value('consumer_lag')).toBe(12);
  expect(value('consumer_lag', { ...result, consumers: { audit: { consumed: 1, lag: { max: null } } } })).toBeNull();
  expect(value('consumer_lag', { ...rest, latency, histograms })).toBeNull();
  expect(value('end_to_end_ms p(98.75)', { ...rest, latency, histograms })).toBeNull();
});
