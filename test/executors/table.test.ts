import { expect, test } from 'vitest';
import { decodeExecutor, EXECUTORS } from '../../src/executors/table.ts';
import { describeExecutor } from './describe-executor.ts';
import { burst, constant, ramp, replay, sine } from './drawn.ts';

const SEC = 1e9;

describeExecutor('constant-arrival-rate', {
  drawn: constant,
  planned: ({ ratePerSec, durationNs }, u) => (ratePerSec * Math.min(u, durationNs)) / SEC,
});

describeExecutor('ramping-arrival-rate', {
  drawn: ramp,
  planned({ startRatePerSec, stages }, u) {
    let sum = 0;
    let from = startRatePerSec;
    let left = u;
    for (const { targetPerSec, durationNs } of stages) {
      const part = Math.max(0, Math.min(left, durationNs));
      const atPart = durationNs === 0 ? from : from + (targetPerSec - from) * (part / durationNs);
      sum += (((from + atPart) / 2) * part) / SEC;
      from = targetPerSec;
      left -= durationNs;
    }
    return sum;
  },
});

describeExecutor('sine', {
  drawn: sine,
  planned({ meanPerSec, amplitudePerSec, periodNs, durationNs }, u) {
    const t = Math.min(u, durationNs) / SEC;
    const omega = (2 * Math.PI * SEC) / periodNs;
    return meanPerSec * t + (amplitudePerSec / omega) * (1 - Math.cos(omega * t));
  },
});

describeExecutor('replay', {
  drawn: replay,
  planned: ({ rows }, u) =>
    rows.reduce((sum, { second, ratePerSec }, i) => {
      const until = rows[i + 1]?.second ?? second + 1;
      return sum + (ratePerSec * Math.max(0, Math.min(u, until * SEC) - second * SEC)) / SEC;
    }, 0),
});

describeExecutor('burst', {
  drawn: burst,
  planned({ size, everyNs, durationNs }, u) {
    let sum = 0;
    for (let at = 0; at < durationNs && at <= u; at += everyNs) sum += size;
    return sum;
  },
  // A unit that begins a billionth of a burst before its end counts as the next one's.
  slack: ({ size }) => 1e-7 + size * 3e-9,
});

test('a name is that of its entry, and one that is not there is undefined', () => {
  for (const [name, { kind }] of EXECUTORS) expect(kind).toBe(name);
  const context = { directory: '.', report: () => {}, attempt: <T>(_at: unknown, parse: () => T) => parse() };
  expect(decodeExecutor({ executor: 'constant', rate: 5, duration: '1m' }, context)).toBeUndefined();
  expect(decodeExecutor({ executor: 'burst', size: 0, duration: '1m' }, context)).toBeUndefined();
});
