import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXIT, formatProblem, InputError } from '../../src/errors.ts';
import { bundledProfiles } from '../../src/profile/bundled.ts';
import { loadProfile } from '../../src/profile/load.ts';
import { CONSTANT, loadText, problemsOf, scenario } from './load-text.ts';

const atm = (...lines: string[]) => scenario(...CONSTANT, ...lines);

describe('what is written', () => {
  test('defaults fill the rest', async () => {
    const { profile } = await loadText(atm());
    expect(profile).toEqual({
      version: 1,
      name: 'profile',
      seed: 1,
      clock: { timezone: 'UTC', speed: 1 },
      kafka: { 'bootstrap.servers': 'embedded' },
      producer: {},
      consumer: {},
      topics: { 'atm-transactions': { partitions: 12, replicationFactor: 1, create: 'if-missing', config: {} } },
      workers: 'auto',
      scenarios: {
        atm: {
          workload: 'atm',
          topic: 'atm-transactions',
          topics: ['atm-transactions'],
          spread: { kind: 'round-robin' },
          key: { kind: 'field', field: 'atm_id' },
          format: 'avro',
          payload: { mode: 'auto', poolSize: 'auto' },
          mark: 'auto',
          affinity: 'none',
          executor: { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 30e9 },
          arrivals: 'uniform',
          overload: { kind: 'wait' },
          startTimeNs: 0,
          warmupNs: 0,
          gracefulStopNs: 30e9,
          headers: {},
          recordTimestamp: 'client',
          params: { atms: 100, users: 100_000 },
          fields: {},
          producer: {},
        },
      },
      thresholds: [],
    });
  });

  test.each([
    ['key: none', { key: { kind: 'none' } }],
    ['key: region_id', { key: { kind: 'field', field: 'region_id' } }],
    ['key: { uniform: 7 }', { key: { kind: 'uniform', cardinality: 7 } }],
    ['key: { zipf: { cardinality: 7, exponent: 1.1 } }', { key: { kind: 'zipf', cardinality: 7, exponent: 1.1 } }],
    ['key: { zipf: { cardinality: 7 } }', { key: { kind: 'zipf', cardinality: 7, exponent: 1 } }],
    ['key: { sequential: 7 }', { key: { kind: 'sequential', cardinality: 7 } }],
    [
      'key: { hotspot: { cardinality: 7, hotKeys: 2, hotShare: 0.9 } }',
      { key: { kind: 'hotspot', cardinality: 7, hotKeys: 2, hotShare: 0.9 } },
    ],
    ['overload: { shed: { maxLag: 250ms } }', { overload: { kind: 'shed', maxLagNs: 250e6 } }],
    ['headers: { source: load, attempt: 1 }', { headers: { source: 'load', attempt: '1' } }],
    ['producer: { acks: 1 }', { producer: { acks: '1' } }],
    ['warmup: 5', { warmupNs: 5e9 }],
    [
      'anomalies: { tombstones: 0.25, duplicates: { rate: "0.5" }, late: { rate: 0.125, by: 90s }, malformed: 0.125 }',
      {
        anomalies: {
          tombstones: 0.25,
          duplicates: { rate: 0.5, within: 100 },
          late: { rate: 0.125, minMs: 90_000, maxMs: 90_000 },
          malformed: 0.125,
        },
      },
    ],
    [
      'anomalies: { late: { rate: 1, by: { min: 250ms, max: 2m } } }',
      {
        anomalies: {
          tombstones: 0,
          duplicates: { rate: 0, within: 100 },
          late: { rate: 1, minMs: 250, maxMs: 120_000 },
          malformed: 0,
        },
      },
    ],
    [
      'fields: { status_code: { weighted: { SUCCESS: 1 } } }',
      { fields: { status_code: { weighted: { SUCCESS: 1 } } } },
    ],
  ])('%s', async (line, expected) => {
    const { profile } = await loadText(atm(line));
    expect(profile.scenarios.atm).toMatchObject(expected);
  });

  test.each([
    [['constant-arrival-rate', 'rate: 1000/h', 'duration: 2h'], { ratePerSec: 1000 / 3600, durationNs: 7200e9 }],
    [['constant-arrival-rate', 'rate: 600', 'timeUnit: 1m', 'duration: 1m'], { ratePerSec: 10, durationNs: 60e9 }],
    [['constant-arrival-rate', 'rate: 600/m', 'timeUnit: 1m', 'duration: 1m'], { ratePerSec: 10, durationNs: 60e9 }],
    [['constant-arrival-rate', 'rate: 3/s', 'timeUnit: 1h', 'duration: 1m'], { ratePerSec: 3, durationNs: 60e9 }],
    [
      ['ramping-arrival-rate', 'stages: [{ target: 25, duration: 5m }, { target: 60/m, duration: 0 }]'],
      {
        startRatePerSec: 0,
        stages: [
          { targetPerSec: 25, durationNs: 300e9 },
          { targetPerSec: 1, durationNs: 0 },
        ],
      },
    ],
    [['burst', 'size: 5', 'bursts: 3'], { size: 5, everyNs: 1e9, durationNs: 3e9 }],
    [['burst', 'size: 5', 'every: 500ms', 'duration: 9s'], { size: 5, everyNs: 0.5e9, durationNs: 9e9 }],
    [
      ['sine', 'mean: 10', 'amplitude: 5', 'period: 1m', 'duration: 1h'],
      { meanPerSec: 10, amplitudePerSec: 5, periodNs: 60e9, durationNs: 3600e9 },
    ],
    [['replay', 'rows: [{ second: 0, rate: 60/m }]'], { rows: [{ second: 0, ratePerSec: 1 }] }],
    [['max-throughput', 'messages: 100', 'inFlight: 10'], { messages: 100, inFlight: 10 }],
  ])('executor %j', async ([kind, ...lines], expected) => {
    const { profile } = await loadText(scenario('workload: atm', `executor: ${kind}`, ...lines));
    expect(profile.scenarios.atm?.executor).toEqual({ kind, ...expected });
  });

  test('a replay file stands relative to the profile', async () => {
    const csv = 'second,rate\n# night\n0, 10\n\n60, 600/m\n61, 0\n';
    const { profile } = await loadText(scenario('workload: atm', 'executor: replay', 'file: rates.csv'), {
      beside: { 'rates.csv': csv },
    });
    expect(profile.scenarios.atm?.executor).toEqual({
      kind: 'replay',
      rows: [
        { second: 0, ratePerSec: 10 },
        { second: 60, ratePerSec: 10 },
        { second: 61, ratePerSec: 0 },
      ],
    });
  });

  test('thresholds in all their forms', async () => {
    const thresholds = `thresholds:
  response_ms: ["p(99)<250", { threshold: "p(99.9)<1000", abortOnFail: true, delayAbortEval: 30s }]
  failed{scenario:atm}: rate<0.001
`;
    const { profile } = await loadText(atm() + thresholds);
    expect(profile.thresholds).toEqual([
      { metric: 'response_ms', expression: 'p(99)<250', abortOnFail: false, delayAbortEvalNs: 0 },
      { metric: 'response_ms', expression: 'p(99.9)<1000', abortOnFail: true, delayAbortEvalNs: 30e9 },
      { metric: 'failed', scenario: 'atm', expression: 'rate<0.001', abortOnFail: false, delayAbortEvalNs: 0 },
    ]);
  });

  test('JSON takes the same way, tabs and all', async () => {
    const document = { scenarios: { atm: { workload: 'atm', executor: 'max-throughput', duration: 5 } } };
    const { profile } = await loadText(JSON.stringify(document, null, '\t'), { file: 'my run.json' });
    expect(profile.name).toBe('my-run');
    expect(profile.scenarios.atm?.executor).toEqual({ kind: 'max-throughput', durationNs: 5e9 });
  });

  test('an anchor may serve several scenarios', async () => {
    const text = `scenarios:
  one: &one { workload: atm, executor: burst, size: 1, bursts: 1 }
  two: *one
`;
    const { profile } = await loadText(text);
    expect(profile.scenarios.two).toEqual(profile.scenarios.one);
  });
});

describe('environment', () => {
  test('variables, defaults, and a plain ${', async () => {
    const text = `name: \${RUN_NAME}
kafka: { bootstrap.servers: "\${SERVERS:-one:9092,two:9092}" }
workers: "\${N:-3}"
${atm('params:', `  atms: \${ATMS}`, `headers: { h: "$\${x}" }`)}`;
    const { profile } = await loadText(text, { env: { RUN_NAME: 'night', ATMS: '7', N: '' } });
    expect(profile).toMatchObject({ name: 'night', workers: 3, kafka: { 'bootstrap.servers': 'one:9092,two:9092' } });
    expect(profile.scenarios.atm).toMatchObject({ params: { atms: 7 }, headers: { h: `\${x}` } });
  });

  test('variables in keys: a topic that is named once more in `topics`', async () => {
    const text = `topics: { "\${TOPIC:-user-events}": { partitions: 1 } }\n${atm(`topic: \${TOPIC:-user-events}`)}`;
    for (const [env, topic] of [[{}, 'user-events'] as const, [{ TOPIC: '2024' }, '2024'] as const]) {
      const { profile } = await loadText(text, { env });
      expect(profile.topics).toEqual({ [topic]: expect.objectContaining({ partitions: 1 }) });
      expect(profile.scenarios.atm!.topic).toBe(topic);
    }
  });

  test('what is wrong with a value is told of the variable that gave it, and of the file alone where none did', async () => {
    const text = `workers: \${N:-none}\n${atm()}`;
    const placeIn = async (env: Record<string, string>) => (await problemsOf(loadText(text, { env })))[0]?.place;
    expect(await placeIn({ N: 'many' })).toBe('N in profile.yaml:1');
    expect(await placeIn({ N: '' })).toBe('profile.yaml:1');
    expect(await placeIn({})).toBe('profile.yaml:1');
  });

  test('property values stay text: a password of digits keeps its zero', async () => {
    const text = `producer:\n  sasl.password: \${PW}\n${atm()}`;
    const { profile } = await loadText(text, { env: { PW: '0123' } });
    expect(profile.producer['sasl.password']).toBe('0123');
  });

  test('.env fills what the environment does not have', async () => {
    const text = `name: \${A}-\${B}\n${atm()}`;
    const { profile } = await loadText(text, { env: { A: 'real' }, beside: { '.env': 'A=file\nB=file\n' } });
    expect(profile.name).toBe('real-file');
  });

  test('servers: flag over profile over environment over embedded', async () => {
    const servers = async (text: string, env: Record<string, string>, flag?: string) => {
      const overrides = flag === undefined ? {} : { bootstrapServers: flag };
      return (await loadText(text + atm(), { env, overrides })).profile.kafka['bootstrap.servers'];
    };
    const written = 'kafka: { bootstrap.servers: profile:1 }\n';
    expect(await servers('', {})).toBe('embedded');
    expect(await servers('', { KAFKA_BROKER: 'c:1' })).toBe('c:1');
    expect(await servers('', { KAFKA_BROKER: 'c:1', BOOTSTRAP_SERVERS: 'b:1' })).toBe('b:1');
    expect(await servers('', { BOOTSTRAP_SERVERS: 'b:1', KAFKA_BOOTSTRAP_SERVERS: 'a:1' })).toBe('a:1');
    expect(await servers('kafka: { bootstrap.servers: "" }\n', { KAFKA_BROKER: 'c:1' })).toBe('c:1');
    expect(await servers(written, { KAFKA_BROKER: 'c:1' })).toBe('profile:1');
    expect(await servers(written, { KAFKA_BROKER: 'c:1' }, 'flag:1')).toBe('flag:1');
  });

  test.each([
    [
      '',
      { BOOTSTRAP_SERVERS: 'h:99999' },
      undefined,
      /^BOOTSTRAP_SERVERS: kafka\.bootstrap\.servers: `99999` is not a/,
    ],
    ['', { KAFKA_BROKER: 'u:hush@h:1' }, undefined, /^KAFKA_BROKER: .* cannot contain a user or password/],
    ['', {}, 'h:abc', /^--bootstrap-servers: .*`abc` is not a port/],
    ['kafka: { metadata.broker.list: h:70000 }\n', {}, undefined, /^profile\.yaml:1: .*`70000` is not a port/],
    ['schemaRegistry: { url: "http://u:hush/1@h" }\n', {}, undefined, /^profile\.yaml:1: .* cut off .*%2F/],
    ['', { SCHEMA_REGISTRY_URL: 'http://u:12?hush@h' }, undefined, /cut off .*%3F/],
  ])('a bad address: %s %j %s', async (text, env, flag, message) => {
    const overrides = flag === undefined ? {} : { bootstrapServers: flag };
    const problems = await problemsOf(loadText(text + atm(), { env: env as Record<string, string>, overrides }));
    expect(problems.map(formatProblem)).toEqual([expect.stringMatching(message)]);
    expect(problems.map(formatProblem).join()).not.toContain('hush');
  });

  test('an empty flag is a mistake, mostly a variable that is not set, and no wish for the embedded cluster', async () => {
    await expect(loadText(atm(), { overrides: { bootstrapServers: '' } })).rejects.toMatchObject({
      problems: [{ place: '--bootstrap-servers', message: 'contains no server' }],
    });
  });

  test('the null transport is asked for by name', async () => {
    const text = "kafka: { bootstrap.servers: 'null' }\nnullTransport: { latencyMs: [1, 9], failRate: 0.5 }\n";
    expect((await loadText(text + atm())).profile.nullTransport).toEqual({ latencyMs: [1, 9], failRate: 0.5 });
    const { profile } = await loadText(atm(), { overrides: { bootstrapServers: 'null' } });
    expect(profile.nullTransport).toEqual({ latencyMs: [1] });
  });

  test('the embedded cluster has a round trip where one is set', async () => {
    const { profile, resolved } = await loadText(atm(), { overrides: { set: ['embedded.rtt=20ms'] } });
    expect(profile.embedded).toEqual({ rttMs: 20, brokers: 1 });
    expect((await loadText(resolved)).profile.embedded).toEqual({ rttMs: 20, brokers: 1 });
    expect((await loadText(atm())).profile).not.toHaveProperty('embedded');
  });
});

describe('bundled', () => {
  test('by name, every one of them', async () => {
    expect(bundledProfiles()).toEqual(expect.arrayContaining(['atm', 'quickstart', 'sms-alerts', 'web-events']));
    for (const name of bundledProfiles()) {
      const { profile } = await loadProfile(name, { env: {}, cwd: '/' });
      expect(profile.name).toBe(name);
    }
  });

  test.each([
    ['quikstart', 'there is no profile `quikstart`', 'did you mean `quickstart`?'],
    ['./atm-1.yaml', 'there is no file `./atm-1.yaml`', 'did you mean `atm`?'],
    ['zzzzzzzz', 'there is no profile `zzzzzzzz`', expect.stringContaining('quickstart, ramp, smoke')],
  ])('%s is one clear error', async (name, message, hint) => {
    const error = await loadProfile(name, { env: {}, cwd: '/' }).catch((caught) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect(error.exitCode).toBe(EXIT.badInput);
    expect(error.problems).toEqual([{ message, hint }]);
  });
});

describe('the resolved profile', () => {
  const reloaded = async (resolved: string) => loadText(resolved, { file: 'resolved.yaml' });

  test('loads to the same profile, and to the same text', async () => {
    for (const name of bundledProfiles()) {
      const first = await loadProfile(name, { env: {}, cwd: '/' });
      const second = await reloaded(first.resolved);
      expect(second.profile).toEqual(first.profile);
      expect(second.resolved).toBe(first.resolved);
      expect(second.hash).toBe(first.hash);
    }
  });

  test('keeps text that looks like a variable', async () => {
    const first = await loadText(atm(`headers: { "$\${a}": "$$\${b} \${C}" }`), { env: { C: `\${d}` } });
    expect(first.profile.scenarios.atm!.headers).toEqual({ [`\${a}`]: `$\${b} \${d}` });
    expect((await reloaded(first.resolved)).profile).toEqual(first.profile);
  });

  test('has the hash of the same profile with its database elsewhere', async () => {
    const hashOf = async (...set: string[]) =>
      (await loadProfile('message-lifecycle', { env: {}, cwd: '/', overrides: { set } })).hash;
    const at = (file: string) => hashOf(`scenarios.message-lifecycle.params.database=${file}`);
    expect(await at('run.db')).toBe(await hashOf());
    expect(await at('none')).toBe(await hashOf());
    expect(await hashOf('seed=43')).not.toBe(await hashOf());
  });

  test('whatever is in it', async () => {
    const line = fc.constantFrom(
      'key: none',
      'key: { uniform: 7 }',
      'key: { zipf: { cardinality: 5 } }',
      'key: { hotspot: { cardinality: 5, hotKeys: 5, hotShare: 0.25 } }',
      'key: { sequential: 5 }',
      'anomalies: { malformed: 0.5, duplicates: { rate: 0.25, within: 7 } }',
      'anomalies: { late: { rate: 0.1, by: 1h }, malformed: 0.001 }',
      'anomalies: { late: { rate: 0.1, by: { min: 1ms, max: 5d } } }',
      'affinity: key',
      'mark: none',
      'format: json',
      'payload: { mode: pooled, poolSize: 100 }',
      'overload: { shed: { maxLag: 1ms } }',
      'headers: { a: "b: c", d: "*" }',
      'recordTimestamp: intended',
      'arrivals: poisson',
      'params: { atms: 3 }',
      'fields: { status_code: { weighted: { SUCCESS: 0.5, FAILED: 0.25 } } }',
      'producer: { linger.ms: 0.5 }',
      'startTime: 1.5s',
    );
    const executor = fc.oneof(
      fc
        .tuple(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e6 }))
        .map(([rate, ms]) => ['executor: constant-arrival-rate', `rate: ${rate / 1000}`, `duration: ${ms}ms`]),
      fc
        .constant(['executor: sine', 'mean: 1000/h', 'amplitude: 7/m', 'period: 1h', 'duration: 1d'])
        .map((lines) => [...lines.slice(0, 2), 'amplitude: 100/h', ...lines.slice(3)]),
      fc.constant(['executor: replay', 'rows: [{ second: 0.5, rate: 1 }, { second: 2, rate: 0 }]']),
      fc.constant(['executor: burst', 'size: 3', 'every: 7us', 'bursts: 9']),
      fc.constant(['executor: constant-arrival-rate', 'rate: 600/m', 'duration: endless']),
      fc.constant(['executor: burst', 'size: 3', 'duration: endless']),
    );
    const unique = (lines: string[]) => [...new Map(lines.map((each) => [each.split(':')[0], each])).values()];
    await fc.assert(
      fc.asyncProperty(executor, fc.array(line, { maxLength: 8 }), async (how, lines) => {
        const first = await loadText(`name: x\n${scenario('workload: atm', ...how, ...unique(lines))}`);
        expect((await reloaded(first.resolved)).profile).toEqual(first.profile);
      }),
      { numRuns: 40 },
    );
  });

  test('holds no secret, and neither does a message', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[!-~]{4}[ -~]{0,20}[!-~]$/), async (secret) => {
        // What the profile says anyway cannot be taken out of it.
        const text = `producer:
  sasl.password: \${A}
  client.rack: x-\${MY_TOKEN}-y
  ssl.key.pem: "-----BEGIN PRIVATE KEY-----"
${atm(`headers: { auth: "Bearer \${MY_TOKEN}" }`)}`;
        const env = { A: secret, MY_TOKEN: `t${secret}` };
        const { profile, resolved } = await loadText(text, { env });
        expect(profile.producer['sasl.password']).toBe(secret);
        expect(profile.scenarios.atm?.headers.auth).toBe(`Bearer t${secret}`);
        expect(resolved).not.toContain(secret);
        expect(resolved).not.toContain('PRIVATE');
        const error = await loadText(`workers: \${MY_TOKEN}\n${atm()}`, { env }).catch((caught) => caught);
        expect(error).toBeInstanceOf(InputError);
        expect(error.message).toContain('workers');
        expect(error.message).not.toContain(secret);
      }),
      { numRuns: 20 },
    );
  });
});

describe('transactions and faults', () => {
  test('are kept as written, and in the resolved profile', async () => {
    const text = `embedded: { brokers: 3 }
producer: { transactional.id: orders }
faults:
  - { at: 10s, for: 5s, down: [1, 3] }
  - { at: 20s, for: 5s, rtt: 50ms }
  - { at: 30s, errors: { produce: NOT_ENOUGH_REPLICAS, count: 20 } }
  - { at: 40s, for: 2s, exec: "echo down", until: "echo up" }
${atm('transactions: { messages: 10, abortRate: 0.05 }')}`;
    const { profile, resolved } = await loadText(text);
    expect(profile.scenarios.atm?.transactions).toEqual({ messages: 10, abortRate: 0.05 });
    expect(profile.faults).toEqual([
      { atNs: 10e9, forNs: 5e9, action: { kind: 'down', brokers: [1, 3] } },
      { atNs: 20e9, forNs: 5e9, action: { kind: 'rtt', rttMs: 50 } },
      { atNs: 30e9, action: { kind: 'errors', request: 'produce', error: 'NOT_ENOUGH_REPLICAS', count: 20 } },
      { atNs: 40e9, forNs: 2e9, action: { kind: 'exec', command: 'echo down', until: 'echo up' } },
    ]);
    const again = await loadText(resolved);
    expect(again.profile).toEqual(profile);
  });
});
