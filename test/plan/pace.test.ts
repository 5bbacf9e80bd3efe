import { describe, expect, test } from 'vitest';
import { describeLoad } from '../../src/plan/pace.ts';
import { plan } from '../../src/planning.ts';

const loadOf = async (profile: string, overrides = {}) => {
  return describeLoad((await plan(profile, { env: {}, cwd: '/', overrides })).plan);
};

describe('a run in words', () => {
  test.each<[string, object, string]>([
    ['quickstart', {}, '1,000/s, 10,000 messages in 10s'],
    ['atm-1h', {}, 'up to 25/s, 82,500 messages in 1h'],
    ['atm', { rate: 100, burst: true, duration: 10 }, 'bursts of 100 every 1s, 1,000 messages in 10s'],
    ['atm', { rate: '30/m', messages: 1 }, '30/m, 1 message in 2s'],
    ['soak', { set: ['scenarios.atm.arrivals=uniform'] }, '2,000/s ± 500/s, 28,800,000 messages in 4h'],
    ['sms-alerts', {}, 'as fast as acknowledgements allow, 1,000 messages'],
    ['bytes', { burst: true, duration: '30s' }, 'as fast as acknowledgements allow for 30s'],
    ['web-events', {}, '20/m, endless, until it is stopped'],
    ['web-events', { messages: 5 }, '20/m, 5 messages in 15s'],
    ['ecommerce', {}, '1,000/h × day shape, endless, until it is stopped'],
    [
      'ecommerce',
      { set: ['clock={ start: 2025-03-12T12:00:00, speed: 60 }'], duration: '1h' },
      '1,000/h × day shape at speed 60, 2,000 messages in 1m',
    ],
  ])('%s %o: %s', async (profile, overrides, words) => {
    expect(await loadOf(profile, overrides)).toBe(words);
  });

  test('several scenarios are named, many are counted', async () => {
    const one = { workload: 'bytes', executor: 'constant-arrival-rate', rate: 600, timeUnit: '1h', duration: '1m' };
    const windows = [{ days: ['sat', 'sun'], factor: 1 }];
    const of = (scenarios: object) => loadOf('bytes', { set: [`scenarios=${JSON.stringify(scenarios)}`] });
    expect(await of({ a: one, b: { ...one, rate: '1/s', multipliers: { windows } } })).toBe(
      'a 600/h + b 3,600/h × week shape, 70 messages in 1m',
    );
    expect(await of({ a: one, b: one, c: one, d: one })).toMatch(
      /^a 600\/h \+ b 600\/h \+ 2 more scenarios, 40 messages/,
    );
  });
});
