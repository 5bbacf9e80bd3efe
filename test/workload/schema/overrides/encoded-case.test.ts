/** Which case an encoded field is, compared with the record's values. */
import { expect, test } from 'vitest';
import { workloads } from '../../../../src/workload/built-in/built-in.ts';
import { avroSpans } from '../../../../src/workload/schema/overrides/avro-spans.ts';
import { EncodedCase } from '../../../../src/workload/schema/overrides/encoded-case.ts';
import { jsonSpans } from '../../../../src/workload/schema/overrides/json-spans.ts';
import { Spans } from '../../../../src/workload/schema/overrides/spans.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { placesOf } from '../../../../src/workload/schema/rules/rule-fit.ts';
import { openEncoder, openRecords } from '../../../../src/workload/workload.ts';
import { recordContext, recordPlan, timeOf } from '../../fixture.ts';

const valueAt = (record: unknown, path: string): unknown =>
  path.split('.').reduce((value, step) => (value as Record<string, unknown> | undefined)?.[step], record);

/** The first few values of each field, and some that it never is. */
function casesFor(values: readonly unknown[]): string[] {
  const seen = values.filter((value) => value !== undefined && typeof value !== 'object').map(String);
  return ['none', ...new Set(seen.slice(0, 5)), '', 'x"\\', '-1', '01', ' 1'];
}

const variants = ['atm', 'ecommerce', 'web-events', 'sms-alerts'].flatMap((name) =>
  (['avro', 'json'] as const).map((format) => [name, format] as const),
);

test.each(variants)('every field of %s, %s', (name, format) => {
  const { avroSchema, defaultKey: key } = workloads[name]!;
  const root = readSchema(avroSchema, name);
  const plan = recordPlan({ workload: name, format, key });
  const [encode, read] = [openEncoder(plan, recordContext()), openRecords(plan, recordContext())];
  const records = Array.from({ length: 40 }, (_, i) => read(i, timeOf(i)).value);
  for (const [path, [node]] of placesOf(root)) {
    if (node!.kind === 'record') continue;
    const cases = casesFor(records.map((record) => valueAt(record, path)));
    const spans = new Spans(2);
    const find = (format === 'json' ? jsonSpans : avroSpans)(root, ['nowhere', path], spans);
    const own = new EncodedCase(1, node!, cases, format === 'json');
    for (const [i, record] of records.entries()) {
      const { payload } = encode(i, timeOf(i));
      spans.clear();
      find(payload!, format === 'json' ? 0 : 5);
      own.read(payload!, spans);
      const value = valueAt(record, path);
      const place = value === undefined ? -1 : cases.indexOf(String(value));
      expect([path, own.at]).toEqual([path, place < 0 ? cases.length : place]);
    }
  }
});
