import { describe, expect, test } from 'vitest';
import type { ConsumerProgress, Progress } from '../../src/recorder/progress.ts';
import { createLiveView, renderLive, renderPlainLine } from '../../src/report/live.ts';
import { secondRow } from '../recorder/second-row.ts';
import { consumerRow } from '../result/reading.ts';

const progress: Progress = {
  phase: 'load',
  elapsedNs: 12.4e9,
  plannedNs: 60e9,
  endsAtMs: new Date(2026, 2, 1, 12, 1, 0).getTime(),
  plannedCount: 60_000,
  scheduled: 12_400,
  sent: 12_400,
  acked: 12_391,
  failed: 2,
  shed: 0,
  inFlight: 7,
  inFlightMax: 100_000,
  targetPerSec: 1_000,
  lastRow: secondRow({
    second: 11,
    scheduled: 1_000,
    sent: 1_000,
    acked: 998,
    failed: 0,
    p50: 1_234,
    p99: 35_100,
    max: 36_000,
    scheduleLagP99: 900,
    inFlight: 7,
    cpuPct: 9,
  }),
  scenarios: 1,
};

const database = {
  ...{ file: 'messages.db', bytes: 53_248, messages: 420, active: 97, phoneNumbers: 1000, starts: 1 },
  states: { sent: 88, delayed: 9, delivered: 310, failed: 13 },
  carriers: { verizon: 168, att: 132, tmobile: 120 },
};

test('a run with a message database tells of its messages, on a terminal and elsewhere', () => {
  expect(renderLive({ ...progress, database }).slice(-2)).toEqual([
    'states    97 active (sent 88, delayed 9); delivered 310 (73.8 %), failed 13 (3.1 %)',
    'carriers  verizon 40 %, att 31.4 %, tmobile 28.6 %; 1,420 database rows',
  ]);
  expect(
    renderPlainLine({ ...progress, database })
      .split(' | ')
      .slice(-3),
  ).toEqual([
    '97 active, delivered 310 (73.8 %), failed 13 (3.1 %)',
    'verizon 40 %, att 31.4 %, tmobile 28.6 %',
    '1,420 database rows',
  ]);
});

test.each([
  [[], '8 of 8'],
  [[3], '7 of 8, silent: 3'],
  [[2, 3, 4, 7], '4 of 8, silent: 2–4, 7'],
])('shards of a run, those that are silent by number: %j', (silent, text) => {
  const shards = { count: 8, present: 8 - silent.length, silent };
  expect(renderLive({ ...progress, shards }).at(-1)).toBe(`shards    ${text}`);
  expect(
    renderPlainLine({ ...progress, shards })
      .split(' | ')
      .at(-1),
  ).toBe(`shards ${text}`);
  expect(
    renderLive({ ...progress, shards }, { color: true })
      .at(-1)!
      .includes('\x1b[33m'),
  ).toBe(silent.length > 0);
});

/** A stream that keeps what was written. */
function sink(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, columns: 80, write: (text: string) => written.push(text) > 0 };
  return { written, stream: stream as unknown as NodeJS.WritableStream & { isTTY: boolean; columns: number } };
}

describe('renderLive', () => {
  test('bar, countdown, expected end, rate against target, counts, latency', () => {
    expect(renderLive(progress)).toMatchInlineSnapshot(`
      [
        "████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 20 %  load",
        "time      0:12 elapsed, 0:48 left, ends 12:01:00",
        "rate      998/s acked of 1,000/s",
        "messages  12,400 sent, 12,391 acked, 2 failed",
        "in flight ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 7 of 100,000",
        "latency   p50 1.23 ms, p99 35.1 ms in the last second",
      ]
    `);
  });

  test('what has gone by and what is left add up to the whole', () => {
    const clocks = (elapsedNs: number) => renderLive({ ...progress, elapsedNs })[1];
    expect(clocks(0)).toBe('time      0:00 elapsed, 1:00 left, ends 12:01:00');
    expect(clocks(12.4e9)).toBe('time      0:12 elapsed, 0:48 left, ends 12:01:00');
    expect(clocks(59.9e9)).toBe('time      0:59 elapsed, 0:01 left, ends 12:01:00');
    expect(clocks(72.5e9)).toBe('time      1:12 elapsed, 0:12 overdue');
  });

  test('a schedule that was sent to its end is done, though its last message was due before the end', () => {
    const sent = { ...progress, elapsedNs: 54e9, scheduled: 60_000, sent: 60_000, acked: 60_000 };
    expect(renderLive({ ...sent, phase: 'drain' })[0]).toMatch(/ 100 % {2}drain$/);
    expect(renderLive({ ...sent, phase: 'done' })[0]).toBe(`${'█'.repeat(40)} 100 %  done`);
    expect(renderLive({ ...sent, phase: 'done', sent: 30_000 })[0]).toMatch(/ 90 % {2}done$/);
  });

  test('a closed loop bounded by a number of messages', () => {
    const closed: Progress = {
      ...progress,
      plannedNs: null,
      endsAtMs: null,
      targetPerSec: null,
      shed: 4,
      scenarios: 3,
    };
    expect(renderLive(closed)).toMatchInlineSnapshot(`
      [
        "████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 20 %  load, 3 scenarios",
        "time      0:12 elapsed",
        "rate      998/s acked",
        "messages  12,400 sent, 12,391 acked, 2 failed, 4 shed",
        "in flight ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 7 of 100,000",
        "latency   p50 1.23 ms, p99 35.1 ms in the last second",
      ]
    `);
  });

  test('the first second, before there is anything to show', () => {
    const { lastRow: _, ...first } = progress;
    expect(renderLive({ ...first, elapsedNs: 0, phase: 'warmup' })).toMatchInlineSnapshot(`
      [
        "░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0 %  warmup",
        "time      0:00 elapsed, 1:00 left, ends 12:01:00",
        "rate      – acked of 1,000/s",
        "messages  12,400 sent, 12,391 acked, 2 failed",
        "in flight ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 7 of 100,000",
        "latency   no latency yet",
      ]
    `);
  });

  test('when all is done, the rate of the whole run', () => {
    const done: Progress = { ...progress, phase: 'done', elapsedNs: 59e9, sent: 60_000, acked: 60_000, inFlight: 0 };
    expect(renderLive(done)).toContain('rate      1,000/s acked on average');
    expect(renderPlainLine(done)).toBe(
      '0:59/1:00 done | 1,000/s acked on average | 60,000 sent, 60,000 acked, 2 failed, 0 in flight',
    );
    const stopped: Progress = { ...done, elapsedNs: 10e9, sent: 9_000, acked: 9_000 };
    expect(renderLive(stopped)).toContain('rate      900/s acked on average');
  });
});

test('while it drains nothing is planned any more, and the end is not to come', () => {
  const draining: Progress = { ...progress, phase: 'drain' };
  expect(renderPlainLine(draining)).toMatch(/^0:12\/1:00 drain \| 998\/s acked \| 12,400 sent/);
  expect(renderLive(draining)).toContain('time      0:12 elapsed');
});

describe('a rate of less than a message a second', () => {
  const row = progress.lastRow!;
  const slow = { ...progress, targetPerSec: 0.4, lastRow: { ...row, scheduled: 0, acked: 0 } };

  test.each([
    [0.4, '0.4/s due now'],
    // The first moments of a ramp from 0.
    [0.000_004, '0.000004/s due now'],
    [0, 'none due now'],
  ])('%d/s is never one of 0/s', (targetPerSec, words) => {
    const line = renderPlainLine({ ...slow, targetPerSec }, [slow.lastRow]);
    expect(line).toContain(` | 0 acked of 0 due in the last second; ${words} | `);
    expect(line).not.toContain(' 0/s');
    const { lastRow: _, ...first } = slow;
    expect(renderPlainLine({ ...first, targetPerSec })).not.toContain(' 0/s');
  });

  test('counts of the last minute, which a second has too few of', () => {
    const minute = Array.from({ length: 50 }, (_, second) => {
      return { ...row, second, scheduled: second % 5 === 0 ? 2 : 0, acked: second % 5 === 1 ? 2 : 0 };
    });
    expect(renderLive({ ...slow, lastRow: minute.at(-1)! }, {}, minute)[2]).toBe(
      'rate      20 acked of 20 due in the last 50 s; 0.4/s due now',
    );
  });

  test('a faster one that has nothing due at the moment', () => {
    expect(renderPlainLine({ ...progress, targetPerSec: 0 }, [row])).toContain('; none due now |');
  });
});

test('an endless run has no end to count down to', () => {
  const endless = { ...progress, plannedNs: null, endsAtMs: null, plannedCount: null };
  expect(renderPlainLine(endless)).toMatch(/^0:12 load, until it is stopped \| .* of 1,000\/s \| 12,400 sent/);
  expect(renderPlainLine({ ...endless, phase: 'drain' })).toMatch(/^0:12 drain \|/);
  expect(renderLive(endless).join('\n')).not.toMatch(/left|ends|%/);
});

test('renderPlainLine', () => {
  expect(renderPlainLine(progress)).toMatchInlineSnapshot(
    `"0:12/1:00 load, 0:48 left, ends 12:01:00 | 998/s acked of 1,000/s | 12,400 sent, 12,391 acked, 2 failed, 7 in flight | p50 1.23 ms, p99 35.1 ms in the last second"`,
  );
});

describe('createLiveView', () => {
  test('on a terminal each update draws over the last one', () => {
    const { written, stream } = sink(true);
    const view = createLiveView(stream, { env: {} });
    view.update(progress);
    view.update(progress);
    view.close();
    expect(written).toHaveLength(2);
    const lines = written[0]!.split('\n').length - 1;
    expect(written[1]).toBe(`\r\x1b[${lines}A\x1b[J${written[0]}`);
  });

  test('on a terminal a note goes above the view, which is drawn again below it', () => {
    const { written, stream } = sink(true);
    const view = createLiveView(stream, { env: {} });
    view.note('first');
    view.update(progress);
    view.note('second');
    const lines = written[1]!.split('\n').length - 1;
    expect(written[0]).toBe('first\n');
    expect(written[2]).toBe(`\r\x1b[${lines}A\x1b[Jsecond\n${written[1]}`);
  });

  test('elsewhere a plain line every few seconds, and the last state at the end', () => {
    const { written, stream } = sink(false);
    let nowMs = 0;
    const view = createLiveView(stream, { plainEveryMs: 5_000, now: () => nowMs });
    for (const second of [0, 1, 2, 5, 6]) {
      nowMs = second * 1000;
      view.update({ ...progress, elapsedNs: second * 1e9 });
    }
    view.close();
    expect(written.map((line) => line.split('/')[0])).toEqual(['0:00', '0:05', '0:06']);
  });
});

const group = (changed: Partial<ConsumerProgress> = {}): ConsumerProgress => ({
  ...{ members: 2, state: 'reading', consumed: 12_000, lag: 123, left: null },
  lastRow: consumerRow({ second: 11, consumed: 998, p99: 4_200 }),
  ...changed,
});

test('consumer groups have a line each, with what they do', () => {
  const consumers = { audit: group(), billing: group({ state: 'paused', lag: 45_000, lastRow: undefined } as never) };
  expect(renderLive({ ...progress, consumers }).slice(-2)).toEqual([
    'consumers audit: 12,000 consumed, 998/s, lag 123, end to end p99 4.20 ms',
    '          billing: 12,000 consumed, lag 45,000, paused',
  ]);
  expect(renderPlainLine({ ...progress, consumers })).toContain(' | billing 12,000 consumed, lag 45,000, paused');
  const many = { ...consumers, c: group({ state: 'waiting' }), d: group({ state: 'end', left: 7 }) };
  expect(renderLive({ ...progress, consumers: many }).at(-1)).toBe('          2 more groups');
  expect(renderPlainLine({ ...progress, consumers: many })).toMatch(/not started yet \| d .*, 7 left to read$/);
});

test('the lag of a broker that does not answer is not known', () => {
  const consumers = { audit: group({ lag: null }), new: group({ lag: undefined }) };
  expect(renderLive({ ...progress, consumers }).slice(-2)).toEqual([
    'consumers audit: 12,000 consumed, 998/s, lag ?, end to end p99 4.20 ms',
    '          new: 12,000 consumed, 998/s, end to end p99 4.20 ms',
  ]);
  expect(renderPlainLine({ ...progress, consumers: { a: group({ lag: null, state: 'done' }) } })).not.toContain('lag');
});

test('a run that only reads shows how much of the topics is left, and nothing of messages sent', () => {
  const read = { ...progress, scenarios: 0, plannedNs: null, plannedCount: null, endsAtMs: null };
  const lines = renderLive({ ...read, consumers: { audit: group({ left: 4_000 }) } });
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain(' 75 %');
  expect(lines.join()).not.toMatch(/acked|in flight/);
  expect(renderPlainLine({ ...read, consumers: { audit: group() } })).not.toContain('acked');
});
