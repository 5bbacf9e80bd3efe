import { expect, test } from 'vitest';
import { messageId } from '../../src/roles/message-id.ts';
import { smsAlerts } from '../../src/workload/built-in/sms-alerts/sms-alerts.ts';
import { NOW_MS, recordContext, recordPlan } from '../workload/fixture.ts';

function payloadOf(format: 'avro' | 'json', index: number): Uint8Array {
  const record = recordPlan({ workload: 'sms-alerts', key: { kind: 'none' }, format });
  const generator = smsAlerts.open(record, recordContext({ scenario: 'sms-alerts' }));
  const into = new Uint8Array(generator.bytesMax);
  return into.subarray(0, generator.write(into, 0, index, index, NOW_MS));
}

test("an alert's own id, the same in both formats", () => {
  const ids = [7, 8].map((index) => messageId(payloadOf('json', index)));
  expect(ids).toEqual(['0123456789abcdef-3c3a-000000000007', '0123456789abcdef-3c3a-000000000008']);
  expect([7, 8].map((index) => messageId(payloadOf('avro', index)))).toEqual(ids);
});

test('anything else is known by its content', () => {
  const ids = ['', 'hello', 'hello!', '{"id":"mine"}', '\0\0\0\0\x07short'].map((text) => messageId(Buffer.from(text)));
  expect(new Set(ids).size).toBe(5);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(messageId(Buffer.from('hello'))).toBe(ids[1]);
});
