import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../src/errors.ts';
import { DRIVER_KEYS, WORKLOAD_KEYS } from '../../src/import/omb-files.ts';
import { type Ended, load } from '../commands/fake-terminal.ts';
import { drivers, workloads } from './omb-tables.ts';
import { driverNamed, ombFolder, workloadNamed } from './written-omb.ts';

const { folder, write } = ombFolder();

// biome-ignore lint/suspicious/noExplicitAny: a profile as it is written
type Written = any;

async function imported(workload: object, driver?: object): Promise<{ profile: Written; text: string; err: string }> {
  const files = [write('workloads/w.yaml', workload), ...(driver ? [write('d.yaml', driver)] : [])];
  const { exitCode, out, err } = await load('import', 'omb', ...files);
  expect([exitCode, err.match(/error/g)]).toEqual([EXIT.ok, null]);
  return { profile: parse(out), text: out, err };
}

const SMALL = { ...workloadNamed('simple-workload'), producerRate: 1000 };

describe('written profiles', () => {
  test.each([
    ['simple-workload', 'kafka-throughput'],
    ['100-topics-1-partitions-1kb', 'kafka-exactly-once'],
    ['backlog-1-topic-16-partitions-1kb', undefined],
  ])('%s with %s', async (workload, driver) => {
    const files = [
      write(`workloads/${workload}.yaml`, workloadNamed(workload)),
      ...(driver ? [write(`${driver}.yaml`, driverNamed(driver))] : []),
    ];
    const { out, err } = await load('import', 'omb', ...files);
    const text = `${out}# stderr:\n${err.trimEnd().replaceAll(/^/gm, '# ')}\n`.replaceAll(`${folder}/`, '');
    await expect(text).toMatchFileSnapshot(`profiles/${workload}.yaml`);
  });
});

describe('a workload', () => {
  test('producers, groups and members', async () => {
    const shape = {
      topics: 3,
      partitionsPerTopic: 2,
      producersPerTopic: 4,
      subscriptionsPerTopic: 2,
      consumerPerSubscription: 2,
    };
    const { profile } = await imported({ ...SMALL, ...shape });
    expect(profile.topics).toEqual({ 'load-{0..2}': { partitions: 2, cleanup: true } });
    expect(profile.scenarios.omb).toMatchObject({
      topic: 'load-{0..2}',
      perTopic: true,
      clients: 12,
    });
    expect(profile.consumers).toEqual({ 'sub-0': { members: 6 }, 'sub-1': { members: 6 } });
  });

  test('at most a member for each partition, and sixteen in all', async () => {
    const many = { topics: 1, partitionsPerTopic: 3, subscriptionsPerTopic: 1, consumerPerSubscription: 100 };
    expect((await imported({ ...SMALL, ...many })).profile.consumers['sub-0'].members).toBe(3);
    const { profile, err } = await imported({ ...SMALL, ...many, partitionsPerTopic: 100, subscriptionsPerTopic: 3 });
    expect(profile.consumers['sub-2'].members).toBe(5);
    expect(err).toContain('note: consumerPerSubscription 100 × topics 1: 5 members');
  });

  test('no consumers where there are no subscriptions, or none of each', async () => {
    expect((await imported({ ...SMALL, subscriptionsPerTopic: 0 })).profile.consumers).toBeUndefined();
    const { profile, err } = await imported({ ...SMALL, subscriptionsPerTopic: 1, consumerPerSubscription: 0 });
    expect(profile.consumers).toBeUndefined();
    expect(err).toContain('note: consumerPerSubscription 0: nothing is read');
  });

  test('a backlog that nobody reads takes no time', async () => {
    const unread = { subscriptionsPerTopic: 1, consumerPerSubscription: 0, producerRate: 1000, messageSize: 1024 };
    const without = await imported({ ...SMALL, ...unread });
    const { profile, text, err } = await imported({ ...SMALL, ...unread, consumerBacklogSizeGB: 1 });
    expect(profile).toEqual(without.profile);
    expect(text).not.toContain('the pause');
    expect(err).toContain('note: consumerBacklogSizeGB: nothing is read, so there is no backlog');
  });

  test('rate 0 is a search, the highest rates are a closed loop', async () => {
    const search = await imported({ ...SMALL, producerRate: 0 });
    expect(search.profile.scenarios.omb).toMatchObject({ executor: 'constant-arrival-rate', rate: 10_000 });
    expect(search.err).toContain("load capacity FILE --slo 'response_ms p(99)<1000'");
    expect(search.text).toContain("load capacity FILE --slo 'response_ms p(99)<1000'");
    const most = await imported({ ...SMALL, producerRate: 10_000_000 });
    expect(most.profile.scenarios.omb).toMatchObject({ executor: 'max-throughput' });
    expect(most.profile.scenarios.omb.rate).toBeUndefined();
  });

  test('a backlog is a pause of rate × size', async () => {
    // 100 GiB at 100,000/s of 1 KiB, in two groups.
    const backlog = { ...workloadNamed('backlog-1-topic-1-partition-1kb'), subscriptionsPerTopic: 2 };
    const { profile } = await imported(backlog);
    const seconds = Math.ceil((100 * 2 ** 30) / (100_000 * 1024 * 2));
    expect(seconds).toBe(525);
    expect(profile.consumers['sub-1'].pause).toEqual({ at: '1m', for: '8m45s' });
    expect(profile.scenarios.omb.duration).toBe('23m30s');
    const partly = await imported({ ...backlog, backlogDrainRatio: 0.9 });
    expect(partly.err).toContain('note: backlogDrainRatio');
  });

  test('durations', async () => {
    const { profile } = await imported({ ...SMALL, testDurationMinutes: 90, warmupDurationMinutes: 0 });
    expect(profile.scenarios.omb.duration).toBe('1h30m');
    expect(profile.scenarios.omb.warmup).toBeUndefined();
    const endless = await imported({ ...SMALL, testDurationMinutes: 0 });
    expect(endless.profile.scenarios.omb).toMatchObject({ duration: 'endless', warmup: '1m' });
  });

  test.each([
    ['NO_KEY', 'none'],
    ['KEY_ROUND_ROBIN', { sequential: 10_000 }],
    ['RANDOM_NANO', { uniform: 10_000 }],
  ])('keys: %s', async (keyDistributor, key) => {
    expect((await imported({ ...SMALL, keyDistributor })).profile.scenarios.omb.key).toEqual(key);
  });

  test('payloads', async () => {
    const random = { useRandomizedPayloads: true, randomBytesRatio: 0.25, randomizedPayloadPoolSize: 50 };
    const pool = await imported({ ...SMALL, ...random });
    expect(pool.profile.scenarios.omb.params).toEqual({ size: 1024, entropy: 0.25 });
    expect(pool.profile.scenarios.omb.payload).toEqual({ mode: 'pooled', poolSize: 50 });
    expect(pool.err).toContain('note: payloadFile: not read');
    write('payload/zeros.data', '0'.repeat(1024));
    const zeros = await imported({ ...SMALL, payloadFile: 'payload/zeros.data' });
    expect(zeros.profile.scenarios.omb.params).toEqual({ size: 1024, entropy: 0.01 });
    expect(zeros.profile.scenarios.omb.payload).toEqual({ mode: 'pooled', poolSize: 1 });
    const { payloadFile: _, ...none } = SMALL as Record<string, unknown>;
    const random2 = await imported(none);
    expect(random2.profile.scenarios.omb.params).toEqual({ size: 1024, entropy: 1 });
    expect(random2.err).toContain('note: payloadFile is missing: random bytes');
  });

  test('numbers as YAML 1.1 and Java read them', async () => {
    const { profile } = await imported({ ...SMALL, producerRate: '200_000', topics: '1', keyDistributor: null });
    expect(profile.scenarios.omb).toMatchObject({ rate: 200_000, key: 'none' });
  });

  test('keys that the original does not know are listed', async () => {
    const { text, err } = await imported({ ...SMALL, warmupDurationMinute: 3, colour: 'red' });
    for (const line of [
      'warmupDurationMinute: unknown key (did you mean `warmupDurationMinutes`?)',
      'colour: unknown key',
    ]) {
      expect(text).toContain(`# - ${line}\n`);
      expect(err).toContain(`note: ${line}\n`);
    }
  });
});

test('names with line ends stay comments', async () => {
  const evil = 'a\nversion: 2\u2028b\u0085c\u001b[31m';
  const { profile, text, err } = await imported({ ...SMALL, name: evil, [evil]: 1 });
  expect(profile.version).toBe(1);
  expect(text).toContain('# a version: 2 b c [31m\n');
  expect(err).toContain('note: a version: 2 b c [31m: unknown key\n');
});

describe('a driver', () => {
  const driver = driverNamed('kafka-latency');

  test('properties keep their meaning', async () => {
    const { profile, err } = await imported(SMALL, {
      ...driver,
      replicationFactor: 2,
      topicConfig: 'retention.ms=60000\n# a comment\nflush.messages = 1\n',
      commonConfig:
        'bootstrap.servers=a:1,\\\n  b:2\nsecurity.protocol: SASL_SSL\nsasl.jaas.config=a.b.PlainLoginModule required username="me" password="it is";\nclient.id=bench-{zone.id}\nlinger.ms=3',
      producerConfig: 'acks=1\nbuffer.memory=1048576\nmax.block.ms=9\ntransactional.id=$' + '{x}',
      consumerConfig:
        'auto.offset.reset=earliest\nenable.auto.commit=false\nfetch.min.bytes=7\npartition.assignment.strategy=org.apache.kafka.clients.consumer.RoundRobinAssignor',
    });
    expect(profile.kafka).toEqual({
      'bootstrap.servers': 'a:1,b:2',
      'security.protocol': 'sasl_ssl',
      'sasl.username': 'me',
      'sasl.password': 'it is',
      'client.id': 'bench-{zone.id}',
    });
    expect(profile.producer).toEqual({
      'batch.size': 16_384,
      'max.in.flight.requests.per.connection': 5,
      partitioner: 'murmur2_random',
      'linger.ms': 3,
      acks: 1,
      'queue.buffering.max.kbytes': 1024,
      'transactional.id': '$$' + '{x}',
    });
    expect(profile.consumer).toEqual({ 'fetch.min.bytes': 7 });
    expect(profile.topics['load-0']).toMatchObject({
      replicationFactor: 2,
      config: { 'retention.ms': 60_000, 'flush.messages': 1 },
    });
    expect(err.match(/^note: .*Config: \S+/gm)).toEqual([
      'note: commonConfig: client.id:',
      'note: producerConfig: max.block.ms:',
      'note: consumerConfig: enable.auto.commit:',
      'note: consumerConfig: partition.assignment.strategy:',
    ]);
  });

  test('a value out of the range of ours is a note', async () => {
    const { err } = await imported(SMALL, driverNamed('kafka-throughput'));
    expect(err).toContain(
      'note: commonConfig: request.timeout.ms: must be a whole number from 1 to 900000, not `1200000`\n',
    );
  });

  test.each(['', 'acks=all', 'acks=-1'])('the Java client is idempotent: %j', async (producerConfig) => {
    const { profile } = await imported(SMALL, { ...driver, producerConfig });
    expect(profile.producer['enable.idempotence']).toBe(true);
  });

  test.each(['acks=1', 'max.in.flight.requests.per.connection=20', 'acks=all\nenable.idempotence=false'])(
    'not idempotent: %j',
    async (producerConfig) => {
      const { profile } = await imported(SMALL, { ...driver, producerConfig });
      expect(profile.producer['enable.idempotence']).not.toBe(true);
    },
  );
});

describe('bad input', () => {
  const bad = async (...words: string[]): Promise<Ended> => {
    const ended = await load('import', ...words);
    expect([ended.exitCode, ended.out]).toEqual([EXIT.badInput, '']);
    return ended;
  };
  const workload = write('workloads/small.yaml', SMALL);
  const driver = write('driver.yaml', driverNamed('kafka-latency'));
  const pulsar = write('pulsar.yaml', {
    name: 'Pulsar',
    driverClass: 'io.openmessaging.benchmark.driver.pulsar.PulsarBenchmarkDriver',
  });

  test.each([
    [
      'another system',
      [workload, pulsar],
      'pulsar.yaml:2: `io.openmessaging.benchmark.driver.pulsar.PulsarBenchmarkDriver` drives another system',
    ],
    [
      'a driver first',
      [driver, workload],
      'driver.yaml:2: a driver, not a workload (load import omb WORKLOAD.yaml DRIVER.yaml)',
    ],
    ['two workloads', [workload, workload], 'small.yaml:1: a workload, not a driver'],
    ['neither', [workload, write('n.yaml', 'a: 1\n')], 'n.yaml:1: no driver: `driverClass` is missing'],
    ['one of ours', ['profiles/atm.yaml'], 'profiles/atm.yaml:22: a profile already (load plan profiles/atm.yaml)'],
    ['no file', ['nowhere.yaml'], 'nowhere.yaml: there is no such file'],
    ['a folder', [folder], 'a directory, not a file'],
    ['no map', [write('list.yaml', '- 1\n')], 'list.yaml:1: expected a map of keys'],
    ['no YAML', [write('no.yaml', 'a: [1\n')], 'no.yaml:2: invalid YAML'],
    [
      'a backlog while searching',
      [write('workloads/b.yaml', { ...SMALL, producerRate: 0, consumerBacklogSizeGB: 1 })],
      'producerRate',
    ],
    [
      'an empty pool',
      [write('workloads/p.yaml', { ...SMALL, useRandomizedPayloads: true })],
      'needs `randomizedPayloadPoolSize`',
    ],
    ['too many topics', [write('workloads/t.yaml', { ...SMALL, topics: 1e9 })], 'topics: must be at most 1000000'],
    [
      'too many groups',
      [write('workloads/g.yaml', { ...SMALL, subscriptionsPerTopic: 1e9 })],
      'subscriptionsPerTopic: must be at most 1000, not',
    ],
    [
      'too many producers',
      [write('workloads/c.yaml', { ...SMALL, topics: 1000, producersPerTopic: 10_001 })],
      '10,001,000 producers, 10,001 for each of 1,000 topics (a scenario has at most 10,000,000)',
    ],
    [
      'too long',
      [write('workloads/l.yaml', { ...SMALL, warmupDurationMinutes: 160_000 })],
      ': a run of 111 days (the longest duration is 104 days)',
    ],
    [
      'a backlog that takes too long',
      [write('workloads/v.yaml', { ...SMALL, producerRate: 1, consumerBacklogSizeGB: 1000 })],
      ': a run of 24,273 days (the longest duration is 104 days)',
    ],
    [
      'a number that is no integer of any type',
      [write('workloads/i.yaml', { ...SMALL, producerRate: 1e300 })],
      'error: FOLDER/workloads/i.yaml:9: producerRate: must be at most 2147483647, not `1e+300`\n',
    ],
    ['a driver without a value', [workload, write('v.yaml', 'driverClass:\n')], 'no driver: `driverClass` is missing'],
  ])('%s', async (_, files, message) => {
    expect((await bad('omb', ...files)).err.replaceAll(folder, 'FOLDER')).toContain(message);
  });

  test('what to import is missing or wrong', async () => {
    expect((await bad()).err).toBe('error: import what? (load import omb WORKLOAD.yaml [DRIVER.yaml] [-o FILE])\n');
    expect((await bad('omb')).err).toContain('the workload file is missing');
    expect((await bad(workload)).err).toContain('is not an action of import');
  });

  test('a number that is too large for Java and for JavaScript is one problem', async () => {
    const { err } = await load('import', 'omb', write('workloads/w.yaml', { ...SMALL, producerRate: 1e23 }));
    expect(err.replaceAll(`${folder}/`, '')).toMatch(
      /^error: \S+ producerRate: must be at most 2147483647, not `1e\+23`\n$/,
    );
  });

  test('every problem of both files together, with missing keys and their misspelling', async () => {
    const file = write(
      'workloads/wrong.yaml',
      'topic: 3\npartitionsPerTopic: x\nmessageSize: 0\nproducersPerTopic: 1\nkeyDistributor: RANDOM\n',
    );
    const { err } = await bad('omb', file, pulsar, '-o', join(folder, 'x.txt'));
    expect(err.replaceAll(`${folder}/`, '')).toBe(`error: 6 problems
  --out: \`x.txt\` does not end in .yaml (a profile is a .yaml file)
  workloads/wrong.yaml: topics: is missing (is \`topic\` meant to be \`topics\`?)
  workloads/wrong.yaml:2: partitionsPerTopic: expected a number, not \`x\`
  workloads/wrong.yaml:3: messageSize: must be at least 1, not \`0\`
  workloads/wrong.yaml:5: keyDistributor: \`RANDOM\` is not one of NO_KEY, KEY_ROUND_ROBIN, RANDOM_NANO
  pulsar.yaml:2: \`io.openmessaging.benchmark.driver.pulsar.PulsarBenchmarkDriver\` drives another system: here is only Kafka (name a file of driver-kafka, or none)
`);
  });

  test('a payload file that is missing names each path that was tried, one of another size both sizes', async () => {
    const missing = write('workloads/m.yaml', { ...SMALL, payloadFile: 'none.data' });
    const { err } = await bad('omb', missing);
    for (const path of [join(folder, 'workloads/none.data'), join(process.cwd(), 'none.data')])
      expect(err).toContain(path);
    const other = write('workloads/o.yaml', { ...SMALL, messageSize: 100 });
    expect((await bad('omb', other)).err).toContain('has 1024 bytes, and `messageSize` is 100');
  });

  test('a file that exists is not overwritten', async () => {
    const out = write('mine.yaml', 'mine');
    expect((await bad('omb', workload, '-o', out)).err).toContain('already exists');
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });
});

test('-o writes the file, and its name stands in its commands', async () => {
  const out = join(folder, 'made', 'out.yaml');
  const ended = await load('import', 'omb', write('workloads/small.yaml', SMALL), '-o', out);
  expect([ended.exitCode, ended.out]).toEqual([EXIT.ok, `${out}\n`]);
  expect(existsSync(out)).toBe(true);
  expect(readFileSync(out, 'utf8')).toContain(`#   load plan ${out}\n#   load run ${out}\n`);
});

test('the page shows what its first command writes', async () => {
  const workload = write('workloads/simple-workload.yaml', workloadNamed('simple-workload'));
  const driver = write('kafka-latency.yaml', driverNamed('kafka-latency'));
  const { out } = await load('import', 'omb', workload, driver);
  const [, shown] = /```yaml\n# simple.yaml\n([\s\S]*?)```/.exec(
    readFileSync('docs/openmessaging-benchmark.md', 'utf8'),
  )!;
  const asThere = out
    .replaceAll('FILE', 'simple.yaml')
    .replaceAll(`${folder}/`, '')
    .replace(' kafka-l', ' driver-kafka/kafka-l');
  expect(shown).toBe(asThere);
});

test('the page has every key', () => {
  const page = readFileSync('docs/openmessaging-benchmark.md', 'utf8');
  const cells = [...page.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) => cell!.match(/\w+/g)!);
  expect(cells.toSorted()).toEqual([...WORKLOAD_KEYS, ...DRIVER_KEYS].toSorted());
});

test('the tables have all published files', () => {
  expect([workloads.length, drivers.length]).toEqual([130, 14]);
});
