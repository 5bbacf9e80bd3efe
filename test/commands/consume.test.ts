import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConsumeSettings } from '../../src/commands/consume-settings.ts';
import { EXIT } from '../../src/errors.ts';
import { atmSchema } from '../../src/workload/built-in/atm/atm.ts';
import { UnusableSchema } from '../../src/workload/encoding/payload-decoder.ts';
import { startRegistry } from '../registry/fake-registry.ts';
import { avroRecord } from '../workload/avro-record.ts';
import { load } from './fake-terminal.ts';

const servers = { 'bootstrap-servers': 'localhost:9092', format: 'text' };

function file(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'consume-')), name);
  writeFileSync(path, text);
  return path;
}

const scenario = `scenarios:
  atm: { workload: atm, topic: cash, executor: constant-arrival-rate, rate: 5, duration: 1s }
`;

describe('settings', () => {
  test('without a group nothing is committed, and all there is is read', async () => {
    const settings = await readConsumeSettings({ ...servers, TOPICS: ['a', 'b', 'a'] });
    expect(settings).toMatchObject({ topics: ['a', 'b'], commits: false, recordsMax: Number.POSITIVE_INFINITY });
    expect(settings.properties).toEqual({
      'bootstrap.servers': 'localhost:9092',
      'auto.offset.reset': 'earliest',
      'enable.auto.commit': 'false',
      'group.id': settings.group,
    });
    expect(settings.group).toMatch(/^load-consume-[0-9a-f]{8}$/);
  });

  test('come from the consumer block, also as Python writes them; flags win', async () => {
    const profile = file(
      'p.yaml',
      `${scenario}consumer: { group_id: block, auto_offset_reset: latest, fetch.min.bytes: 1 }`,
    );
    const block = await readConsumeSettings({ ...servers, profile });
    expect(block).toMatchObject({ topics: ['cash'], group: 'block', commits: true });
    expect(block.properties).toMatchObject({ 'auto.offset.reset': 'latest', 'fetch.min.bytes': '1' });
    expect(block.schemaOf('cash')(1)).toBe(atmSchema);
    expect(block.schemaOf('other')(1)).toBeUndefined();
    const flags = { TOPICS: ['other'], group: 'flag', 'offset-reset': 'earliest', messages: '3' };
    const given = await readConsumeSettings({
      ...servers,
      ...flags,
      profile,
      'consumer-config': ['fetch.min.bytes=2'],
    });
    expect(given).toMatchObject({ topics: ['other'], group: 'flag', recordsMax: 3 });
    expect(given.properties).toMatchObject({ 'auto.offset.reset': 'earliest', 'fetch.min.bytes': '2' });
  });

  test('properties that do not go together, and a file that is not there, are told with their places', async () => {
    const problemsWith = (...config: string[]) =>
      readConsumeSettings({ ...servers, TOPICS: ['a'], 'consumer-config': config }).then(
        () => '',
        (error: Error) => error.message,
      );
    const login = ['security.protocol=SASL_PLAINTEXT', 'sasl.mechanism=PLAIN'];
    expect(await problemsWith(...login)).toMatch(
      /^-X security\.protocol and -X sasl\.mechanism: .*sasl\.username and /,
    );
    expect(await problemsWith('session.timeout.ms=60000', 'max.poll.interval.ms=1000')).toMatch(
      /^-X max\.poll\.interval\.ms and -X session\.timeout\.ms: librdkafka cannot create a consumer/,
    );
    expect(await problemsWith('security.protocol=ssl', 'ssl.ca.location=/no/ca.pem')).toMatch(
      /^-X ssl\.ca\.location: .*\/no\/ca\.pem.*there is no such file/,
    );
  });

  test('enable.auto.commit=false leaves the group where it is', async () => {
    const values = { ...servers, TOPICS: ['a'], group: 'g', 'consumer-config': ['enable.auto.commit=false'] };
    expect((await readConsumeSettings(values)).commits).toBe(false);
  });

  test('are for each topic of a pattern', async () => {
    const profile = file('p.yaml', scenario.replace('cash', '"cash-{0..2}"'));
    const { topics, schemaOf } = await readConsumeSettings({ ...servers, profile });
    expect(topics).toEqual(['cash-0', 'cash-1', 'cash-2']);
    expect(schemaOf('cash-2')(1)).toBe(atmSchema);
  });

  test('a schema of a file or of a workload is for every topic', async () => {
    const schema = avroRecord('X', [{ name: 'n', type: 'long' }]);
    const path = file('x.avsc', `// a comment\n${JSON.stringify(schema)}`);
    const byFile = await readConsumeSettings({ ...servers, TOPICS: ['a'], schema: path });
    expect(byFile.schemaOf('a')(5)).toEqual(schema);
    const outer = file('y.avsc', '{"type":"record","name":"Y","fields":[{"name":"x","type":"X"}]}');
    const byFiles = await readConsumeSettings({ ...servers, TOPICS: ['a'], schema: [outer, path] });
    expect(byFiles.schemaOf('a')(5)).toMatchObject({ name: 'Y', fields: [{ type: { name: 'X' } }] });
    const byName = await readConsumeSettings({ ...servers, TOPICS: ['a'], workload: 'atm' });
    expect(byName.schemaOf('a')(5)).toBe(atmSchema);
  });
});

describe('the schema of an id', () => {
  const schema = '{"type":"record","name":"X","fields":[]}';
  function heard() {
    const said: string[] = [];
    return { said, note: (text: string) => said.push(`note: ${text}`), warn: (text: string) => said.push(text) };
  }

  test('is the registry’s, asked for once each; only what it does not have the profile may, which is told', async () => {
    await using server = await startRegistry();
    server.subjects.set('s', [
      { id: 7, schema },
      { id: 8, schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' },
    ]);
    const profile = file('p.yaml', `${scenario}schemaRegistry: { url: "${server.url}" }`);
    const messages = heard();
    const { schemaOf } = await readConsumeSettings({ ...servers, profile }, messages);
    expect(await schemaOf('cash')(7)).toEqual(JSON.parse(schema));
    expect(await schemaOf('other')(7)).toEqual(JSON.parse(schema));
    expect(await schemaOf('cash')(8)).toBeInstanceOf(UnusableSchema);
    expect(messages.said).toEqual([]);
    expect(await schemaOf('cash')(1)).toBe(atmSchema);
    expect(await schemaOf('other')(1)).toBeUndefined();
    expect(await schemaOf('atm-transactions')(1)).toBe(atmSchema);
    const absent = `the schema registry ${server.url} has no schema id 1`;
    expect(messages.said).toEqual([
      `cash: ${absent}; decoded as the profile sends its records`,
      `atm-transactions: ${absent}; decoded as records of atm, whose default topic it is`,
    ]);
    expect(server.questions.map(({ path }) => path)).toEqual(['/schemas/ids/7', '/schemas/ids/8', '/schemas/ids/1']);
    const byFlag = await readConsumeSettings({ ...servers, TOPICS: ['a'], 'schema-registry-url': server.url });
    expect(await byFlag.schemaOf('a')(7)).toEqual(JSON.parse(schema));
    const given = { 'schema-registry-url': server.url, workload: 'atm' };
    expect((await readConsumeSettings({ ...servers, TOPICS: ['a'], ...given })).schemaOf('a')(7)).toBe(atmSchema);
  });

  test('a registry that fails is an error, whatever the profile has', async () => {
    await using server = await startRegistry();
    server.replies.push({ status: 401, body: { error_code: 401, message: 'no' } });
    const profile = file('p.yaml', `${scenario}schemaRegistry: { url: "${server.url}" }`);
    const { schemaOf } = await readConsumeSettings({ ...servers, profile });
    await expect(schemaOf('cash')(7)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
  });

  test('without a registry a bundled workload’s default topic has its schema', async () => {
    const messages = heard();
    const { schemaOf } = await readConsumeSettings(
      { ...servers, TOPICS: ['atm-transactions', 'load-bytes'] },
      messages,
    );
    const ofTopic = schemaOf('atm-transactions');
    expect([ofTopic(1), ofTopic(2)]).toEqual([atmSchema, atmSchema]);
    expect(schemaOf('load-bytes')(1)).toBeUndefined();
    expect(messages.said).toEqual([
      'note: atm-transactions: no schema registry is set; decoded as records of atm, whose default topic it is',
    ]);
  });
});

describe('what cannot be done is said before anything is asked of a broker', () => {
  const at = ['--bootstrap-servers', '127.0.0.1:1'];
  test.each([
    [['consume', ...at], 'a topic is missing'],
    [['consume', 'a/b', ...at], '`a/b` is not a topic name'],
    [['consume', 'a', '--bootstrap-servers', 'embedded'], 'no broker to read from'],
    [['consume', 'a', ...at, '-n', 'x'], '--messages: `x` is not a number'],
    [['consume', 'a', ...at, '--offset-reset', 'earlist'], '`earlist` is not known (did you mean `earliest`?)'],
    [['consume', 'a', ...at, '--format', 'jsn'], '`jsn` is not known (did you mean `json`?)'],
    [['consume', 'a', ...at, '--workload', 'atmm'], 'unknown workload `atmm` (did you mean `atm`?)'],
    [['consume', 'a', ...at, '--schema', 'gone.avsc'], '--schema: gone.avsc cannot be used: ENOENT'],
    [['consume', 'a', ...at, '-X', 'acks=all'], '-X acks: '],
    [['consume', 'a', ...at, '-X', 'group.id'], '-X group.id: expected a name and a value'],
    [['consume', 'a', ...at, '--grup', 'x'], 'there is no flag `--grup` (did you mean `--group`?)'],
  ])('%j', async (args, message) => {
    const { exitCode, out, err } = await load(...args);
    expect(err).toContain(message);
    expect(exitCode).toBe(EXIT.badInput);
    expect(out).toBe('');
  });
});
