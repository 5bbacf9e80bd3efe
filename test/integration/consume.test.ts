/** What `run` sent is what `consume` prints: processes of their own, on an embedded cluster that a third one serves. */
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Command, killCommands, linesOf, startCluster, startCommand, until } from './command.ts';

const MESSAGES = 3_000;

const start = (...args: string[]) => startCommand(args);
afterAll(killCommands);

interface Line {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly headers: unknown;
  readonly value: { readonly transaction_id: string; readonly atm_id: string; readonly timestamp: number };
}

let servers: string;
let unreachable: Command;
beforeAll(async () => {
  // Takes the eight seconds that a broker is given to answer: the other tests go on meanwhile.
  unreachable = start('consume', 'x', '--bootstrap-servers', '127.0.0.1:1');
  servers = await startCluster('atm-transactions:5');
  const more = ['--set', 'scenarios.atm.headers={ source: load }', '--allow-invalid', '-o', 'none', '--quiet'];
  const run = start('atm', '-b', '-n', String(MESSAGES), '--bootstrap-servers', servers, ...more);
  expect((await run.ended).code).toBe(0);
});

const consume = (...args: string[]) => start('consume', '--bootstrap-servers', servers, ...args);

test('every record once, with its key, in order within its partition, decoded by the profile', async () => {
  const { code, out, err } = await consume('-p', 'atm', '-n', String(MESSAGES), '--format', 'json').ended;
  expect(code).toBe(0);
  const lines = linesOf(out).map((line): Line => JSON.parse(line));
  expect(lines).toHaveLength(MESSAGES);
  const indexes = lines.map(({ value }) => Number(value.transaction_id.slice(-12)));
  expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: MESSAGES }, (_, i) => i));
  const next = new Map<number, number>();
  for (const { topic, partition, offset, key, headers, value } of lines) {
    expect(topic).toBe('atm-transactions');
    expect(key).toBe(value.atm_id);
    expect(headers).toEqual([['source', 'load']]);
    expect(offset).toBe(next.get(partition) ?? 0);
    next.set(partition, offset + 1);
  }
  expect(next.size).toBe(5);
  expect(err).toMatch(/3,000 records, [\d.]+ KiB, in [\d.]+ s: [\d,]+\/s/);
});

test('a range ends by itself, in every partition, and commits nothing', async () => {
  const linesFor = async (...args: string[]) => {
    const { code, out, err } = await consume('atm-transactions', '--workload', 'atm', '--format', 'json', ...args)
      .ended;
    expect(code, err).toBe(0);
    return linesOf(out).map((line): Line => JSON.parse(line));
  };
  const all = await linesFor('--from', 'earliest');
  expect(all).toHaveLength(MESSAGES);
  const ends = new Map<number, number>();
  for (const { partition, offset } of all) ends.set(partition, Math.max(ends.get(partition) ?? 0, offset + 1));
  const some = await linesFor('--from', '10', '--to', '25');
  expect(some.every(({ offset }) => offset >= 10 && offset < 25)).toBe(true);
  expect(some).toHaveLength(15 * ends.size);
  const last = await linesFor('--from', '-3');
  expect(last).toHaveLength(3 * ends.size);
  expect(last.every(({ partition, offset }) => offset >= ends.get(partition)! - 3)).toBe(true);
});

test('--format none only counts; --follow goes on; what is not there is an error', async () => {
  const counted = await consume('atm-transactions', '--from', 'earliest', '--format', 'none').ended;
  expect([counted.code, counted.out]).toEqual([0, '']);
  expect(counted.err).toMatch(/5 partitions, 3,000 offsets; without a group[\s\S]*3,000 records, /);
  const following = consume('atm-transactions', '--from', '0', '--follow', '--format', 'raw');
  await until(() => following.said.out.length > 0, following);
  following.child.kill('SIGTERM');
  expect((await following.ended).code).toBe(143);
  const beyond = await consume('atm-transactions', '--from', '1000000').ended;
  expect([beyond.code, beyond.out]).toEqual([1, '']);
  expect(beyond.err).toContain('--from 1000000 is beyond the end of every partition');
});

test('SIGINT commits what was printed, and the group goes on from there; so does -n', async () => {
  const flags = ['atm-transactions', '--workload', 'atm', '--group', 'goes-on', '--format', 'json'];
  const first = await consume(...flags, '-n', '1000').ended;
  expect(first.code).toBe(0);
  expect(linesOf(first.out)).toHaveLength(1000);
  const second = consume(...flags);
  await until(() => linesOf(second.said.out).length >= MESSAGES - 1000, second);
  second.child.kill('SIGINT');
  const interrupted = await second.ended;
  expect(interrupted.code).toBe(130);
  expect(interrupted.err).toContain('SIGINT: leaving the group');
  const both = [...linesOf(first.out), ...linesOf(interrupted.out)].map((line): Line => JSON.parse(line));
  expect(new Set(both.map(({ value }) => value.transaction_id)).size).toBe(MESSAGES);
  expect(both).toHaveLength(MESSAGES);

  // Whoever comes after reads only what was sent since.
  const third = consume(...flags, '-n', '10');
  const more = start('atm', '-b', '-n', '10', '--bootstrap-servers', servers, '--allow-invalid', '-o', 'none');
  expect((await more.ended).code).toBe(0);
  const news = linesOf((await third.ended).out).map((line): Line => JSON.parse(line));
  const seen = new Set(both.map(({ value }) => value.transaction_id));
  expect(news.filter(({ value }) => seen.has(value.transaction_id))).toEqual([]);
});

test('what nobody took is not committed: a reader that goes away leaves the rest to the next one', async () => {
  const flags = ['atm-transactions', '--workload', 'atm', '--group', 'left-alone', '--format', 'json'];
  const first = consume(...flags);
  first.child.stdout!.once('data', () => first.child.stdout!.destroy());
  expect((await first.ended).code).toBe(0);
  // A pipe holds 64 KiB, some 230 of these lines, and as much may be on its way at both ends.
  const rest = await consume(...flags, '-n', '2000').ended;
  expect(rest.code).toBe(0);
  expect(linesOf(rest.out)).toHaveLength(2000);
});

test('SIGINT ends it where nobody takes what it prints, and the rest is left to the next one', async () => {
  const flags = ['atm-transactions', '--workload', 'atm', '--group', 'not-taken', '--format', 'json'];
  const first = consume(...flags);
  const stdout = first.child.stdout!.pause();
  await until(() => stdout.readableLength > 0, first);
  first.child.kill('SIGINT');
  expect(await once(first.child, 'exit')).toEqual([130, null]);
  stdout.resume();
  await first.ended;
  const rest = await consume(...flags, '-n', '2000').ended;
  expect(rest.code).toBe(0);
  expect(linesOf(rest.out)).toHaveLength(2000);
});

test('latest of a settings file: only what is sent from then on', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'consume-')), 'consumer.yaml');
  writeFileSync(file, 'topic: atm-transactions\ngroup_id: from-now-on\nauto_offset_reset: latest\nworkload: atm\n');
  const old = await consume('atm-transactions', '--workload', 'atm', '-n', String(MESSAGES), '--format', 'json').ended;
  const reader = consume('--config', file, '--format', 'json');
  // When its group has settled nobody is told: what is sent before that is old to it as well.
  await until(async () => {
    const more = start('atm', '-b', '-n', '20', '--bootstrap-servers', servers, '--allow-invalid', '-o', 'none');
    expect((await more.ended).code).toBe(0);
    return reader.said.out !== '';
  }, reader);
  reader.child.kill('SIGTERM');
  const { code, out } = await reader.ended;
  expect(code).toBe(143);
  const idOf = (line: string) => (JSON.parse(line) as Line).value.transaction_id;
  const seen = new Set(linesOf(old.out).map(idOf));
  expect(linesOf(out).filter((line) => seen.has(idOf(line)))).toEqual([]);
});

test('text, also of a default topic; bytes of another schema are shown as such, with a warning', async () => {
  for (const told of [['--workload', 'atm'], []]) {
    const text = await consume('atm-transactions', ...told, '-n', '5', '--quiet').ended;
    expect(text).toMatchObject({ code: 0, err: '' });
    expect(linesOf(text.out)).toHaveLength(5);
    for (const line of linesOf(text.out)) {
      expect(line).toMatch(
        /^20\S+Z atm-transactions\[\d\]@\d+ ATM-\d+ \(source=load\) \{"transaction_id":"[0-9a-f]{16}-/,
      );
    }
  }
  const schema = join(mkdtempSync(join(tmpdir(), 'consume-')), 'other.avsc');
  writeFileSync(schema, '{"type":"record","name":"Other","fields":[]}');
  const bytes = await consume('atm-transactions', '--schema', schema, '-n', '5', '--quiet').ended;
  expect(linesOf(bytes.out).every((line) => line.includes(' base64:AAAAAA'))).toBe(true);
  // Known while it still reads, not only at an end that may never come.
  expect(bytes.err.split('\n')[0]).toMatch(
    /; printed as base64 \(--schema-registry-url URL, .* or --workload NAME decodes them\)$/,
  );
  expect(bytes.err).toContain('warning: 5 Avro records shown as bytes');
});

test('a sample of a past run is what it sent, byte for byte', async () => {
  const out = join(mkdtempSync(join(tmpdir(), 'sample-')), 'result');
  const flags = ['atm', '-r', '200', '-t', '1', '--topic', 'copies', '--set', 'scenarios.atm.format=json'];
  const run = start('run', ...flags, '--bootstrap-servers', servers, '--quiet', '--allow-invalid', '--out', out);
  expect((await run.ended).code).toBe(0);
  const read = await consume('copies', '-n', '200', '--format', 'raw', '--quiet').ended;
  const sample = (of: string, ...more: string[]) =>
    start('sample', ...more, '-n', '200', '--format', 'json', '--of-run', of).ended;
  const { code, out: records, err } = await sample(out);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  // Partitions are read one after the other; an id begins with the run's tag and ends with the index.
  expect(linesOf(read.out).toSorted()).toEqual(linesOf(records));
  const tag = /^{"transaction_id":"([0-9a-f]{16})/.exec(records)![1]!;
  const withoutTime = (line: string) => line.replace(/"timestamp":\d+/, '');
  expect(linesOf((await sample(tag, ...flags)).out).map(withoutTime)).toEqual(linesOf(records).map(withoutTime));
});

test('a broker that is not there ends with 1', async () => {
  const gone = await unreachable.ended;
  expect(gone).toMatchObject({ code: 1, out: '' });
  expect(gone.err).toContain('error: no broker of 127.0.0.1:1 answers');
});
