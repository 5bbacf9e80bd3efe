import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CapacityStep } from '../../src/compare/capacity-result.ts';
import type { CellProgress, ExperimentProgress } from '../../src/compare/experiment-progress.ts';
import type { Progress } from '../../src/recorder/progress.ts';
import type { SecondRow } from '../../src/recorder/second-row.ts';
import { createLiveView } from '../../src/report/live.ts';
import { RecordedTerminal } from './recorded-terminal.ts';

const TERMINAL = { TERM: 'xterm-256color' };
const WIDTHS = [60, 80, 200];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function rowAt(second: number): SecondRow {
  const [scheduled, acked] = [1_000 + 10 * second, second % 20 === 7 ? 300 : 1_000 + 10 * second];
  return {
    ...{ second, scheduled, sent: scheduled, acked, failed: second > 30 ? 3 : 0, inFlight: 40 },
    ...{ p50: 1_234, p90: 2_000, p99: second % 20 === 7 ? 812_000 : 35_100, p999: 40_000, max: 900_000 },
    ...{ scheduleLagP99: 9, cpuPct: 9, loopCpuPct: 1, clientCpuPct: 1, mainCpuPct: 1 },
  };
}

function progressAt(seconds: number): Progress {
  return {
    ...{ phase: 'load', elapsedNs: seconds * 1e9, plannedNs: 600e9, endsAtMs: null, plannedCount: 6_000_000 },
    ...{ scheduled: 1_234_567, sent: 1_234_567, acked: 1_234_000, failed: seconds > 30 ? 3_456 : 0, shed: 0 },
    ...{ inFlight: 4_000, inFlightMax: 10_000, targetPerSec: 1_000 + 10 * seconds, scenarios: 12 },
    ...(seconds > 0 && { lastRow: rowAt(seconds - 1) }),
  };
}

/** Seconds of a run. */
function play(view: ReturnType<typeof createLiveView>, from: number, to: number): void {
  for (let second = from; second < to; second++) {
    view.update(progressAt(second));
    vi.advanceTimersByTime(1_000);
  }
}

const finish = async (terminal: RecordedTerminal) => {
  vi.useRealTimers();
  return terminal.shown();
};

describe.each(WIDTHS)('%i columns', (columns) => {
  test('a run: one view at the end, no wrapped line, failures red, the cursor below', async () => {
    const terminal = new RecordedTerminal(columns);
    const view = createLiveView(terminal.stream, { env: TERMINAL });
    view.note('first');
    play(view, 0, 50);
    view.note('warning: in between');
    play(view, 50, 75);
    view.close();
    const { lines, wrapped, red, isCursorBelow } = await finish(terminal);
    expect(wrapped).toEqual([]);
    expect(lines.slice(0, 2)).toEqual(['first', 'warning: in between']);
    expect(
      lines.slice(2).map((line) =>
        line
          .trim()
          .split(/ {2,}/)[0]!
          .replace(/^[█░]+/, ''),
      ),
    ).toEqual([
      ' 12 %',
      ...['time', 'rate', 'acked', 'due', 'messages', 'in flight', 'latency', 'p99'].map((name) =>
        expect.stringMatching(new RegExp(`^${name}`)),
      ),
    ]);
    expect(red).toEqual(['3,456 failed']);
    expect(isCursorBelow).toBe(true);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  });

  test('a minute of sparklines, acknowledged and due on one scale', async () => {
    const terminal = new RecordedTerminal(columns);
    const view = createLiveView(terminal.stream, { env: TERMINAL });
    play(view, 0, 75);
    view.close();
    const { lines } = await finish(terminal);
    const spark = (label: string) => /[▁-█]+/.exec(lines.find((line) => line.startsWith(`  ${label}`))!)![0];
    const seconds = columns === 60 ? 2 : 1;
    expect(spark('due')).toHaveLength(60 / seconds);
    expect(spark('acked')).toHaveLength(60 / seconds);
    // Second 7 of each 20: less acknowledged, and later.
    const slow = seconds === 1 ? [13, 33, 53] : [6, 16, 26];
    expect([...spark('p99')].flatMap((level, i) => (level === '█' ? [i] : []))).toEqual(slow);
    const lows = [...spark('acked')].flatMap((level, i) => (level < spark('due')[i]! ? [i] : []));
    expect(lows).toEqual(slow);
    expect(spark('due')).toMatch(/^[▅▆▇]+█+$/);
  });

  test('a sweep and a search: the longest names and reasons do not wrap', async () => {
    const terminal = new RecordedTerminal(columns);
    const view = createLiveView(terminal.stream, { env: TERMINAL });
    view.experiment(
      sweepOf(['取引=支払い「圧縮」 lz4', `batch=${'9'.repeat(300)}`, 'a\u001b[31m\nb', '🚀'.repeat(60)]),
    );
    vi.advanceTimersByTime(1_000);
    view.experiment(search);
    view.close();
    view.experiment(
      sweepOf(['取引=支払い「圧縮」 lz4', `batch=${'9'.repeat(300)}`, 'a\u001b[31m\nb', '🚀'.repeat(60)]),
    );
    view.close();
    const { wrapped, red, isCursorBelow, lines } = await finish(terminal);
    expect([wrapped, isCursorBelow]).toEqual([[], true]);
    expect(red.filter((text) => /failed/.test(text))).not.toEqual([]);
    expect(lines.join('\n')).toContain('800/s held, 1,600/s did not');
    expect(lines.join('\n'), 'no control characters').toContain('  a [31m b ');
  });
});

describe('another size', () => {
  test.each([[[200, 60]], [[100, 61, 44]], [[60, 120]], [[200, 30, 200]]])(
    '%j columns: nothing stays of the earlier views',
    async (widths) => {
      const terminal = new RecordedTerminal(widths[0]!);
      const view = createLiveView(terminal.stream, { env: TERMINAL });
      view.note('stays');
      play(view, 0, 40);
      for (const columns of widths.slice(1)) {
        terminal.resize(columns);
        play(view, 40, 42);
      }
      view.close();
      const { lines, wrapped, isCursorBelow } = await finish(terminal);
      expect(lines[0]).toBe('stays');
      expect(lines.filter((line) => /^time/.test(line))).toHaveLength(1);
      expect(lines).toHaveLength(10);
      expect([wrapped, isCursorBelow]).toEqual([[], true]);
    },
  );

  test('is drawn for at once, without news', async () => {
    const terminal = new RecordedTerminal(100);
    const view = createLiveView(terminal.stream, { env: TERMINAL });
    view.experiment(sweepOf(['a', 'b']));
    terminal.resize(50);
    vi.advanceTimersByTime(300);
    view.close();
    const writes = terminal.written.length;
    terminal.resize(60);
    expect([writes, terminal.written.length], 'not after its end').toEqual([2, 2]);
    expect(terminal.listenerCount('resize')).toBe(0);
    expect((await finish(terminal)).wrapped).toEqual([]);
  });

  test('a note while the terminal has become narrower', async () => {
    const terminal = new RecordedTerminal(120);
    const view = createLiveView(terminal.stream, { env: TERMINAL });
    play(view, 0, 10);
    terminal.resize(40);
    view.note('note');
    view.close();
    const { lines } = await finish(terminal);
    expect([lines[0], lines.length]).toEqual(['note', 10]);
  });

  test.each([
    [20, 40],
    [1, 10],
    [39, 5],
    [80, 2],
  ])('%i × %i does not break', async (columns, rows) => {
    const terminal = new RecordedTerminal(columns, rows);
    const view = createLiveView(terminal.stream, { env: TERMINAL });
    play(view, 0, 20);
    view.experiment(sweepOf(Array.from({ length: 50 }, (_, i) => `cell=${i}`)));
    view.close();
    const { wrapped, lines, isCursorBelow } = await finish(terminal);
    expect([wrapped, isCursorBelow]).toEqual([[], true]);
    expect(lines.length).toBeLessThan(Math.max(2, rows));
  });

  test('few rows: the pictures go first, the in-flight count stays', async () => {
    const linesAt = async (rows: number) => {
      vi.useFakeTimers();
      const terminal = new RecordedTerminal(100, rows);
      const view = createLiveView(terminal.stream, { env: TERMINAL });
      play(view, 0, 20);
      view.close();
      return (await finish(terminal)).lines.map((line) => line.trim().slice(0, 5).trim());
    };
    const numbers = ['rate', 'messa', 'laten'];
    expect((await linesAt(8)).slice(2)).toEqual(['rate', 'acked', 'messa', 'laten', 'p99']);
    expect((await linesAt(6)).slice(2)).toEqual(numbers);
  });
});

test('a view that becomes shorter leaves nothing behind', async () => {
  const terminal = new RecordedTerminal(80);
  const view = createLiveView(terminal.stream, { env: TERMINAL });
  view.experiment(sweepOf(['a', 'b', 'c']));
  vi.advanceTimersByTime(300);
  view.experiment({ ...sweepOf(['a']), activity: 'done', current: null });
  view.close();
  const { lines } = await finish(terminal);
  expect(lines.filter((line) => line !== '')).toHaveLength(3);
});

test('at most four times a second, and the last state in any case', () => {
  const terminal = new RecordedTerminal(80);
  const view = createLiveView(terminal.stream, { env: TERMINAL });
  for (let i = 0; i < 200; i++) {
    view.update(progressAt(i));
    vi.advanceTimersByTime(10);
  }
  expect(terminal.written).toHaveLength(9);
  view.update({ ...progressAt(200), phase: 'done' });
  view.close();
  expect(terminal.written).toHaveLength(10);
  expect(terminal.written[9]).toContain('done');
  view.close();
  expect(terminal.written).toHaveLength(10);
});

test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }, { CI: 'true' }])('%j: plain lines also on a terminal', (env) => {
  const terminal = new RecordedTerminal(80);
  const view = createLiveView(terminal.stream, { env: { ...TERMINAL, ...env } });
  play(view, 0, 20);
  view.close();
  expect(terminal.written.length).toBeGreaterThan(1);
  for (const text of terminal.written) {
    expect(text).toMatch(/^0:\d\d\/10:00 load, .*\n$/);
    expect(text).not.toContain('\u001b');
  }
});

test.each([{ NO_COLOR: '' }, { CI: 'false' }, { CI: '' }])('%j does not', (env) => {
  const terminal = new RecordedTerminal(80);
  createLiveView(terminal.stream, { env: { ...TERMINAL, ...env } }).update(progressAt(3));
  expect(terminal.written[0]).toContain('█');
});

function sweepOf(names: readonly string[]): ExperimentProgress {
  const cells = names.map((name, i): CellProgress => {
    const status = i === 1 ? 'failed' : 'ok';
    return { name, factors: {}, runsDone: 1, status, throughputPerSec: 123_456, responseP99Ms: { atLeast: 12_345 } };
  });
  return {
    ...{ kind: 'sweep', name: 'x', activity: 'run', runsDone: 3, runsTotal: 25, isAtMost: false, round: 1, rounds: 5 },
    ...{ current: { run: 4, attempt: 1, cell: names[0]!, step: null }, leftMs: 100_000, cells, run: progressAt(40) },
  };
}

const step = {
  ...{
    rate: 1_600,
    phase: 'doubling',
    outcome: 'failed',
    figures: { 'response_ms p(99)': 812 },
    samples: 1,
    path: 'x',
  },
  reasons: [`response_ms\u001b[2J p(99)<50: ${'it was 812 ms, '.repeat(20)}`],
} as unknown as CapacityStep;

const search: ExperimentProgress = {
  ...{ kind: 'capacity', name: 'x', activity: 'run', runsDone: 70, runsTotal: 75, isAtMost: false },
  ...{ round: null, rounds: null, leftMs: 100_000, cells: [], run: progressAt(40) },
  current: { run: 71, attempt: 1, cell: null, step: { ratePerSec: 1_131, phase: 'bisection' } },
  search: { steps: Array(70).fill(step), bracket: { low: 800, high: 1_600 } },
};
