/** `consumers:` and `verify: true`: what they mean, what is wrong with them, and that they come back as they were. */
import { describe, expect, test } from 'vitest';
import { CONSTANT, loadText, problemsOf, scenario } from './load-text.ts';

const RUN = scenario(...CONSTANT, 'topic: t');

const consumersOf = async (text: string) => (await loadText(`${RUN}${text}`)).profile.consumers;
const problemsIn = async (text: string, overrides = {}) =>
  (await problemsOf(loadText(text, { overrides }))).map(({ path, place, message }) => `${path ?? place}: ${message}`);

describe('what is left open', () => {
  test('without groups there are none, and the profile is as it was', async () => {
    const { profile, resolved } = await loadText(RUN);
    expect(profile).not.toHaveProperty('consumers');
    expect(resolved).not.toContain('consumers');
  });

  test('a group reads every topic of the run from its start', async () => {
    const consumers = await consumersOf('consumers: { audit: {} }');
    const audit = { topics: ['t'], members: 1, verify: false, from: 'run', startNs: 0, config: {} };
    expect(consumers).toEqual({ audit });
  });

  test('`verify: true` and `--verify` are a group of their own beside the others', async () => {
    const verify = { topics: ['t'], members: 1, verify: true, from: 'run', startNs: 0, config: {} };
    expect((await consumersOf('verify: true'))!).toEqual({ verify });
    const { profile } = await loadText(`${RUN}consumers: { a: {} }`, { overrides: { verify: true } });
    expect(profile.consumers!.verify).toEqual(verify);
    expect(Object.keys(profile.consumers!)).toEqual(['a', 'verify']);
  });

  test('a run without scenarios reads all that the declared topics hold, for as long as -t says', async () => {
    const text = 'topics: { t: {} }\nconsumers: { all: {}, some: { topics: [u], from: run } }\n';
    const { profile } = await loadText(text, { overrides: { duration: '30s' } });
    expect(profile.consumers!.all).toMatchObject({ topics: ['t'], from: 'earliest', durationNs: 30e9 });
    expect(profile.consumers!.some).toMatchObject({ topics: ['u'], from: 'run' });
    expect(Object.keys(profile.topics)).toEqual(['t', 'u']);
  });

  test('a topic given by flag is the one that is read', async () => {
    const text = `${RUN}topics: { t: { partitions: 3 } }\nconsumers: { a: { topics: [t] } }`;
    const { profile } = await loadText(text, { overrides: { topic: 'u' } });
    expect(profile.consumers!.a!.topics).toEqual(['u']);
  });
});

test('what was resolved loads as the same profile', async () => {
  const { profile, resolved } = await loadText(`${RUN}
topics: { t: {}, old: { partitions: 3 } }
consumers:
  a: { topics: [old, t], members: 3, start: 2s, pause: { at: 5s, for: 1500ms }, rate: 90/m, group: mine }
  c: { clockProbe: { topic: clocks, create: true } }
  b: { from: earliest, group: none, config: { fetch.min.bytes: 10, isolation.level: read_uncommitted } }
verify: true
thresholds: { lost: count==0, end_to_end_ms: p(99)<50, consumer_lag: max<10, 'corrupted{scenario:atm}': count==0 }
`);
  expect(profile.consumers!.a).toMatchObject({ ratePerSec: 1.5, pause: { atNs: 5e9, forNs: 1.5e9 }, group: 'mine' });
  expect((await loadText(resolved)).profile).toEqual(profile);
});

test('--set reaches a group and its properties', async () => {
  const set = ['consumers.a.members=3', 'consumers.a.config.fetch.min.bytes=7', 'consumers.b.rate=5'];
  const { profile } = await loadText(`${RUN}consumers: { a: {} }`, { overrides: { set } });
  expect(profile.consumers!.a).toMatchObject({ members: 3, config: { 'fetch.min.bytes': '7' } });
  expect(profile.consumers!.b).toMatchObject({ ratePerSec: 5 });
});

describe('what is wrong', () => {
  test.each([
    ['consumers: { a: { topics: [tt] } }', 'consumers.a.topics[0]: no scenario sends to `tt`'],
    ['consumers: { a: { topics: [t, t] } }', 'consumers.a.topics[1]: `t` is there twice'],
    ['consumers: { a: { member: 2 } }', 'consumers.a: unknown key `member`'],
    ['consumers: { a: { config: { group.id: x } } }', 'consumers.a.config.group.id: `group.id` belongs'],
    [
      'consumers: { a: { config: { linger.ms: 5 } } }',
      'consumers.a.config.linger.ms: `linger.ms` is a producer property',
    ],
    ['consumers: { a: { config: { bootstrap.servers: b:1 } } }', 'consumers.a.config.bootstrap.servers: the servers'],
    ['consumers: { a: { group: g }, b: { group: g } }', 'consumers.b.group: `b` and `a` have the group.id `g`'],
    ['consumers: { a: { verify: true, from: earliest } }', 'consumers.a.from: records from before the run'],
    ['consumers: { a: { duration: 5s } }', 'consumers.a.duration: `duration` is of a run without scenarios'],
    ['consumers: { verify: {} }\nverify: true', 'verify: `verify: true` adds a group `verify`'],
    ['thresholds: { lost: count==0 }', 'thresholds.lost: `lost` needs verification'],
    ['consumers: { a: {} }\nthresholds: { lost: count==0 }', 'thresholds.lost: `lost` needs verification'],
    ['thresholds: { consumer_lag: max<5 }', 'thresholds.consumer_lag: `consumer_lag` needs a consumer group'],
  ])('%s', async (text, problem) => {
    const [found, ...others] = await problemsIn(`${RUN}${text}`);
    expect(found!.slice(0, problem.length)).toBe(problem);
    expect(others).toEqual([]);
  });

  test.each([
    ['consumers: { a: {} }', {}, 'consumers.a: nothing is sent, so the topics to read must be named'],
    [
      'consumers: { a: { topics: [t], verify: true } }',
      {},
      'consumers.a.verify: a run without scenarios sends nothing',
    ],
    ['consumers: { a: { topics: [t] } }', { rate: 5 }, '--rate: it changes what is sent, and this run only reads'],
    [
      'consumers: { a: { topics: [t] } }',
      { duration: 'endless' },
      '--duration: a run that only reads cannot be endless',
    ],
    ['consumers: {}', {}, 'scenarios: is missing; expected a map'],
  ])('without scenarios: %s', async (text, overrides, problem) => {
    const [found, ...others] = await problemsIn(text, overrides);
    expect(found!.slice(0, problem.length)).toBe(problem);
    expect(others).toEqual([]);
  });
});

test('probe records are not sent to a topic of the run', async () => {
  const message = 'is a topic of the run: probe records would be among its data';
  const sent = `${RUN}consumers: { a: { clockProbe: { topic: t } } }`;
  expect(await problemsIn(sent)).toEqual([expect.stringContaining(`consumers.a.clockProbe.topic: \`t\` ${message}`)]);
  const read = 'consumers: { a: { topics: [u] }, b: { topics: [v], clockProbe: { topic: u } } }';
  expect(await problemsIn(read)).toEqual([expect.stringContaining(`consumers.b.clockProbe.topic: \`u\` ${message}`)]);
});
