import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { EXIT, formatProblem, InputError } from '../../src/errors.ts';
import { CONSTANT, loadText, problemsOf, scenario } from './load-text.ts';

const atm = (...lines: string[]) => scenario(...CONSTANT, ...lines);
const bytes = (...lines: string[]) => scenario('workload: bytes', ...CONSTANT.slice(1), ...lines);
const replaced = (line: number, text: string) => scenario(...CONSTANT.map((each, i) => (i === line ? text : each)));

/** Each with the line it is on, and what is said about it. */
test.each<[name: string, text: string, line: number, path: string | undefined, says: RegExp]>([
  ['unknown key', `nme: x\n${atm()}`, 1, undefined, /unknown key `nme` \(did you mean `name`\?\)/],
  ['unknown key in a scenario', atm('topc: x'), 7, 'scenarios.atm', /`topc` \(did you mean `topic`\?\)/],
  [
    'unknown workload',
    replaced(0, 'workload: atn'),
    3,
    'scenarios.atm.workload',
    /unknown workload `atn` \(did you mean `atm`/,
  ],
  [
    'a module that is not there',
    replaced(0, 'workload: ./mine.ts'),
    3,
    'scenarios.atm.workload',
    /there is no file `\.\/mine\.ts`.*relative to the profile/,
  ],
  [
    'a schema that is not there',
    replaced(0, 'workload: { schema: ./x.avsc }'),
    3,
    'scenarios.atm.workload',
    /there is no file `\.\/x\.avsc`/,
  ],
  ['a workload of nothing', replaced(0, 'workload: {}'), 3, 'scenarios.atm.workload', /neither a schema nor a file/],
  [
    'a workload with another key',
    replaced(0, 'workload: { shema: x }'),
    3,
    'scenarios.atm.workload',
    /unknown key `shema` \(did you mean `schema`\?\)/,
  ],
  [
    'unknown executor',
    replaced(1, 'executor: constant-rate'),
    4,
    'scenarios.atm.executor',
    /unknown executor `constant-rate`/,
  ],
  [
    'unknown property',
    `producer:\n  linger: 5\n${atm()}`,
    2,
    'producer.linger',
    /unknown client property `linger`.*did you mean/,
  ],
  [
    'more hot keys than keys',
    atm('key: { hotspot: { cardinality: 5, hotKeys: 6, hotShare: 0.9 } }'),
    7,
    'scenarios.atm.key.hotspot.hotKeys',
    /must be at most the cardinality, 5, not `6`/,
  ],
  [
    'a share beyond 1',
    atm('key: { hotspot: { cardinality: 5, hotKeys: 1, hotShare: 90 } }'),
    7,
    'scenarios.atm.key.hotspot.hotShare',
    /must be at most 1, not `90`/,
  ],
  [
    'a distribution of keys that is none',
    atm('key: { hotspt: { cardinality: 5 } }'),
    7,
    'scenarios.atm.key',
    /unknown key `hotspt` \(did you mean `hotspot`\?\)/,
  ],
  [
    'an unknown kind of anomaly',
    atm('anomalies: { tombstone: 0.1 }'),
    7,
    'scenarios.atm.anomalies',
    /unknown key `tombstone` \(did you mean `tombstones`\?\)/,
  ],
  [
    'a share of anomalies beyond 1',
    atm('anomalies: { malformed: 1.5 }'),
    7,
    'scenarios.atm.anomalies.malformed',
    /at most 1, not `1.5`/,
  ],
  [
    'shares of anomalies that sum up to more than 1',
    atm('anomalies: { tombstones: 0.6, malformed: 0.3, duplicates: { rate: 0.2 } }'),
    7,
    'scenarios.atm.anomalies',
    /the shares sum up to 1.1, more than 1/,
  ],
  [
    'half of how late',
    atm('anomalies: { late: { rate: 0.1, by: { min: 1m } } }'),
    7,
    'scenarios.atm.anomalies.late.by.max',
    /is missing/,
  ],
  [
    'late by something else',
    atm('anomalies: { late: { rate: 0.1, by: { min: 1m, mx: 2m } } }'),
    7,
    'scenarios.atm.anomalies.late.by',
    /unknown key `mx` \(did you mean `max`\?\)/,
  ],
  [
    'late by no time',
    atm('anomalies: { late: { rate: 0.1, by: 0s } }'),
    7,
    'scenarios.atm.anomalies.late.by',
    /greater than 0/,
  ],
  [
    'late the wrong way round',
    atm('anomalies: { late: { rate: 0.1, by: { min: 2m, max: 1m } } }'),
    7,
    'scenarios.atm.anomalies.late.by',
    /`min` is more than `max`/,
  ],
  [
    'a duplicate of nothing',
    atm('anomalies: { duplicates: { rate: 0.1, within: 0 } }'),
    7,
    'scenarios.atm.anomalies.duplicates.within',
    /must be at least 1/,
  ],
  [
    'a tombstone without a key',
    bytes('key: none', 'anomalies: { tombstones: 0.1 }'),
    8,
    'scenarios.atm.anomalies.tombstones',
    /needs a key/,
  ],
  [
    'plain bytes that are malformed',
    bytes('anomalies: { malformed: 0.1 }'),
    7,
    'scenarios.atm.anomalies.malformed',
    /plain bytes/,
  ],
  ['rate 0', replaced(2, 'rate: 0'), 5, 'scenarios.atm.rate', /greater than 0, not `0`/],
  ['a negative rate', replaced(2, 'rate: -5'), 5, 'scenarios.atm.rate', /greater than 0, not `-5`/],
  ['a rate that is none', replaced(2, 'rate: fast'), 5, 'scenarios.atm.rate', /`fast` is not a rate.*1000\/h/],
  [
    'a duration without a unit',
    replaced(3, 'duration: soon'),
    6,
    'scenarios.atm.duration',
    /`soon` is not a duration.*30s/,
  ],
  ['a duration of 0', replaced(3, 'duration: 0'), 6, 'scenarios.atm.duration', /greater than 0/],
  [
    'a missing duration',
    scenario(...CONSTANT.slice(0, 3)),
    2,
    'scenarios.atm.duration',
    /is missing; expected a duration such as 30s/,
  ],
  [
    'no stages',
    scenario('workload: atm', 'executor: ramping-arrival-rate', 'stages: []'),
    5,
    'scenarios.atm.stages',
    /stages must not be empty/,
  ],
  [
    'stages that plan nothing',
    scenario('workload: atm', 'executor: ramping-arrival-rate', 'stages: [{ target: 0, duration: 5s }]'),
    5,
    'scenarios.atm.stages',
    /no message at all/,
  ],
  [
    'a bad stage',
    scenario(
      'workload: atm',
      'executor: ramping-arrival-rate',
      'stages:',
      '  - { target: 1, duration: 1s }',
      '  - { target: 1, duration: x }',
    ),
    7,
    'scenarios.atm.stages[1].duration',
    /`x` is not a duration/,
  ],
  [
    'a key of another executor',
    atm('stages: []'),
    7,
    'scenarios.atm',
    /`stages` has no meaning for constant-arrival-rate \(it belongs to ramping/,
  ],
  [
    'open keys in a closed loop',
    scenario('workload: atm', 'executor: max-throughput', 'duration: 5s', 'arrivals: poisson'),
    6,
    'scenarios.atm',
    /no meaning in a closed loop/,
  ],
  [
    'a closed loop without end',
    scenario('workload: atm', 'executor: max-throughput'),
    2,
    'scenarios.atm',
    /needs a `duration` or `messages`/,
  ],
  [
    'bursts and duration',
    scenario('workload: atm', 'executor: burst', 'size: 1', 'bursts: 1', 'duration: 1s'),
    2,
    'scenarios.atm',
    /either `duration` or `bursts`/,
  ],
  [
    'amplitude above mean',
    scenario('workload: atm', 'executor: sine', 'mean: 1', 'amplitude: 90/m', 'period: 1m', 'duration: 1m'),
    6,
    'scenarios.atm.amplitude',
    /not be greater than mean/,
  ],
  [
    'replay rows out of order',
    scenario('workload: atm', 'executor: replay', 'rows: [{ second: 1, rate: 1 }, { second: 1, rate: 2 }]'),
    5,
    'scenarios.atm.rows',
    /must ascend: row 2/,
  ],
  [
    'a missing replay file',
    scenario('workload: atm', 'executor: replay', 'file: nowhere.csv'),
    5,
    'scenarios.atm.file',
    /there is no file `nowhere.csv` \(the path is relative to the profile\)/,
  ],
  [
    'unknown parameter',
    atm('params: { atmz: 1 }'),
    7,
    'scenarios.atm.params.atmz',
    /`atm` has no parameter `atmz` \(did you mean `atms`/,
  ],
  ['a parameter out of range', atm('params:', '  atms: 0'), 8, 'scenarios.atm.params.atms', /at least 1, not `0`/],
  ['no key field', atm('key: amount'), 7, 'scenarios.atm.key', /`amount` is not a key field of `atm`/],
  ['no field', atm('key: atm_idd'), 7, 'scenarios.atm.key', /did you mean `atm_id`/],
  [
    'a value that does not occur',
    atm('fields: { status_code: { weighted: { SUCESS: 1 } } }'),
    7,
    'scenarios.atm.fields.status_code.weighted.SUCESS',
    /never is `SUCESS`.*SUCCESS/,
  ],
  [
    'weights of nothing',
    atm('fields: { status_code: { weighted: { SUCCESS: 0 } } }'),
    7,
    'scenarios.atm.fields.status_code.weighted',
    /greater than 0/,
  ],
  ['a warm-up of everything', atm('warmup: 30s'), 7, 'scenarios.atm.warmup', /leaves nothing of 30s/],
  [
    'an enumeration',
    atm('format: avor'),
    7,
    'scenarios.atm.format',
    /`avor` is not one of avro, json \(did you mean `avro`/,
  ],
  [
    'inside an alternative',
    atm('overload: { shed: { maxLag: never } }'),
    7,
    'scenarios.atm.overload.shed.maxLag',
    /`never` is not a duration/,
  ],
  ['outside every alternative', atm('overload: drop'), 7, 'scenarios.atm.overload', /expected `wait` or .*not `drop`/],
  [
    'a topic nobody sends to',
    `topics: { atm-transaction: {} }\n${atm()}`,
    1,
    'topics.atm-transaction',
    /did you mean `atm-transactions`/,
  ],
  ['a version of the future', `version: 2\n${atm()}`, 1, 'version', /this engine reads version 1/],
  ['no scenarios', 'name: x\n', 1, 'scenarios', /is missing/],
  ['scenarios of none', 'scenarios: {}\n', 1, 'scenarios', /at least one scenario/],
  ['a list for a map', 'name: x\nscenarios: []\n', 2, 'scenarios', /expected a map, not `\[\]`/],
  [
    'an unknown metric',
    `${atm()}thresholds:\n  respons_ms: "p(99)<1"\n`,
    8,
    'thresholds.respons_ms',
    /did you mean `response_ms`/,
  ],
  [
    'no threshold',
    `${atm()}thresholds:\n  failed:\n    - rate<1\n    - "p99<1"\n`,
    10,
    'thresholds.failed[1]',
    /`p99<1` is not a threshold/,
  ],
  [
    'a statistic the metric lacks',
    `${atm()}thresholds: { failed: "p(99)<1" }\n`,
    7,
    'thresholds.failed',
    /has no `p\(N\)` \(one of count, rate\)/,
  ],
  [
    'a threshold of no scenario',
    `${atm()}thresholds: { "failed{scenario:atn}": "count<1" }\n`,
    7,
    'thresholds.failed{scenario:atn}',
    /no scenario `atn` \(did you mean `atm`/,
  ],
  [
    'the cost of one scenario',
    `${atm()}thresholds: { "cpu_us{scenario:atm}": "avg<5" }\n`,
    7,
    'thresholds.cpu_us{scenario:atm}',
    /`cpu_us` is known of a whole run, not of a scenario/,
  ],
  [
    'a cost that ends the run',
    `${atm()}thresholds: { wire_bytes: { threshold: "avg<5", abortOnFail: true } }\n`,
    7,
    'thresholds.wire_bytes',
    /`wire_bytes` is known when the run is over: it cannot end it/,
  ],
  ['a null transport beside servers', `nullTransport: {}\n${atm()}`, 1, 'nullTransport', /bootstrap.servers: 'null'/],
  [
    'an embedded cluster beside servers',
    `kafka: { bootstrap.servers: localhost:9092 }\nembedded: { rtt: 5ms }\n${atm()}`,
    2,
    'embedded',
    /needs the embedded cluster.*bootstrap.servers: embedded/,
  ],
  [
    'a transactional.id that nothing uses',
    `producer: { transactional.id: x }\n${atm()}`,
    1,
    'producer.transactional.id',
    /without `transactions` no producer uses it/,
  ],
  [
    'transactions without acks=all',
    `producer: { acks: 1 }\n${atm('transactions: { messages: 10 }')}`,
    1,
    'producer.acks',
    /transactions of scenario atm need `acks: all`, not `acks: 1`/,
  ],
  [
    'transactions without idempotence',
    atm('transactions: {}', 'producer: { enable.idempotence: false }'),
    8,
    'scenarios.atm.producer.enable.idempotence',
    /need `enable.idempotence: true`/,
  ],
  [
    'transactions without a broker',
    `kafka: { bootstrap.servers: 'null' }\n${atm('transactions: {}')}`,
    8,
    'scenarios.atm.transactions',
    /the null transport has no transactions/,
  ],
  [
    'a transaction of nothing',
    atm('transactions: { messages: 0 }'),
    7,
    'scenarios.atm.transactions.messages',
    /at least 1/,
  ],
  [
    'more aborts than transactions',
    atm('transactions: { abortRate: 2 }'),
    7,
    'scenarios.atm.transactions.abortRate',
    /1/,
  ],
  ['a fault that does nothing', `faults: [{ at: 1s }]\n${atm()}`, 1, 'faults[0]', /it does nothing/],
  [
    'two faults in one',
    `faults: [{ at: 1s, rtt: 1ms, down: all }]\n${atm()}`,
    1,
    'faults[0]',
    /it has `rtt` and `down`/,
  ],
  [
    'an unknown error',
    `faults: [{ at: 1s, errors: { produce: NOT_ENOUGH_REPLICA } }]\n${atm()}`,
    1,
    'faults[0].errors.produce',
    /unknown error `NOT_ENOUGH_REPLICA` \(did you mean `NOT_ENOUGH_REPLICAS`\?\)/,
  ],
  [
    'errors that last',
    `faults: [{ at: 1s, for: 2s, errors: { produce: NOT_ENOUGH_REPLICAS } }]\n${atm()}`,
    1,
    'faults[0]',
    /`for` has no meaning here/,
  ],
  [
    'until without for',
    `faults: [{ at: 1s, exec: x, until: y }]\n${atm()}`,
    1,
    'faults[0]',
    /`until` needs `exec` and `for`/,
  ],
  [
    'a fault of the embedded cluster on another one',
    `kafka: { bootstrap.servers: localhost:9092 }\nfaults: [{ at: 1s, down: all }]\n${atm()}`,
    2,
    'faults[0].down',
    /fault of the embedded cluster.*exec/,
  ],
  ['a broker too many', `faults: [{ at: 1s, down: [2] }]\n${atm()}`, 1, 'faults[0].down[0]', /there is no broker 2/],
  [
    'a leader of no topic',
    `faults: [{ at: 1s, leader: { topic: x, partition: 0, broker: 1 } }]\n${atm()}`,
    1,
    'faults[0].leader.topic',
    /no scenario sends to topic x/,
  ],
  [
    'a leader of no partition',
    `faults: [{ at: 1s, leader: { topic: atm-transactions, partition: 12, broker: 1 } }]\n${atm()}`,
    1,
    'faults[0].leader.partition',
    /partitions 0 to 11, not 12/,
  ],
  ['a fraction of a millisecond', `embedded: { rtt: 1.5ms }\n${atm()}`, 1, 'embedded.rtt', /whole milliseconds/],
  [
    'servers per producer',
    `producer: { bootstrap.servers: x }\n${atm()}`,
    1,
    'producer.bootstrap.servers',
    /put it under `kafka:`/,
  ],
  [
    'an unset variable',
    `name: x\nworkers: \${WORKERS}\n${atm()}`,
    2,
    undefined,
    /WORKERS is not set \(set it, or give a default/,
  ],
  ['no variable', `name: "\${1x}"\n${atm()}`, 1, undefined, /`\$\{1x\}` is not a variable/],
])('%s', async (_, text, line, path, says) => {
  const problems = await problemsOf(loadText(text));
  const said = problems.filter((problem) => says.test(formatProblem(problem)));
  expect(said, problems.map(formatProblem).join('\n')).toHaveLength(1);
  expect(said[0]?.place).toBe(`profile.yaml:${line}`);
  if (path !== undefined) expect(said[0]?.path).toBe(path);
});

test('an empty registry address is fine', async () => {
  await loadText(`schemaRegistry: { url: "\${SCHEMA_REGISTRY_URL:-}" }\n${atm()}`);
});

describe('all at once', () => {
  test('in the order of the lines, flags after them, exit code 2', async () => {
    const text = `seed: x
producer: { acks: 7000, linger.sm: 1 }
${scenario('workload: amt', 'executor: constant-arrival-rat', 'rate: 0', 'warmup: soon', 'topc: x')}`;
    const error = await loadText(text, { overrides: { rate: 'x', workers: '0' } }).catch((caught) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect(error.exitCode).toBe(EXIT.badInput);
    const places = error.problems.map(({ place }: { place: string }) => place);
    expect(places).toEqual(
      [1, 2, 2, 5, 6, 8, 9]
        .map((line) => `profile.yaml:${line}`)
        .concat('--rate', '--workers')
        .sort(byLine),
    );
  });

  test('one bad field hides no other', async () => {
    const problems = await problemsOf(
      loadText(
        atm('gracefulStop: x', 'key: nope', 'fields: { amount: { range: 1 }, status_code: { weighted: { X: 1 } } }'),
      ),
    );
    const text = problems.map(formatProblem).join('\n');
    for (const said of [
      '`x` is not a duration',
      '`nope` is not a field',
      'expected a pair, e.g. [1, 100], not `1`',
      'never is `X`',
    ]) {
      expect(text).toContain(said);
    }
  });
});

const byLine = (a: string, b: string) => Number(a.split(':')[1] ?? 99) - Number(b.split(':')[1] ?? 99);

describe('not even YAML', () => {
  test.each([
    ['name: x\nscenarios:\n  atm: [1, 2\nfoo: 1\n', 4],
    ['name: x\nname: y\n', 2],
    ['name: "x', 1],
  ])('%j has its line', async (text, line) => {
    const problems = await problemsOf(loadText(text));
    expect(problems[0]?.message).toMatch(/^invalid YAML: /);
    expect(problems.map(({ place }) => place)).toContain(`profile.yaml:${line}`);
  });

  test.each(['!mine PW', '!!float PW', '[PW]', '{ a: PW }', '*PW', '"PW', '@PW', '? { PW: 1 }'])(
    '%s for a password is shown nowhere',
    async (written) => {
      for (const key of ['kafka:\n  sasl.password', 'schemaRegistry:\n  basic.auth.user.info']) {
        // Another one each time: what is known to be a secret is taken out of all that is printed.
        const secret = `pw${randomUUID()}`;
        const problems = await problemsOf(loadText(`${key}: ${written.replace('PW', secret)}\n${atm()}`));
        expect(problems.map(formatProblem).join('\n')).not.toContain(secret);
      }
    },
  );

  test.each(['', '- a\n', 'text\n', '# nothing\n'])('%j is no profile', async (text) => {
    expect(await problemsOf(loadText(text))).toMatchObject([
      { place: 'profile.yaml:1', message: 'a profile is a map of keys' },
    ]);
  });

  test('a page is one problem, not one for each of its lines', async () => {
    const problems = await problemsOf(
      loadText('<!doctype html>\n<html lang="en">\n<style>\n:root { --a: #fff; }\n</style>\n'),
    );
    expect(problems.map(({ message }) => message)).toEqual(['HTML or XML, not YAML']);
  });

  test('names of objects are no way in', async () => {
    const text = `producer: { constructor: 1, toString: 2 }\n${atm('fields: { constructor: { weighted: { toString: 1 } } }')}thresholds: { constructor: "max<1" }\n`;
    expect(await problemsOf(loadText(text))).toHaveLength(4);
  });
});

test('a bad replay file is told by its own lines', async () => {
  const text = scenario('workload: atm', 'executor: replay', 'file: rates.csv');
  const problems = await problemsOf(loadText(text, { beside: { 'rates.csv': 'second,rate\n0,1\nx,1\n2,fast\n3\n' } }));
  expect(problems.map(({ place }) => place)).toEqual(['rates.csv:3', 'rates.csv:4', 'rates.csv:5']);
});
