import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COLUMN, COLUMNS, COUNTER, counterCell, LOAD, type Phase, WARMUP } from '../../src/recorder/run-memory.ts';
import { Tally } from '../../src/recorder/tally.ts';

const [LANES, SECONDS] = [3, 5];
const name = fc.constantFrom<keyof typeof COLUMN>('sent', 'acked', 'failed');
const phase = fc.constantFrom<Phase>(WARMUP, LOAD);
const event = fc.record({ lane: fc.nat(LANES - 1), phase, name, count: fc.nat(9) });
const turn = fc.record({ atS: fc.nat(8), events: fc.array(event, { maxLength: 5 }) });

test.each([1, LANES])('each event is in its own second once, with %d series for three lanes', (series) => {
  fc.assert(
    fc.property(fc.array(turn), (turns) => {
      const counters = Array.from({ length: LANES }, () => new Float64Array(16));
      const rows = Array.from({ length: series }, () => new Float64Array(SECONDS * COLUMNS));
      const expected = rows.map((cells) => cells.slice());
      const tally = new Tally(rows, counters);
      for (const { atS, events } of turns.toSorted((a, b) => a.atS - b.atS)) {
        for (const { lane, phase, name, count } of events) {
          counters[lane]![counterCell(phase, COUNTER[name])]! += count;
          tally.mark(lane);
          expected[series === 1 ? 0 : lane]![Math.min(atS, SECONDS - 1) * COLUMNS + COLUMN[name]]! += count;
        }
        tally.take(atS * 1e9 + 5e8);
      }
      expect(rows).toEqual(expected);
      const acked = counters.flatMap((cells) => [WARMUP, LOAD].map((of) => cells[counterCell(of, COUNTER.acked)]!));
      expect(tally.acked).toBe(acked.reduce((sum, count) => sum + count));
    }),
  );
});
