import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { MetricsWriter } from '../../src/roles/metrics-store.ts';
import type { MessageQueue, TakenMessage } from '../../src/roles/queue.ts';
import type { SendResult } from '../../src/roles/send-result.ts';
import { DISTRIBUTIONS, drawResult, runSender, type SenderSpec } from '../../src/roles/sender.ts';
import { Takers } from '../../src/roles/takers.ts';

const slept = vi.hoisted((): number[] => []);
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => {
    slept.push(ms);
    return new Promise((resolve) => setTimeout(resolve, 1));
  },
}));

const spec = (more: Partial<SenderSpec> = {}): SenderSpec => {
  return { name: 'a-1', meanTimeUs: 100_000, failureRate: 0.2, distribution: 'exponential', ...more };
};

const ids = Array.from({ length: 20_000 }, (_, i) => `0123456789abcdef-3c3a-${String(i).padStart(12, '0')}`);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('draws', () => {
  test('the same message gives the same again, at any sender with these settings; another seed another', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), (seed, id) => {
        // So long that no two draws are the same by chance.
        const meanTimeUs = 1e12;
        const first = drawResult(spec({ meanTimeUs }), seed, id);
        expect(drawResult(spec({ meanTimeUs, name: 'b-7' }), seed, id)).toEqual({ ...first, sender: 'b-7' });
        expect(drawResult(spec({ meanTimeUs }), seed + 1, id).processingUs).not.toBe(first.processingUs);
      }),
    );
  });

  test.each(DISTRIBUTIONS)('%s times have their mean, the failures their rate', (distribution) => {
    const results = ids.map((id) => drawResult(spec({ distribution }), 42, id));
    const times = results.map(({ processingUs }) => processingUs);
    expect(times.every((us) => Number.isSafeInteger(us) && us >= 0)).toBe(true);
    // Four standard errors: at most 1/√20,000 of the mean, and √(0.2 × 0.8 / 20,000).
    expect(Math.abs(mean(times) / 100_000 - 1)).toBeLessThan(4 / Math.sqrt(ids.length));
    const failed = results.filter(({ outcome }) => outcome === 'failed').length / ids.length;
    expect(Math.abs(failed - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / ids.length));
  });

  test('exponential: a share of exp(-x) takes longer than x times the mean, failed or not', () => {
    for (const outcome of ['sent', 'failed']) {
      const times = ids.map((id) => drawResult(spec(), 7, id)).filter((result) => result.outcome === outcome);
      for (const x of [0.1, 1, 3]) {
        const longer = times.filter(({ processingUs }) => processingUs > x * 100_000).length / times.length;
        expect(Math.abs(longer - Math.exp(-x))).toBeLessThan(4 * Math.sqrt(0.25 / times.length));
      }
    }
  });

  test('uniform stays within half of the mean; constant is the mean', () => {
    const times = (distribution: SenderSpec['distribution']) =>
      ids.map((id) => drawResult(spec({ distribution }), 42, id).processingUs);
    expect(Math.min(...times('uniform'))).toBeGreaterThanOrEqual(50_000);
    expect(Math.max(...times('uniform'))).toBeLessThanOrEqual(150_000);
    expect(new Set(times('constant'))).toEqual(new Set([100_000]));
  });

  test('rates of 0 and 1 are exact', () => {
    const outcomes = (failureRate: number) =>
      new Set(ids.map((id) => drawResult(spec({ failureRate }), 1, id).outcome));
    expect(outcomes(0)).toEqual(new Set(['sent']));
    expect(outcomes(1)).toEqual(new Set(['failed']));
  });
});

describe('a sender', () => {
  function fixture(record: MetricsWriter['record'] = async () => {}) {
    const takers = new Takers<TakenMessage>();
    const log: string[] = [];
    const stop = new AbortController();
    const queue: MessageQueue = {
      take: (signal) => takers.take(signal),
      acknowledge: (message) => log.push(`ack ${Buffer.from(message.payload)}`),
      close: async () => {},
    };
    const metrics: MetricsWriter = {
      record: async (result) => {
        await record(result);
        log.push(`kept ${result.id.slice(0, 4)}`);
      },
      close: async () => {},
    };
    const results: SendResult[] = [];
    const onResult = (result: SendResult) => results.push(result);
    const context = { queue, metrics, seed: 42, signal: stop.signal, onResult };
    return { takers, log, stop, results, ended: runSender(spec({ meanTimeUs: 1_000 }), context) };
  }

  const hand = (takers: Takers<TakenMessage>, text: string) => takers.hand({ payload: Buffer.from(text) });

  test('keeps the result before it acknowledges; finishes what is in hand after the signal, and no more', async () => {
    const { takers, log, stop, results, ended } = fixture();
    for (const text of ['x', 'y', 'z']) hand(takers, text);
    while (log.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    stop.abort();
    await ended;
    expect(log.length % 2).toBe(0);
    expect(log.length).toBeLessThan(6);
    for (let i = 0; i < log.length; i += 2) {
      expect(log[i]).toMatch(/^kept /);
      expect(log[i + 1]).toBe(`ack ${'xyz'[i / 2]}`);
    }
    expect(results).toHaveLength(log.length / 2);
  });

  test('takes the time over each message that was drawn for it', async () => {
    slept.length = 0;
    const { takers, log, stop, results, ended } = fixture();
    for (const text of ['x', 'y']) hand(takers, text);
    while (log.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
    stop.abort();
    await ended;
    expect(slept).toEqual(results.map(({ processingUs }) => processingUs / 1000));
  });

  test('a result that cannot be kept ends it, unacknowledged', async () => {
    const { takers, log, results, ended } = fixture(async () => {
      throw new Error('refused');
    });
    hand(takers, 'x');
    await expect(ended).rejects.toThrow('refused');
    expect(log).toEqual([]);
    expect(results).toEqual([]);
  });
});
