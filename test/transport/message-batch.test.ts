import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageBatch } from '../../src/transport/message-batch.ts';

const address = fc.nat({ max: 2 ** 47 - 1 });
const message = fc.record({
  payload: address,
  length: fc.integer({ min: -1, max: 2 ** 30 }),
  key: address,
  keyLength: fc.integer({ min: -1, max: 2 ** 20 }),
  slot: fc.nat({ max: 2 ** 31 - 1 }),
});

test('places hold what rd_kafka_message_t holds, field by field', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), (messages) => {
      const batch = new MessageBatch(messages.length);
      const view = new DataView(batch.bytes.buffer);
      messages.forEach((m, j) => {
        batch.set(j, m.payload, m.length, m.key, m.keyLength, m.slot);
      });
      messages.forEach((m, j) => {
        const at = j * 72;
        const hasKey = m.keyLength >= 0;
        const hasValue = m.length >= 0;
        expect(batch.byteOffset(j)).toBe(at);
        expect(view.getBigUint64(at + 24, true)).toBe(hasValue ? BigInt(m.payload) : 0n);
        expect(view.getBigUint64(at + 32, true)).toBe(hasValue ? BigInt(m.length) : 0n);
        expect(view.getBigUint64(at + 40, true)).toBe(hasKey ? BigInt(m.key) : 0n);
        expect(view.getBigUint64(at + 48, true)).toBe(hasKey ? BigInt(m.keyLength) : 0n);
        expect(view.getBigUint64(at + 64, true)).toBe(BigInt(m.slot));
        expect(batch.slot(j)).toBe(m.slot);
        expect([batch.payloadAddress(j), batch.payloadLength(j)]).toEqual(hasValue ? [m.payload, m.length] : [0, 0]);
        expect([batch.keyAddress(j), batch.keyLength(j)]).toEqual(hasKey ? [m.key, m.keyLength] : [0, 0]);
      });
    }),
  );
});

test('errors are signed, and a copied place carries everything', () => {
  const batch = new MessageBatch(3);
  batch.set(2, 2 ** 40 + 8, 100, 2 ** 41, 5, 9);
  batch.setError(2, -184);
  batch.copy(2, 0);
  expect([batch.error(0), batch.payloadAddress(0), batch.keyLength(0), batch.slot(0)]).toEqual([
    -184,
    2 ** 40 + 8,
    5,
    9,
  ]);
});
