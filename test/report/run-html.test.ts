import { describe, expect, test } from 'vitest';
import { longerResult } from '../../bench/longer-result.ts';
import { renderRunHtml } from '../../src/report/run-html.tsx';
import { encodeLatencySeries } from '../../src/result/latency-series-coding.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { Result, ThresholdOutcome } from '../../src/result/result.ts';
import { secondRow } from '../recorder/second-row.ts';
import { facts, lane, phase, ramp, run, worker } from '../result/run.ts';

const { result } = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10) }) })])]));

/** Without style and script, which are the same on every page. */
function bodyOf(changed: object): string {
  const html = renderRunHtml({ ...result, ...changed } as Result, 'version: 1\n');
  return html.slice(html.indexOf('<main>'), html.indexOf('</main>'));
}

/** With what is before it. */
const noNumbers = (html: string) => html.match(/.{0,80}(NaN|undefined|Infinity)/g) ?? [];

const textOf = (html: string) => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

const legendOf = (body: string, id: string) =>
  textOf(body.slice(body.indexOf(`id="${id}-title"`)).split('</figcaption>')[0]!);

const PLOTS = ['rate', 'latency', 'heatmap', 'percentiles', 'generator-cpu', 'in-flight'];
const plotsOf = (body: string) => [...body.matchAll(/<figure id="([\w-]+)"/g)].map(([, id]) => id);

describe('report.html of a run', () => {
  test('has the charts in their order, each with its table and how to read it', () => {
    const body = bodyOf({});
    expect(plotsOf(body)).toEqual(PLOTS);
    expect(body.match(/How to read this/g)).toHaveLength(PLOTS.length);
    expect(body.match(/<details class="data">/g)).toHaveLength(PLOTS.length);
    expect(textOf(body)).toContain('No errors: no message failed.');
  });

  test('has both identities, the seed and the command', () => {
    const text = textOf(bodyOf({}));
    expect(text).toMatch(/1,000 scheduled = 1,000 sent \+ 0 shed \+ 0 unsent/);
    expect(text).toMatch(/1,000 sent = 1,000 acked \+ 0 failed \+ 0 unresolved/);
    expect(text).toContain(result.run.command);
    expect(text).toMatch(new RegExp(`seed ${result.run.seed}\\b`));
  });

  test.each([
    ['GENERATOR_LIMITED', 'generator-limited'],
    ['INCOMPLETE', 'incomplete'],
  ])('%s stands beside every number', (status, caveat) => {
    const body = bodyOf({ verdict: { status, reasons: ['because'] } });
    const numbers = body.slice(body.indexOf('id="totals"'), body.indexOf('id="charts"'));
    for (const line of numbers.match(/<p>.*?<\/p>|<tr><th scope="row".*?<\/tr>/gs)!)
      expect(line).toContain(`(${caveat})`);
    expect(body).toContain(`<h2>Charts (${caveat})</h2>`);
    expect(bodyOf({})).not.toContain(`(${caveat})`);
  });

  test('threads of one name are counted, with the busiest of them', () => {
    const thread = (name: string, cpuPct: number) => ({ name, cpuPct, maxCpuPct: 2 * cpuPct, wantedPct: cpuPct });
    const threads = [thread('node', 3), thread('loop-0', 40), thread('node', 12), thread('node', 0.1)];
    const text = textOf(bodyOf({ client: { ...result.client, threads } }));
    expect(text).toContain('loop-0 40 % (max 80 %), 2 × node, the busiest 12 % (max 24 %), 1 other below 1 %');
  });

  test('thresholds have their value and margin, breached ones first', () => {
    const outcome = (
      expression: string,
      value: ThresholdOutcome['value'],
      ok: boolean | null,
      metric = 'response_ms',
    ) => ({
      metric,
      expression,
      value,
      ok,
    });
    const thresholds = [
      outcome('p(99)<250', 125, true),
      outcome('rate<=0', 3, false, 'failed'),
      outcome('p(99.9)<10', { atLeast: 7 }, false),
      outcome('avg<5', null, false),
      outcome('rate>1000', 1_100, true, 'throughput'),
      outcome('count<=0', null, null, 'lost'),
    ];
    const body = bodyOf({ thresholds });
    const rows = [...body.slice(0, body.indexOf('id="totals"')).matchAll(/<tr><td>.*?<\/tr>/gs)];
    expect(rows.map(([row]) => textOf(row).trim())).toEqual([
      'failed rate&lt;=0 3 BREACH 3 above the limit',
      'response_ms p(99.9)&lt;10 > 7 ms BREACH unknown: it lies among messages without a latency',
      'response_ms avg&lt;5 not measured BREACH –',
      'response_ms p(99)&lt;250 125 ms ok 50 % below the limit',
      'throughput rate>1000 1100/s ok 10 % above the limit',
      'lost count&lt;=0 – not judged `load verify` measures it',
    ]);
  });

  test('an older engine knew neither heatmap nor events, p99.9 or threads of a second', () => {
    const { latencySeries: _, events: __, ...older } = result;
    const series = older.series.map(
      ({ p90: _p90, p999: _p999, loopCpuPct: _l, clientCpuPct: _c, mainCpuPct: _m, ...row }) => row,
    );
    const { inFlightMax: _i, ...client } = older.client;
    const html = renderRunHtml({ ...older, series, client } as unknown as Result, null);
    expect(html).toContain('No latency heatmap: this result does not hold the latencies of each second.');
    expect(html).toContain('whole process');
    expect(html).not.toContain('Resolved profile');
    expect(noNumbers(html.slice(html.indexOf('<main>'), html.indexOf('<script>')))).toEqual([]);
  });

  test('thresholds of another version are shown; latencies of other rows are not', () => {
    const thresholds = ['', 'p(99)<<5', 'p(101)<5'].map((expression) => ({
      ...{ metric: 'response_ms', expression, value: 5, ok: true },
    }));
    const unknown = { metric: 'jitter ms', expression: 'p(99)<5', value: { atLeast: 5 }, ok: false };
    const body = bodyOf({ thresholds: [...thresholds, unknown] });
    expect(textOf(body)).toContain('jitter ms p(99)&lt;5 > 5 BREACH unknown: it lies among messages without a latency');
    expect(textOf(body)).toContain('response_ms p(99)&lt;&lt;5 5 ok –');
    const response = encodeLatencySeries([[[9, 1]], []]);
    const latencySeries = { bucketsPerOctave: 8, response };
    expect(() => bodyOf({ latencySeries })).toThrow(/the latency series has 2 seconds, and the series \d+/);
  });

  test('a second that is missing is a gap in every chart', () => {
    const series = result.series.map((row) => ({ ...row, second: row.second + 60 }));
    const body = bodyOf({ series, phases: { warmup: 0, load: 1, drain: 0 } });
    const ends = [...body.matchAll(/data-to="(\d+)"/g)].map(([, end]) => Number(end));
    expect(new Set(ends)).toEqual(new Set([series.at(-1)!.second + 1]));
  });

  test('a closed loop has neither a planned rate nor a line of lags that are all 0', () => {
    const body = bodyOf({ rate: { ...result.rate, targetPerSec: null, errorPct: null } });
    expect(body).not.toContain('planned, messages');
    expect(body).toContain('<bdi>schedule lag</bdi>: 1,000 messages, all 0 ms');
    expect(legendOf(body, 'rate')).not.toContain('planned');
    expect(legendOf(body, 'percentiles')).not.toContain('schedule lag');
  });

  test('shaded times have a name, and one without acknowledgements another look than warm-up', () => {
    const phases = { warmup: 2, load: 4, drain: 1 };
    const series = Array.from({ length: 7 }, (_, second) => secondRow({ second }));
    const body = bodyOf({ latencySeries: undefined, phases, series, outages: [{ from: 3, to: 4.5 }] });
    expect(legendOf(body, 'rate')).toContain('warm-up, drain no acknowledgement');
    const rate = body.slice(body.indexOf('<figure id="rate"'), body.indexOf('<figure id="latency"'));
    expect([...rate.matchAll(/<rect class="(shade|outage)" x="([\d.]+)"/g)].map(([, ...band]) => band)).toEqual([
      ['shade', '0'],
      ['shade', '857.1'],
      ['outage', '428.6'],
    ]);
    expect(
      legendOf(bodyOf({ latencySeries: undefined, phases: { warmup: 0, load: 7, drain: 0 }, series }), 'rate'),
    ).not.toMatch(/warm-up|drain/);
  });

  test('a threshold at the edge of the chart has its line and label inside', () => {
    const expressions = ['max<1000', 'p(99)<1'];
    const thresholds = expressions.map((expression) => ({ metric: 'response_ms', expression, value: 10, ok: true }));
    const body = bodyOf({ thresholds });
    const labels = [...body.matchAll(/<text class="flag end" x="100%" y="([-\d.]+)">/g)].map(([, y]) => Number(y));
    expect(labels).toHaveLength(2);
    expect(Math.min(...labels)).toBeGreaterThan(10);
    const lines = [...body.matchAll(/<path class="limit" d="M0 ([\d.]+)H/g)].map(([, y]) => Number(y));
    expect(Math.max(...lines)).toBeLessThan(219);
  });

  test('events that are near each other share a label', () => {
    const series = Array.from({ length: 10 }, (_, second) => secondRow({ second }));
    const event = (at: number, kind: string) => ({ at, kind, text: `${kind} at ${at}` });
    const events = [event(2, 'worker-lost'), event(7, 'stop'), event(7.4, 'worker-lost'), event(7.5, 'worker-lost')];
    const body = bodyOf({ latencySeries: undefined, series, phases: { warmup: 0, load: 10, drain: 0 }, events });
    const rate = body.slice(body.indexOf('<figure id="rate"'), body.indexOf('<figure id="latency"'));
    expect([...rate.matchAll(/data-at="([\d.]+)"[^>]*>([^<]*)</g)].map(([, ...label]) => label)).toEqual([
      ['2', 'worker lost'],
      ['7', 'stopped, worker lost'],
    ]);
    expect(rate.match(/class="mark"/g)).toHaveLength(4);
  });

  test('names and errors are text, whatever they hold', () => {
    const name = '<script>alert(1)</script>"&\u202eabc';
    const scenario = result.scenarios.atm!;
    const error = {
      code: -1,
      by: 'client',
      name,
      count: 1,
      firstAt: result.run.startedAt,
      example: name,
      seconds: [[0, 1]],
    };
    const rows = result.series.map(({ second }) => ({ second, sent: 1, acked: 1, failed: 0, p50: 1, p99: 2 }));
    const body = bodyOf({
      scenarios: { [name]: { ...scenario, series: rows }, ['x'.repeat(5_000)]: { ...scenario, series: rows } },
      errors: [error],
      run: { ...result.run, profile: name, command: `load ${name}` },
      verdict: { status: 'VALID', reasons: [name] },
    });
    expect(body).not.toContain('<script');
    expect(body).toContain('<bdi>&lt;script&gt;alert(1)');
    expect(plotsOf(body)).toEqual([...PLOTS, 'errors', 'scenario-charts']);
  });

  test('hours of seconds are a page, whose tables are short and say so', () => {
    const long = longerResult(result, 10_000);
    const html = renderRunHtml(long, '');
    expect(html.length).toBeLessThan(1_500_000);
    expect(html).toContain(
      'each of 2 seconds: counts are sums, all else the greatest value; series.csv has every second',
    );
    const table = html.slice(html.indexOf('<figure id="rate"'), html.indexOf('<figure id="latency"'));
    const acked = [...table.matchAll(/<tr><td>\d+<td>\d+<td>\d+<td>(\d+)/g)].map(([, count]) => Number(count));
    expect(acked.length).toBeLessThanOrEqual(7_200);
    expect(acked.reduce((sum, count) => sum + count, 0)).toBe(long.series.reduce((sum, row) => sum + row.acked, 0));
  });
});

const FAILED = { scenario: 'atm', from: 0, to: 999, step: 1, status: 'not-persisted' } as const;

test('a run of no second, and one in which nothing was acknowledged, have a page', () => {
  const nothing = mergeRun(
    facts(),
    run([worker([lane({ load: phase({ failed: 1_000 }), notAcked: [FAILED] })])]),
  ).result;
  for (const series of [[], [secondRow()], [secondRow({ failed: 3, sent: 3 })]]) {
    const body = bodyOf({ ...nothing, series, latencySeries: undefined });
    expect(body).toContain('No percentile curve: no message was acknowledged.');
    expect(noNumbers(body)).toEqual([]);
  }
});
