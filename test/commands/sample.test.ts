import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avsc from 'avsc';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { plan } from '../../src/planning.ts';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { WIRE_HEADER_BYTES } from '../../src/workload/encoding/avro.ts';
import { PayloadDecoder } from '../../src/workload/encoding/payload-decoder.ts';
import { paramsOf } from '../../src/workload/parameters.ts';
import { createRecordSource } from '../../src/workload/workload.ts';
import { load } from './fake-terminal.ts';

const START_MS = Date.UTC(2026, 0, 5);
const CLOCK = ['--set', 'clock.start=2026-01-05T00:00:00Z'];

const file = (name: string) => join(mkdtempSync(join(tmpdir(), 'sample-')), name);
const linesOf = (text: string) => text.split('\n').slice(0, -1);

/** The payloads of records from..from+count-1 as a run's workers make them, one of two by turns. */
async function sent(profile: string, format: 'avro' | 'json', from: number, count: number, set: string[] = []) {
  const planned = await plan(profile, { overrides: { set: ['clock.start=2026-01-05T00:00:00Z', ...set] } });
  const { seed, lanes } = planned.plan;
  const { name, record, partitioner, partitions } = lanes[0]!;
  const sources = [0, 1].map((worker) =>
    createRecordSource(
      { ...record, format },
      { seed, scenario: name, runTag: '0'.repeat(16), partitioner, partitions, batchMax: 1, worker, workers: 2 },
    ),
  );
  return Array.from({ length: count }, (_, i) => {
    const index = from + i;
    const source = sources[index % 2]!;
    // 5 a second: one every 200 ms.
    source.prepare(index, 2, 1, Float64Array.of(START_MS + index * 200));
    const { payload, payloadOffset, payloadLength } = source.records;
    return Buffer.from(payload.slice(payloadOffset[0]!, payloadOffset[0]! + payloadLength[0]!));
  });
}

test.each([['fresh'], ['pooled']])('json: the bytes that a run would send, %s', async (mode) => {
  const set = [`scenarios.atm.payload.mode=${mode}`];
  const args = ['sample', 'atm', ...CLOCK, '--set', set[0]!, '--from', '1234', '-n', '7', '--format', 'json'];
  const { exitCode, out, err } = await load(...args);
  expect([exitCode, err]).toEqual([EXIT.ok, '']);
  expect(linesOf(out)).toEqual((await sent('atm', 'json', 1234, 7, set)).map(String));
});

test('avro: a container whose records avsc reads, the same bytes but for the wire header', async () => {
  for (const profile of ['atm', 'web-events']) {
    const path = file('sample.avro');
    const { exitCode, out, err } = await load(
      'sample',
      profile,
      ...CLOCK,
      '-n',
      '1200',
      '--format',
      'avro',
      '-o',
      path,
    );
    expect([exitCode, out, err]).toEqual([EXIT.ok, '', `Written to ${path}\n`]);
    const decoder = avsc.createFileDecoder(path);
    const records: unknown[] = [];
    let schema: unknown;
    decoder.on('metadata', (type: avsc.Type) => {
      schema = type.schema();
    });
    for await (const record of decoder) records.push(record);
    expect(schema).toEqual(avsc.Type.forSchema(workloads[profile]!.avroSchema as unknown as avsc.Schema).schema());
    expect(records).toHaveLength(1200);
    if (profile !== 'atm') continue;
    const type = avsc.Type.forSchema(workloads.atm!.avroSchema as unknown as avsc.Schema);
    const payloads = await sent('atm', 'avro', 0, 1200);
    records.forEach((record, i) => {
      expect(type.toBuffer(record).equals(payloads[i]!.subarray(WIRE_HEADER_BYTES))).toBe(true);
    });
  }
});

test('text: the lines of --log-events, ten from the start, the same each time', async () => {
  const first = await load('sample', 'atm', ...CLOCK);
  expect(first.exitCode).toBe(EXIT.ok);
  const lines = linesOf(first.out);
  expect(lines).toHaveLength(10);
  const decoder = new PayloadDecoder(() => workloads.atm!.avroSchema);
  const payloads = await sent('atm', 'avro', 0, 10);
  lines.forEach((line, i) => {
    const [, time, key, json] = /^(\S+Z) atm #\d+ atm-transactions\[\d+\] (ATM-\d+) (.*)$/.exec(line)!;
    expect(Date.parse(time!)).toBe(START_MS + 200 * i);
    const record = JSON.parse(json!);
    expect(record.atm_id).toBe(key);
    expect(decoder.decode(payloads[i]!)).toEqual({ kind: 'avro', schemaId: 1, value: record });
  });
  expect(await load('sample', 'atm', ...CLOCK)).toEqual(first);
});

test('no more than the plan has; bytes as JSON', async () => {
  const { out } = await load('sample', 'atm', '-t', '2', '--from', '6', '--format', 'json');
  expect(linesOf(out)).toHaveLength(4);
  const plain = await load('sample', 'bytes', '-n', '2', '--format', 'json', '--size', '40');
  expect(linesOf(plain.out).map((line) => JSON.parse(line).size)).toEqual([40, 40]);
});

describe('anomalous records', () => {
  const ANOMALIES =
    'scenarios.atm.anomalies={ tombstones: 0.1, duplicates: { rate: 0.1 }, late: { rate: 0.1, by: 5m }, malformed: 0.2 }';
  const args = ['sample', 'atm', ...CLOCK, '--set', ANOMALIES, '-n', '300'];
  /** What the lines say is wrong with each record, by index. */
  const fatesOf = (out: string) =>
    linesOf(out).map((line, i) => {
      const [, time, index, wrong, json] =
        /^(\S+) atm #(\d+) \S+ ATM-\d+ ?(tombstone|duplicate of #\d+|late by 5m|malformed \([^)]+\))? ?(\{.*)?$/.exec(
          line,
        )!;
      expect(Number(index)).toBe(i);
      return { timeMs: Date.parse(time!), wrong, json };
    });

  test('text says what each one is', async () => {
    const { exitCode, out } = await load(...args);
    expect(exitCode).toBe(EXIT.ok);
    const records = fatesOf(out);
    const seen = new Set<string>();
    for (const [i, { timeMs, wrong, json }] of records.entries()) {
      seen.add((wrong ?? 'none').split(' ')[0]!);
      const dueMs = START_MS + i * 200;
      const original = Number(/#(\d+)/.exec(wrong ?? '')?.[1] ?? i);
      expect(timeMs).toBe(wrong === 'late by 5m' ? dueMs - 300_000 : START_MS + original * 200);
      if (wrong === 'tombstone') expect(json).toBeUndefined();
      else expect(JSON.parse(json!).timestamp).toBe(timeMs);
      if (original !== i) expect(json).toBe(records[original]!.json);
    }
    expect([...seen].sort()).toEqual(['duplicate', 'late', 'malformed', 'none', 'tombstone']);
    expect(out).toMatch(/malformed \(truncated to \d+ B\)/);
    expect(out).toContain('malformed (wrong magic byte)');
    expect(out).toContain('malformed (unknown schema id)');
  });

  test('json is what would be sent: null, and JSON that is cut', async () => {
    const records = fatesOf((await load(...args)).out);
    const { out } = await load(...args, '--format', 'json');
    for (const [i, line] of linesOf(out).entries()) {
      const { wrong, json } = records[i]!;
      if (wrong === 'tombstone') expect(line).toBe('null');
      else if (wrong?.startsWith('malformed')) {
        expect(json!.startsWith(line)).toBe(true);
        expect(() => JSON.parse(line)).toThrow();
      } else expect(JSON.parse(line)).toEqual(JSON.parse(json!));
    }
  });

  test('a container has the whole ones, and it says so', async () => {
    const records = fatesOf((await load(...args)).out);
    const whole = records.filter(({ wrong }) => !/^(tombstone|malformed)/.test(wrong ?? ''));
    const path = file('anomalous.avro');
    const { exitCode, err } = await load(...args, '--format', 'avro', '-o', path);
    expect(exitCode).toBe(EXIT.ok);
    expect(err).toContain('Tombstones and malformed records are left out');
    const read: unknown[] = [];
    for await (const record of avsc.createFileDecoder(path)) read.push({ ...record });
    expect(read).toEqual(whole.map(({ json }) => JSON.parse(json!)));
  });

  test('--explain is about the record as it should be', async () => {
    const { out } = await load(
      'sample',
      'atm',
      '-n',
      '1',
      '--explain',
      '--set',
      'scenarios.atm.anomalies={ tombstones: 1 }',
    );
    expect(out).toMatch(/^ {2}transaction_id +0{16}-/m);
    expect(out).toContain('Anomalies are not shown here: 100 % tombstones');
  });
});

describe('--explain', () => {
  test('says of every field of every workload where it comes from', async () => {
    for (const workload of Object.values(workloads)) {
      const profile = file('explain.yaml');
      const scenario = `{ workload: ${workload.name}, executor: constant-arrival-rate, rate: 5, duration: 1s }`;
      writeFileSync(profile, `scenarios: { one: ${scenario} }`);
      const { exitCode, out, err } = await load('sample', profile, '-n', '1', '--explain');
      expect([exitCode, err]).toEqual([EXIT.ok, '']);
      for (const field of workload.fieldNames) expect(out).toMatch(new RegExp(`^  ${field} +\\S.*  \\S`, 'm'));
      for (const name of Object.keys(paramsOf(workload).shape)) expect(out).toContain(name);
    }
  });

  test('tells the default weights from those of the profile, and the parameters', async () => {
    const weights = 'scenarios.atm.fields.status_code={ weighted: { SUCCESS: 1, FAILED: 3 } }';
    const { out } = await load('sample', 'atm', '-n', '1', '--explain', '--set', weights, '--users', '7');
    expect(out).toContain('drawn by its weights: SUCCESS 25 %, FAILED 75 % (`fields:` of the profile)');
    expect(out).toContain('BALANCE_INQUIRY 25 %, DEPOSIT 15 %, TRANSFER 5 % (the default)');
    expect(out).toContain('Parameters: atms 100 (the default), users 7');
    expect(out).toMatch(/^ {2}key +ATM-\d+ +the field atm_id$/m);
  });
});

test.each([
  [['atm', '-n', '0'], '--messages: `0` is not a whole number of at least 1'],
  [['atm', '--from', '-1'], '--from: `-1` is not a whole number'],
  [['atm', '-t', '1h', '--from', '18000'], '--from: scenario atm has 18000 messages, counted from 0'],
  [['atm', '--scenario', 'amt'], '--scenario: there is no scenario `amt` (did you mean `atm`?)'],
  [['bytes', '--format', 'avro'], '--format: records of bytes have no Avro schema'],
  [['atm', '--format', 'arvo'], '--format: `arvo` is not known (did you mean `avro`?)'],
  [['atm', '--format', 'json', '--explain'], '--explain: it prints text, not json'],
])('%j is refused', async (args, message) => {
  const { exitCode, out, err } = await load('sample', ...args);
  expect(err).toContain(message);
  expect([exitCode, out]).toEqual([EXIT.badInput, '']);
});

test('a file that cannot be written ends with 1', async () => {
  const inTheWay = file('x.txt');
  writeFileSync(inTheWay, '');
  const path = join(inTheWay, 'x.jsonl');
  const { exitCode, err } = await load('sample', 'atm', '-n', '1', '--format', 'json', '--out', path);
  expect(exitCode).toBe(EXIT.failed);
  expect(err).toContain(`error: ${path} cannot be written: ${inTheWay} is not a directory`);
  const there = join(file('made'), 'x.jsonl');
  await load('sample', 'atm', '-n', '2', '--format', 'json', '--out', there);
  expect(linesOf(readFileSync(there, 'utf8'))).toHaveLength(2);
});

describe('of a run that was', () => {
  const resultOf = async (...flags: string[]) => {
    const { loaded } = await plan('atm', { overrides: { set: flags } });
    const directory = mkdtempSync(join(tmpdir(), 'result-'));
    const run = { id: '0123456789abcdef', startedAt: '2026-01-05T00:00:00.000Z', profileHash: loaded.hash };
    writeFileSync(join(directory, 'result.json'), JSON.stringify({ run }));
    return directory;
  };
  const sample = (of: string, ...flags: string[]) =>
    load('sample', 'atm', '-n', '2', '--format', 'json', '--of-run', of, ...flags);

  test('its tag and its start', async () => {
    const { out, err } = await sample(await resultOf());
    expect(err).toBe('');
    const [first, second] = linesOf(out).map((line) => JSON.parse(line));
    expect(first.transaction_id).toMatch(/^0123456789abcdef-[0-9a-f]{4}-000000000000$/);
    expect([first.timestamp, second.timestamp]).toEqual([START_MS, START_MS + 200]);
    const file = await sample(join(await resultOf(), 'result.json'));
    expect(file.out).toBe(out);
  });

  test('by the profile beside the result, whose secrets were taken out', async () => {
    const directory = await resultOf();
    const text = [
      'version: 1',
      'kafka: { bootstrap.servers: "h:9092", sasl.username: me, sasl.password: hush-hush-1 }',
      'schemaRegistry: { url: "http://localhost:8081", basic.auth.user.info: "me:hush-hush-2" }',
      'scenarios: { atm: { workload: atm, executor: constant-arrival-rate, rate: 5, duration: 1m } }',
    ].join('\n');
    const written = file('written.yaml');
    writeFileSync(written, text);
    const { loaded } = await plan(written);
    expect(loaded.resolved).not.toContain('hush');
    writeFileSync(join(directory, 'profile.yaml'), loaded.resolved);
    const run = { id: '0123456789abcdef', startedAt: '2026-01-05T00:00:00.000Z', profileHash: loaded.hash };
    writeFileSync(join(directory, 'result.json'), JSON.stringify({ run }));
    const { exitCode, out, err } = await load('sample', '-n', '1', '--format', 'json', '--of-run', directory);
    expect({ exitCode, err }).toEqual({ exitCode: EXIT.ok, err: '' });
    expect(JSON.parse(out).transaction_id).toMatch(/^0123456789abcdef-/);
  });

  test('another profile, or times that nobody knows, are said', async () => {
    expect((await sample(await resultOf(), '--seed', '7')).err).toContain('had another profile, or other flags');
    expect((await sample(await resultOf(), '-b', '-t', '1')).err).toContain('times may be others');
  });

  test.each([
    ['nowhere', '--of-run: no result can be read'],
    ['0123', '--of-run: no result can be read'],
    ['package.json', '--of-run: package.json is not the result of a run'],
    ['README.md', '--of-run: README.md is not the result of a run'],
  ])('%s is none', async (given, message) => {
    const { exitCode, out, err } = await sample(given);
    expect(err).toContain(message);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT.badInput, out: '' });
  });
});

test('a former key of the profile is warned of', async () => {
  const { exitCode, err } = await load('sample', 'atm', '-n', '1', '--set', 'scenarios.atm.mess.tombstones=1');
  expect(err).toMatch(/^warning: .*`mess` is the former name of `anomalies`/m);
  expect(exitCode).toBe(EXIT.ok);
});
