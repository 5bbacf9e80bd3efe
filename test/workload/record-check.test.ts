import { expect, test, vi } from 'vitest';
import { run } from '../../src/run.ts';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import type { WorkloadDefinition } from '../../src/workload/definition.ts';
import { avroCheck, checkRecords, jsonCheck } from '../../src/workload/record-check.ts';
import { messagesOf, recordContext, recordPlan } from './fixture.ts';

// One more workload, whose record 99 is a byte short.
vi.mock('../../src/workload/built-in/built-in.ts', async (importOriginal) => {
  const original = await importOriginal<{ workloads: Record<string, WorkloadDefinition> }>();
  const atm = original.workloads.atm!;
  const short: WorkloadDefinition = {
    ...atm,
    name: 'short',
    open: (...args) => {
      const generator = atm.open(...args);
      const write = generator.write.bind(generator);
      generator.write = (into, at, body, index, ms) => write(into, at, body, index, ms) - (index === 99 ? 1 : 0);
      return generator;
    },
  };
  return { ...original, workloads: { ...original.workloads, short } };
});

const withSchema = Object.keys(workloads).filter((name) => workloads[name]!.avroSchema !== null);

test.each(withSchema)('%s: every record passes, fresh and pooled, in both formats, at any index', (workload) => {
  for (const format of ['avro', 'json'] as const) {
    const fresh = recordPlan({ workload, format, key: workloads[workload]!.defaultKey });
    for (const count of [1, 5, 1_000, 2 ** 40, Number.POSITIVE_INFINITY]) checkRecords(fresh, recordContext(), count);
    const { freshOnly, weightsDenominator } = workloads[workload]!.open(fresh, recordContext());
    if (freshOnly !== undefined) continue;
    checkRecords({ ...fresh, mode: 'pooled', poolSize: weightsDenominator }, recordContext(), 1_000);
  }
});

test('of a scenario that has no message to send none is looked at', () => {
  checkRecords(recordPlan({ workload: 'atm', format: 'json', key: workloads.atm!.defaultKey }), recordContext(), 0);
});

test('records that are to be wrong on purpose are looked at as they would be', () => {
  const none = { rate: 0, within: 1, minMs: 0, maxMs: 0 };
  const anomalies = { tombstones: 0.5, duplicates: none, late: none, malformed: 0.5 };
  checkRecords(recordPlan({ workload: 'atm', key: workloads.atm!.defaultKey, anomalies }), recordContext(), 100);
});

test('records without a schema are not looked at', () => {
  checkRecords(recordPlan({ workload: 'bytes', key: { kind: 'none' } }), recordContext(), 10);
});

test('what is cut short, has more bytes or another header is no record', () => {
  const record = recordPlan({ workload: 'ecommerce', key: { kind: 'none' } });
  const { payload } = messagesOf(record, recordContext(), 1, 1)[0]!;
  const check = avroCheck(workloads.ecommerce!.avroSchema!);
  check(payload);
  for (let length = 0; length < payload.length; length++) expect(() => check(payload.subarray(0, length))).toThrow();
  expect(() => check(Buffer.concat([payload, Buffer.of(0)]))).toThrow();
  expect(() => check(Buffer.from([1, ...payload.subarray(1)]))).toThrow('it begins with byte 1, not with 0');
  const json = jsonCheck(workloads.atm!.avroSchema!);
  expect(() => json(Buffer.from('{"amount":1,"amonut":2}'))).toThrow('unknown field amonut');
  expect(() => json(Buffer.from('{"amount":1'))).toThrow();
  expect(() => json(Buffer.from('3'))).toThrow('it is not an object');
});

test('a run whose records are not what their schema says sends nothing', async () => {
  const scenario = { workload: 'short', executor: 'constant-arrival-rate', rate: 100, duration: '1s' };
  const set = [`scenarios.atm=${JSON.stringify(scenario)}`, 'topics={}', 'kafka={ bootstrap.servers: "null" }'];
  const onReady = vi.fn();
  const failing = run('atm', { env: {}, overrides: { set }, onReady });
  await expect(failing).rejects.toMatchObject({
    code: 'RECORD_INVALID',
    exitCode: 1,
    message: expect.stringMatching(/^record 99 of atm does not match its schema: /),
    hint: 'nothing was sent; seed 42 and this index make it again',
  });
  expect(onReady).not.toHaveBeenCalled();
});
