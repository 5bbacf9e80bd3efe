/** What was read back, in the summary and the page of a run. */
import { describe, expect, test } from 'vitest';
import { renderRunHtml } from '../../src/report/run-html.tsx';
import { renderSummary } from '../../src/report/run-text.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { Result } from '../../src/result/result.ts';
import { RESULT_SCHEMA } from '../../src/result/result-schema.ts';
import { isShownAs, valueAt } from '../page/shown-values.ts';
import { consumer, consumerRow, FOUND, verification, withReading } from '../result/reading.ts';
import { facts, lane, phase, ramp, run, worker } from '../result/run.ts';

const { result: produced } = mergeRun(facts(), run([worker([lane({ load: phase({ ackedUs: ramp(1_000, 10) }) })])]));
const result = withReading(produced);
const clean = withReading(produced, {
  verification: { atm: verification({ expected: 1_200_000, consumed: 1_200_000 }) },
  scenarios: produced.scenarios,
});

const bodyOf = (shown: Result) => {
  const html = renderRunHtml(shown, null);
  return html.slice(html.indexOf('<main>'), html.indexOf('</main>'));
};
const textOf = (html: string) => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
const sectionOf = (body: string, id: string) => textOf(body.slice(body.indexOf(`id="${id}"`)).split('<h2>')[1] ?? '');

/** From its label to the next one. */
function partOf(summary: string, label: string): string[] {
  const lines = summary.split('\n');
  const first = lines.findIndex((line) => line.startsWith(label));
  const length = lines.slice(first + 1).findIndex((line) => !line.startsWith(' '.repeat(12)));
  return lines.slice(first, first + 1 + length);
}

test('the fixture is a result', () => {
  expect(RESULT_SCHEMA.safeParse(result).error?.issues).toBeUndefined();
});

describe('summary', () => {
  test('what is lost stands beside the verdict, and with its first example', () => {
    const summary = renderSummary(result);
    expect(summary.split('\n')[0]).toBe('VALID, 2 lost  atm on broker1:9092, 10 s, 1 worker');
    expect(partOf(summary, 'Verified')).toEqual([
      'Verified    2 of 1,000 committed messages lost; 3 duplicated, 4 out of order, 1 corrupted, 6 of',
      '            aborted transactions',
      '            e.g. index 17: acknowledged, and not in the log',
    ]);
    expect(summary).toContain('\nNext        the log is not as it should be');
  });

  test('a log that is as it should be is one line', () => {
    const summary = renderSummary(clean);
    expect(partOf(summary, 'Verified')).toEqual([
      'Verified    0 of 1,200,000 acknowledged messages lost; none duplicated, out of order or corrupted',
    ]);
    expect(summary.split('\n')[0]).toMatch(/^VALID {2}atm/);
  });

  test('groups have a line each, and a paused one another', () => {
    expect(partOf(renderSummary(result), 'Consumers')).toEqual([
      'Consumers   audit: 1,000 consumed, 99.6/s, end to end p99 2,476 ms, lag max 302, end 3',
      "              pause of 3 s: lag 302, drained in 2.4 s at 226.5/s, producers' p99 2.10 → 4.90 ms",
      '            billing: 1,000 consumed, 99.6/s, end to end p99 6.93 ms, lag max 2, end 2',
    ]);
    expect(partOf(renderSummary(result), 'Commits')).toEqual([
      'Commits     atm: 9 committed, 1 aborted (1 forced), commit p50 4.50 ms, p99 9.00 ms',
      '              1 × INVALID_TXN_STATE (48): EndTxn commit failed',
    ]);
  });

  test('topics without records: what is known of the lag, and no advice to do the same again', () => {
    const lag = { max: null, maxAtSecond: null, atEnd: 0 };
    const idle = consumer([], [], { ...{ consumed: 0, rate: 0, endToEnd: null, endToEndHistogram: null, lag } });
    const verdict = { status: 'INCOMPLETE', reasons: ['nothing was read'] } as const;
    const text = renderSummary({ ...result, scenarios: {}, verification: {}, verdict, consumers: { audit: idle } });
    expect(partOf(text, 'Consumers')).toEqual(['Consumers   audit (incomplete): 0 consumed, 0/s, lag at the end 0']);
    expect(text).toContain('the topics hold no records from where the groups began');
    expect(text).not.toMatch(/run it again|not known/);
  });

  test('what is not known is not a number', () => {
    const unknown = consumer([], [consumerRow({ second: 0, lag: null })], {
      ...{ endToEnd: null, endToEndHistogram: null, lag: { max: null, maxAtSecond: null, atEnd: null } },
    });
    const shown = { ...result, consumers: { audit: unknown } };
    expect(partOf(renderSummary(shown), 'Consumers')).toEqual(['Consumers   audit: 0 consumed, 99.6/s, lag not known']);
    expect(sectionOf(bodyOf(shown), 'consumers')).toContain('no record could be dated');
  });

  test('a refusal has its reason, in whole or of one scenario', () => {
    const refused = verification({ expected: 0, consumed: 0, refused: 'the ledger is not complete' });
    const lines = (by: NonNullable<Result['verification']>) =>
      partOf(renderSummary({ ...clean, verification: by }), 'Verified')
        .join(' ')
        .replaceAll(/\s+/g, ' ');
    expect(lines({ atm: refused })).toBe('Verified Not verified: the ledger is not complete');
    expect(lines({ atm: verification(), sms: refused })).toBe(
      'Verified 0 of 1,000 acknowledged messages lost; none duplicated, out of order or corrupted; not verified: sms: the ledger is not complete',
    );
  });

  test('a run that only reads has no counts of messages', () => {
    const summary = renderSummary({ ...clean, scenarios: {}, verification: undefined } as unknown as Result);
    expect(summary).not.toMatch(/scheduled|Latency, ms|Rate /);
    expect(summary).toContain('Consumers   audit: 1,000 consumed');
    expect(summary.split('\n')[0]).toMatch(/, \d+ members?$/);
    expect(summary).toContain('\nNext        raise `rate`, or leave it out to read as fast as possible');
    const fast = { ...clean, scenarios: {}, verdict: { ...clean.verdict, limitedBy: 'broker' as const } };
    expect(renderSummary(fast)).toContain('\nNext        raise `members` to find the limit');
    const body = bodyOf({ ...clean, scenarios: {}, series: [], latencySeries: undefined } as unknown as Result);
    expect([...body.matchAll(/<figure id="([\w-]+)"/g)].map(([, id]) => id)).toEqual([
      ...['consumed', 'end-to-end', 'lag', 'end-to-end-percentiles'],
    ]);
    expect(body).not.toContain('id="totals"');
  });

  test('fits 41 lines of 100 columns with everything at once', () => {
    const long = 'a very long explanation of what has happened here '.repeat(5);
    const many = Array.from({ length: 12 }, (_, i) => i);
    const named = <T>(each: T) => Object.fromEntries(many.map((i) => [`name-${i}`, each]));
    const worst: Result = {
      ...result,
      run: { ...result.run, notes: many.map(() => long) },
      verdict: { ...result.verdict, reasons: many.map(() => long) },
      warmup: produced.scenarios.atm!,
      latency: { ...result.latency, endToEnd: result.latency.response },
      scenarios: named(result.scenarios.atm!),
      thresholds: many.map(() => ({ metric: 'failed', expression: 'count<1', value: 5, ok: false })),
      consumers: named(result.consumers!.audit!),
      verification: named({ ...FOUND, examples: [{ kind: 'lost', text: long }] }),
    };
    const lines = renderSummary(worst, { directory: '/srv/results' }).split('\n');
    expect(lines).toHaveLength(41);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    for (const label of ['Verified', 'Consumers', 'Commits', 'Scenarios', 'Thresholds', 'Next'])
      expect(lines.filter((line) => line.startsWith(label))).toHaveLength(1);
  });
});

describe('page', () => {
  test('every number is that of the result', () => {
    const body = bodyOf(result);
    const keys = [...body.matchAll(/ data-key="([^"]*)"[^>]*>([^<]*)/g)].map(([, key, text]) => [key!, text!] as const);
    const shown = keys.filter(([key]) => /^(verification|consumers|outages|scenarios\.atm\.transactions)/.test(key));
    expect(shown.length).toBeGreaterThan(60);
    for (const [key, text] of shown) {
      const written = text.replaceAll('&gt;', '>');
      expect(isShownAs(valueAt(result, key), key, written), `${key}: ${text}`).toBe(true);
    }
  });

  test('the sentence comes before all other numbers', () => {
    const body = bodyOf(clean);
    expect(body).toContain('<p class="headline ok">0 of 1,200,000 acknowledged messages lost.</p>');
    expect(body.indexOf('id="verification"')).toBeLessThan(body.indexOf('data-key="totals.'));
    expect(bodyOf(result)).toContain('<p class="headline bad">2 of 1,000 committed messages lost.</p>');
  });

  test('examples have their place', () => {
    const text = sectionOf(bodyOf(result), 'verification');
    expect(text).toContain('atm lost index 17 acknowledged, and not in the log');
    expect(text).toContain('atm duplicated atm-transactions[3]@4021, index 55 first read at partition 3');
    expect(text).toContain('atm: compaction may have removed records of 12 keys');
  });

  test('each of several groups has its own row', () => {
    const groups = { clean: verification({ expected: 90 }), dirty: verification({ expected: 90, abortedInLog: 10 }) };
    const found = verification({ expected: 90, abortedInLog: 10, groups });
    const body = bodyOf({ ...clean, verification: { atm: found } });
    expect(body).toMatch(/data-key="verification.atm.groups.dirty.abortedInLog" class="bad">10</);
    expect(body).toMatch(/data-key="verification.atm.groups.clean.abortedInLog" class="ok">0</);
    expect(sectionOf(body, 'verification')).toContain('atm, dirty 90');
  });

  test('aborted messages that the profile has a group read are no fault', () => {
    const found = verification({ expected: 90, abortedInLog: 10, abortedAllowed: true });
    const body = bodyOf({ ...clean, verification: { atm: found } });
    expect(body).toMatch(/data-key="verification.atm.abortedInLog" class="ok">10</);
    expect(body).toContain('<p class="headline ok">');
    expect(body).toContain('10 messages of aborted transactions read, as read_uncommitted allows');
  });

  test('what ended transactions, and which outages were of some partitions only', () => {
    expect(sectionOf(bodyOf(result), 'transactions')).toContain(
      'atm: 1 × INVALID_TXN_STATE (48): EndTxn commit failed',
    );
    const outages = [
      { from: 1, to: 2 },
      { from: 3, to: 5, partial: true as const },
    ];
    expect(sectionOf(bodyOf({ ...result, outages }), 'outages')).toMatch(/1 2 all .*3 5 some/);
  });

  test('clocks and values below 0 are told', () => {
    const text = sectionOf(bodyOf(result), 'consumers');
    expect(text).toContain('4 -0.620 ≤ 0.850 ms');
    expect(text).toContain('audit: one monotonic clock: end-to-end latency is exact');
  });

  test('pause, fault, drain and outage are bands of every chart over time', () => {
    const body = bodyOf(result);
    const plots = body.match(/<svg class="plot"[^>]*data-to/g)!;
    for (const look of ['pause', 'fault', 'backlog', 'outage'])
      expect(body.match(new RegExp(`<rect class="${look}" x`, 'g'))).toHaveLength(plots.length);
    expect(body).toMatch(/<text class="flag"[^>]*data-at="2"[^>]*>broker 1 down/);
    expect(body).not.toContain('<path class="mark"');
  });

  test('the tables behind the charts have every second of each group', () => {
    const body = bodyOf(result);
    const rowsOf = (id: string) =>
      [
        ...body
          .slice(body.indexOf(`<figure id="${id}"`))
          .split('</figure>')[0]!
          .matchAll(/<tr><td>([^\n/]*)(?=\n|<\/)/g),
      ].map(([, row]) => row!.split('<td>'));
    const { audit, billing } = result.consumers!;
    expect(rowsOf('consumed').map(([, a, b]) => [Number(a), Number(b)])).toEqual(
      audit!.series.map(({ consumed }, i) => [consumed, billing!.series[i]!.consumed]),
    );
    expect(rowsOf('lag').map(([, a]) => Number(a))).toEqual(audit!.series.map(({ lag }) => lag));
    expect(rowsOf('end-to-end')[4]!.slice(1, 3)).toEqual(['–', '–']);
  });
});
