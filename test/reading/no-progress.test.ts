import { expect, test } from 'vitest';
import { noProgressNs } from '../../src/reading/member.ts';

test.each([
  ['group', {}, 60],
  ['group', { 'session.timeout.ms': '6000' }, 30],
  ['group', { 'session.timeout.ms': '120000' }, 135],
  ['assign', { 'session.timeout.ms': '120000' }, 30],
  ['assign', {}, 200, 0.01],
  ['group', {}, 60, 100],
] as const)(
  'mode %s with %j waits %i s: a dead member keeps its partitions for its session',
  (mode, properties, seconds, ratePerSec?: number) => {
    expect(noProgressNs({ mode, properties, ...(ratePerSec && { ratePerSec }) })).toBe(seconds * 1e9);
  },
);
