/** The faults timeline on a clock that is set, and a cluster that only notes what is asked of it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { monotonicMs } from '../../src/clock.ts';
import type { StartedRun } from '../../src/coordinator/observer.ts';
import { FaultObserver } from '../../src/observers/faults.ts';
import type { FaultAction, FaultSpec } from '../../src/profile/profile.ts';

const SEC = 1e9;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime'] }));
afterEach(() => void vi.useRealTimers());

function fault(atSec: number, forSec: number | undefined, action: FaultAction): FaultSpec {
  return { atNs: atSec * SEC, ...(forSec !== undefined && { forNs: forSec * SEC }), action };
}

/** What the cluster was asked for, with the second, in a run of `seconds`. */
async function rehearse(faults: readonly FaultSpec[], seconds: number) {
  const epochMs = monotonicMs();
  const asked: string[] = [];
  const note = (what: string) => asked.push(`${Math.round((monotonicMs() - epochMs) / 100) / 10} ${what}`);
  const cluster = {
    setRtt: (ms: number) => note(`rtt ${ms}`),
    setDownOnly: (brokers: 'all' | number[]) => note(`down ${String(brokers)}`),
    setLeader: (topic: string, partition: number, broker: number) => note(`leader ${topic} ${partition} ${broker}`),
    failRequests: (request: string, codes: number[]) => note(`${request} ${codes.join(',')}`),
  };
  const warnings: string[] = [];
  const observer = new FaultObserver(faults, { log: () => {}, warn: (warning) => warnings.push(warning) });
  const run = { cluster, reader: { epochMs }, plan: { target: { kind: 'embedded', rttMs: 5, brokers: 3 } } };
  observer.start(run as unknown as StartedRun);
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  const { events } = await observer.finish({ series: [] } as never);
  await observer.close();
  return {
    asked,
    events: events!.map(({ at, until, text }) => [Math.round(at), until && Math.round(until), text]),
    warnings,
  };
}

describe('faults of the embedded cluster', () => {
  test('each at its time, and over after it', async () => {
    const { asked, events } = await rehearse(
      [
        fault(2, 3, { kind: 'down', brokers: [1] }),
        fault(6, 1, { kind: 'rtt', rttMs: 50 }),
        fault(8, undefined, { kind: 'errors', request: 'produce', error: 'NOT_ENOUGH_REPLICAS', count: 3 }),
        fault(9, undefined, { kind: 'leader', topic: 'orders', partition: 4, broker: 2 }),
      ],
      10,
    );
    expect(asked).toEqual([
      ...['2 rtt 5', '2 down 1', '5 rtt 5', '5 down '],
      ...['6 rtt 50', '6 down ', '7 rtt 5', '7 down '],
      ...['8 produce 19,19,19', '9 leader orders 4 2'],
    ]);
    expect(events).toEqual([
      [2, 5, 'broker 1 down'],
      [6, 7, 'round trip 50ms'],
      [8, undefined, 'NOT_ENOUGH_REPLICAS for 3 produce requests of each broker'],
      [9, undefined, 'leader of orders[4] moves to broker 2'],
    ]);
  });

  test('of several that last together the end of one leaves the others', async () => {
    const { asked } = await rehearse(
      [
        fault(1, 4, { kind: 'down', brokers: [1] }),
        fault(2, 1, { kind: 'down', brokers: 'all' }),
        fault(2, 4, { kind: 'down', brokers: [3] }),
      ],
      7,
    );
    expect(asked.filter((each) => each.includes('down'))).toEqual([
      ...['1 down 1', '2 down all', '2 down all', '3 down 1,3', '5 down 3', '6 down '],
    ]);
  });

  test('what lasts is over with the run, and what comes later never happens', async () => {
    const { events, asked } = await rehearse(
      [fault(1, undefined, { kind: 'down', brokers: 'all' }), fault(9, undefined, { kind: 'rtt', rttMs: 1 })],
      4,
    );
    expect(events).toEqual([[1, 4, 'all brokers down']]);
    expect(asked.at(-1)).toBe('4 down ');
  });
});
