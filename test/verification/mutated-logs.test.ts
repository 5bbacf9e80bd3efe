/** Logs that were changed after the run: each change is found, and counted once. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScenarioProfile } from '../../src/profile/profile.ts';
import type { VerificationResult } from '../../src/result/reading-result.ts';
import { ledgerFactsOf } from '../../src/verification/ledger-facts.ts';
import type { LogRecord } from '../reading/memory-records.ts';
import { type RunSpec, verify, type WrittenRun, write } from './random-run.ts';

const FRESH = { mode: 'fresh', poolSize: 'auto' } as const;
const RUN: RunSpec = {
  seed: 7,
  workers: 2,
  partitions: 3,
  scenarios: {
    a: {
      workload: 'atm',
      topic: 't',
      payload: FRESH,
      key: { kind: 'uniform', cardinality: 5 },
      executor: { kind: 'constant-arrival-rate', ratePerSec: 300, durationNs: 1e9 },
    },
  },
};

function runOf(more: Partial<ScenarioProfile> = {}, spec: Partial<RunSpec> = {}): RunSpec {
  return { ...RUN, ...spec, scenarios: { a: { ...RUN.scenarios.a, ...more } } };
}

const NONE = { lost: 0, duplicated: 0, outOfOrder: 0, corrupted: 0, foreign: 0, notAckedInLog: 0, abortedInLog: 0 };

function countsOf({
  lost,
  duplicated,
  outOfOrder,
  corrupted,
  foreign,
  notAckedInLog,
  abortedInLog,
}: VerificationResult) {
  return { lost, duplicated, outOfOrder, corrupted, foreign, notAckedInLog, abortedInLog };
}

/** Offsets as a broker would give them. */
function renumber(log: LogRecord[]): void {
  for (const [offset, record] of log.entries()) log[offset] = { ...record, offset };
}

function longest({ logs }: WrittenRun): LogRecord[] {
  return [...logs.values()].toSorted((a, b) => b.length - a.length)[0]!;
}

function flipped(record: LogRecord, at: number): LogRecord {
  const value = Uint8Array.from(record.value!);
  value[at]! ^= 1;
  return { ...record, value };
}

test('removed records are lost, with their numbers', async () => {
  const run = await write(RUN);
  const log = longest(run);
  const removed = log.splice(4, 17);
  const { a } = verify(run);
  expect(countsOf(a!)).toEqual({ ...NONE, lost: removed.length });
  expect(a!.examples).toHaveLength(10);
  expect(a!.examples[0]).toMatchObject({ kind: 'lost', topic: 't', partition: removed[0]!.partition });
});

test('any number of removed and repeated records, by any members, is counted exactly', async () => {
  const drawn = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    members: fc.integer({ min: 1, max: 3 }),
    removals: fc.array(fc.nat(), { maxLength: 20 }),
    repeats: fc.array(fc.tuple(fc.nat(), fc.nat(8)), { maxLength: 20 }),
    key: fc.constantFrom<ScenarioProfile['key']>({ kind: 'none' }, { kind: 'uniform', cardinality: 5 }),
    duplicates: fc.constantFrom(0, 0.1),
  });
  await fc.assert(
    fc.asyncProperty(drawn, async ({ seed, members, removals, repeats, key, duplicates }) => {
      const anomalies = {
        tombstones: 0,
        duplicates: { rate: duplicates, within: 20 },
        late: { rate: 0, minMs: 0, maxMs: 0 },
        malformed: 0,
      };
      const run = await write(runOf({ key, ...(duplicates > 0 && { anomalies }) }, { seed }), members);
      const log = longest(run);
      // A batch that was written again stands behind itself.
      const repeated = repeats.flatMap(([at, more]) => log.slice(at % log.length, (at % log.length) + 1 + more));
      const kept = [...log, ...repeated];
      const gone = new Set(removals.map((at) => at % kept.length));
      log.splice(0, log.length, ...kept.filter((_, at) => !gone.has(at)));
      renumber(log);
      const marks = (records: readonly LogRecord[]) => {
        const counts = new Map<string, number>();
        for (const { value } of records) {
          const text = Buffer.from(value!).toString('latin1');
          counts.set(text, (counts.get(text) ?? 0) + 1);
        }
        return counts;
      };
      const [before, after] = [marks(kept.slice(0, kept.length - repeated.length)), marks(log)];
      let [lost, duplicated] = [0, 0];
      for (const [value, all] of before) {
        const now = after.get(value) ?? 0;
        lost += Math.max(0, all - now);
        duplicated += Math.max(0, now - all);
      }
      const { a } = verify(run);
      expect(a).toMatchObject({ lost, duplicated, corrupted: 0, foreign: 0, notAckedInLog: 0 });
    }),
    { numRuns: process.env.CI ? 200 : 40 },
  );
});

test('a copy of a message that another worker of a closed loop did not come to is no alarm', async () => {
  const duplicates = { rate: 0.5, within: 100 };
  const anomalies = { tombstones: 0, duplicates, late: { rate: 0, minMs: 0, maxMs: 0 }, malformed: 0 };
  const run = await write(runOf({ executor: { kind: 'max-throughput', durationNs: 1e9 }, anomalies }));
  const [[one, other]] = ledgerFactsOf(run.plan, run.workers, {}).scheduled as [[number, number]];
  expect(one).not.toBe(other);
  const { a } = verify(run);
  expect([countsOf(a!), a!.consumed]).toEqual([NONE, one + other]);
});

test('swapped neighbours of one producer are out of order, those of two are not', async () => {
  const run = await write(RUN);
  const log = longest(run) as (LogRecord & { index?: number })[];
  const indexOf = ({ value }: LogRecord) => Number(/-(\d{12})/.exec(Buffer.from(value!).toString('latin1'))![1]);
  const producerOf = (at: number) => indexOf(log[at]!) % 2;
  const pair = (isSame: boolean) =>
    log.findIndex((_, at) => at > 0 && (producerOf(at - 1) === producerOf(at)) === isSame);
  const swap = (at: number) => {
    const [first, second] = [log[at - 1]!, log[at]!];
    log[at - 1] = second;
    log[at] = first;
    renumber(log);
  };
  swap(pair(false));
  expect(countsOf(verify(run).a!)).toEqual(NONE);
  swap(pair(true));
  const { a } = verify(run);
  expect(countsOf(a!)).toEqual({ ...NONE, outOfOrder: 1 });
  expect(a!.examples[0]!.text).toMatch(/^behind message \d+ of the same producer and partition$/);
});

test.each(['avro', 'json'] as const)('every flipped bit of a %s record is found', async (format) => {
  const executor = { kind: 'constant-arrival-rate', ratePerSec: 30, durationNs: 1e9 } as const;
  const run = await write(runOf({ format, executor }));
  const log = longest(run);
  const [record] = log;
  for (let at = 0; at < record!.value!.length; at++) {
    log[0] = flipped(record!, at);
    const { a } = verify(run);
    const { corrupted, foreign, lost, duplicated, outOfOrder } = countsOf(a!);
    expect([corrupted + foreign, duplicated, outOfOrder], `byte ${at}`).toEqual([1, 0, 0]);
    // Where the mark itself is hit, nobody knows whose record it was.
    expect(lost).toBeLessThanOrEqual(1);
    if (foreign === 1) expect(lost).toBe(1);
  }
});

describe('a record that another client wrote', () => {
  test('with our mark and a flipped byte is corrupted, and nothing is its duplicate', async () => {
    const run = await write(RUN);
    const log = longest(run);
    log.push(flipped(log[3]!, log[3]!.value!.length - 1));
    renumber(log);
    const { a } = verify(run);
    expect(countsOf(a!)).toEqual({ ...NONE, corrupted: 1 });
    expect(a!.examples[0]).toMatchObject({ kind: 'corrupted', offset: log.length - 1, topic: 't' });
  });

  test('without our mark is foreign', async () => {
    const run = await write(RUN);
    const log = longest(run);
    for (const value of [Buffer.from('x'), null, Buffer.alloc(0)]) log.push({ ...log[0]!, value });
    renumber(log);
    expect(countsOf(verify(run).a!)).toEqual({ ...NONE, foreign: 3 });
  });

  test('with another key, or in a partition where the key does not belong, is corrupted', async () => {
    const run = await write(RUN);
    const log = longest(run);
    log[5] = { ...log[5]!, key: Buffer.from('key-9') };
    const other = [...run.logs.values()].find((each) => each !== log)!;
    other.push({ ...log.pop()!, partition: other[0]!.partition });
    renumber(other);
    const { a } = verify(run);
    expect(countsOf(a!)).toEqual({ ...NONE, corrupted: 2 });
    expect(a!.examples.map(({ text }) => text).toSorted()).toEqual([
      'another key',
      expect.stringMatching(/^its key belongs in partition \d$/),
    ]);
  });
});

test('messages that failed and are in the log after all are counted apart', async () => {
  const run = await write(runOf({}, { failRate: 0.2, persistedRate: 0.5 }));
  const { a } = verify(run);
  const inLog = [...run.logs.values()].reduce((sum, log) => sum + log.length, 0);
  expect(countsOf(a!)).toEqual({ ...NONE, notAckedInLog: inLog - a!.expected });
  expect(a!.notAckedInLog).toBeGreaterThan(0);
});

test('aborted messages that were read are counted apart, undecided ones may be there or not', async () => {
  const run = await write(RUN);
  const range = (from: number, to: number, status: 'aborted' | 'undecided') => ({
    scenario: 'a',
    from,
    to,
    step: 1,
    status,
  });
  const { a } = verify(run, { facts: { notCommitted: [range(10, 29, 'aborted'), range(40, 44, 'undecided')] } });
  expect(countsOf(a!)).toEqual({ ...NONE, abortedInLog: 20, notAckedInLog: 5 });
  expect(a!.expected).toBe(275);
  expect(a!.examples).toHaveLength(10);
  expect(a!.examples[0]).toMatchObject({ kind: 'aborted', index: 10, topic: 't', partition: expect.any(Number) });
});

test('readers of committed records lack aborted ones and nothing else, also where records are alike', async () => {
  const anomalies = {
    tombstones: 0.2,
    duplicates: { rate: 0.3, within: 20 },
    late: { rate: 0, minMs: 0, maxMs: 0 },
    malformed: 0.1,
  };
  const drawn = fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), size: fc.integer({ min: 1, max: 40 }) });
  await fc.assert(
    fc.asyncProperty(drawn, async ({ seed, size }) => {
      // One worker, one partition: message i is record i.
      const run = await write(runOf({ anomalies, format: 'json' }, { seed, workers: 1, partitions: 1 }), 2);
      const log = longest(run);
      const notCommitted = Array.from({ length: Math.floor(log.length / size / 2) }, (_, i) => {
        const from = size * (2 * i + 1);
        const to = Math.min(log.length, from + size) - 1;
        return { ...{ scenario: 'a', from, to, step: 1 }, status: 'aborted' as const };
      });
      const all = log.length;
      const aborted = log.filter((_, i) => notCommitted.some(({ from, to }) => i >= from && i <= to));
      const uncommitted = verify(run, { facts: { notCommitted } }).a!;
      expect(countsOf(uncommitted)).toEqual({ ...NONE, abortedInLog: aborted.length });
      log.splice(0, all, ...log.filter((record) => !aborted.includes(record)));
      renumber(log);
      const committed = verify(run, { facts: { notCommitted } }).a!;
      expect(countsOf(committed)).toEqual(NONE);
      expect(committed.consumed).toBe(all - aborted.length);
    }),
    { numRuns: 30, seed: 11 },
  );
});

test('a group that the profile has read uncommitted records: their exact number, and no fault', async () => {
  const run = await write(RUN);
  const notCommitted = [{ ...{ scenario: 'a', from: 10, to: 29, step: 1 }, status: 'aborted' as const }];
  const logs = { t: { isCompacted: false, showsAborted: true as const } };
  const found = { ...NONE, abortedInLog: 20 };
  const allowed = verify(run, { facts: { notCommitted, logs }, uncommitted: 'allowed' }).a!;
  expect(allowed).toMatchObject({ ...found, abortedAllowed: true, examples: [] });
  const asked = verify(run, { facts: { notCommitted, logs }, uncommitted: 'asked' }).a!;
  expect(asked).toMatchObject(found);
  expect(asked.abortedAllowed).toBeUndefined();
  expect(asked.examples).toHaveLength(10);
});

test('the embedded cluster keeps no aborted message from a reader: a note, not an alarm', async () => {
  const run = await write(RUN);
  const notCommitted = [{ ...{ scenario: 'a', from: 10, to: 29, step: 1 }, status: 'aborted' as const }];
  const logs = { t: { isCompacted: false, showsAborted: true as const } };
  const { a } = verify(run, { facts: { notCommitted, logs } });
  expect(countsOf(a!)).toEqual(NONE);
  expect(a!.notes).toEqual([
    '20 messages of aborted transactions were read: the embedded cluster gives them to read_committed readers as well',
  ]);
});

describe('cannot be verified', () => {
  test.each([
    [{ mark: 'none' }, 'its records have no mark (mark: none)'],
    [{ workload: 'web-events', key: { kind: 'none' } }, 'its records have no mark: no field of theirs is an id'],
  ] as const)('%j', async (more, refused) => {
    expect(verify(await write(runOf(more))).a).toMatchObject({ refused, ...NONE, expected: 0 });
  });

  test('a log that was not read to its end: by a member that was lost, or because nothing more came', async () => {
    const run = await write(RUN);
    const refusedOf = (failed: { failure: string; isLost?: true }) => verify(run, { failed }).a!.refused;
    expect(refusedOf({ failure: 'it hung', isLost: true })).toBe('member 0 of group g was lost: it hung');
    const held = 'nothing more came for 60 s';
    expect(refusedOf({ failure: held })).toBe(`member 0 of group g did not read to the end: ${held}`);
  });

  test('a ledger that is incomplete', async () => {
    const facts = { incomplete: { a: 'the ledger is incomplete' } };
    expect(verify(await write(RUN), { facts }).a).toMatchObject({ refused: 'the ledger is incomplete' });
  });

  test('a log whose records may have been removed meanwhile, where some are lost; and is, where none is', async () => {
    const run = await write(RUN);
    const facts = { logs: { t: { isCompacted: false, removal: 'retention.ms of t is 1 s' } } };
    expect(countsOf(verify(run, { facts }).a!)).toEqual(NONE);
    longest(run).splice(0, 2);
    expect(verify(run, { facts }).a!.refused).toBe(
      'retention.ms of t is 1 s: 2 acknowledged messages are not in the log, and that may be why',
    );
  });
});

test('of a compacted topic only what no later record of the key explains is lost', async () => {
  const run = await write(runOf({}, { workers: 1 }));
  const facts = { logs: { t: { isCompacted: true } } };
  let removed = 0;
  for (const log of run.logs.values()) {
    const last = new Map(log.map((record, at) => [Buffer.from(record.key!).toString(), at]));
    const kept = log.filter((record, at) => last.get(Buffer.from(record.key!).toString()) === at || at % 3 === 0);
    removed += log.length - kept.length;
    log.splice(0, log.length, ...kept);
  }
  const compacted = verify(run, { facts }).a!;
  expect(countsOf(compacted)).toEqual(NONE);
  expect(compacted.notes).toEqual([expect.stringMatching(new RegExp(`^${removed} acknowledged messages`))]);
  // Nobody knows of which key they are: not that none is lost.
  expect(verify(run, { facts, compactedKeysMax: 1 }).a!.refused).toMatch(
    new RegExp(`^topic t is compacted: ${removed} acknowledged messages are not in the log`),
  );
  // The newest record of a key: what it replaced is not lost as well.
  const log = [...run.logs.values()].find((each) => each.length > 0)!;
  const key = Buffer.from(log.at(-1)!.key!).toString();
  log.splice(0, log.length, ...log.filter((record) => Buffer.from(record.key!).toString() !== key));
  expect(countsOf(verify(run, { facts }).a!)).toEqual({ ...NONE, lost: 1 });
});

describe('with marks in headers', () => {
  const anomalies = {
    tombstones: 0.1,
    duplicates: { rate: 0.1, within: 20 },
    late: { rate: 0.1, minMs: 10, maxMs: 50 },
    malformed: 0.1,
  };
  const marked = runOf({ workload: 'web-events', mark: 'header', key: { kind: 'field', field: 'user_id' }, anomalies });
  const isTombstone = ({ value }: LogRecord) => value === null;

  test('each tombstone is known: a removed one is lost, a repeated one is a duplicate', async () => {
    const run = await write(marked);
    const log = longest(run);
    const [first, second] = log.filter(isTombstone);
    log.splice(0, log.length, ...log.filter((record) => record !== first), second!);
    renumber(log);
    const { a } = verify(run);
    expect(countsOf(a!)).toEqual({ ...NONE, lost: 1, duplicated: 1 });
    expect(a!.examples.map(({ kind, offset }) => [kind, offset])).toEqual([
      ['lost', undefined],
      ['duplicated', log.length - 1],
    ]);
  });

  test('a record and its copy on purpose are two messages: one of them removed is lost', async () => {
    const run = await write(marked);
    const log = longest(run);
    const textOf = ({ value }: LogRecord) => value && Buffer.from(value).toString('hex');
    const copy = log.findIndex((record, i) =>
      log.slice(0, i).some((each) => !isTombstone(each) && textOf(each) === textOf(record)),
    );
    expect(copy).toBeGreaterThan(0);
    log.splice(copy, 1);
    renumber(log);
    expect(countsOf(verify(run).a!)).toEqual({ ...NONE, lost: 1 });
  });

  test('a changed byte, another record’s value, and a value where a tombstone belongs are corrupted', async () => {
    const run = await write(marked);
    const log = longest(run);
    const plain = log.flatMap((record, i) => (isTombstone(record) ? [] : [i]));
    const [at, from] = [plain[0]!, plain.find((i) => log[i]!.value!.length !== log[plain[0]!]!.value!.length)!];
    const tombstone = log.findIndex(isTombstone);
    log[at] = { ...log[at]!, value: log[from]!.value };
    log[from] = flipped(log[from]!, 8);
    log[tombstone] = { ...log[tombstone]!, value: Buffer.from('x') };
    expect(countsOf(verify(run).a!)).toEqual({ ...NONE, corrupted: 3 });
  });

  test('a record without its header is foreign, and its message lost', async () => {
    const run = await write(marked);
    const log = longest(run);
    const { headers: _, ...bare } = log[3]!;
    log[3] = bare;
    expect(countsOf(verify(run).a!)).toEqual({ ...NONE, lost: 1, foreign: 1 });
  });
});
