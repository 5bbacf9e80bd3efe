import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  messageLifecycle,
  messageStatusSchema,
} from '../../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import { PHONE_NUMBERS_MAX } from '../../../src/workload/built-in/message-lifecycle/phone-book.ts';
import { scenarioTag } from '../../../src/workload/encoding/mark.ts';
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../../../src/workload/encoding/stamp.ts';
import { parseUuidMark } from '../../../src/workload/encoding/uuid-mark.ts';
import { paramsOf } from '../../../src/workload/parameters.ts';
import type { RecordPlan } from '../../../src/workload/record-plan.ts';
import { keptAt, keptBelow } from '../../../src/workload/thinning.ts';
import { messagesOf, NOW_MS, recordContext, recordPlan } from '../fixture.ts';
import { chiSquareZ } from '../statistics.ts';

const avroType = avsc.Type.forSchema(messageStatusSchema as unknown as avsc.Schema);
const SCENARIO = 'message-lifecycle';
const identity = recordContext({ scenario: SCENARIO });
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const sent = (overrides: Partial<RecordPlan> = {}) =>
  recordPlan({ workload: SCENARIO, key: { kind: 'field', field: 'messageId' }, ...overrides });

const trailsOf = (record: RecordPlan) => messageLifecycle.trails!(record, identity).trails;

/** The lane of a later state, planned as its scenario is. */
function lane(name: string, overrides: Partial<RecordPlan> = {}): RecordPlan {
  const record = sent(overrides);
  const { thinning, gapNs } = trailsOf(record).find((trail) => trail.name === name)!;
  const poolSize = (record.poolSize / thinning.period) * thinning.kept.length;
  return { ...record, poolSize, trail: { scenario: SCENARIO, name, thinning, gapNs } };
}

interface Status {
  messageId: string;
  phoneNumber: number;
  carrier: string;
  status: string;
  timestamp: number;
}

function statusesOf(record: RecordPlan, count: number): Status[] {
  const generator = messageLifecycle.open(record, identity);
  return Array.from({ length: count }, (_, i) => generator.generate(i, i, NOW_MS) as unknown as Status);
}

function decode(payload: Buffer, format: 'avro' | 'json'): Status {
  return format === 'json' ? JSON.parse(payload.toString()) : { ...avroType.fromBuffer(payload.subarray(5)) };
}

const lanes = [undefined, 'delivered', 'delayed', 'delayed-delivered', 'failed'] as const;
const formats = ['avro', 'json'] as const;

describe('message-lifecycle: the record', () => {
  test.each(formats)('decodes to the values it was made of, in every state (%s)', (format) => {
    const times = fc.integer({ min: TIMESTAMP_MIN_MS, max: TIMESTAMP_MAX_MS });
    fc.assert(
      fc.property(fc.constantFrom(...lanes), fc.nat(1e9), times, (name, index, ms) => {
        const record = name === undefined ? sent({ format }) : lane(name, { format });
        const generator = messageLifecycle.open(record, identity);
        const into = Buffer.alloc(generator.bytesMax + 20, 0xee);
        const end = generator.write(into, 10, index, index, ms);
        expect(end - 10).toBeLessThanOrEqual(generator.bytesMax);
        expect([into[9], into[end]]).toEqual([0xee, 0xee]);
        const value = generator.generate(index, index, ms);
        expect(decode(into.subarray(10, end), format)).toEqual(value);
        if (format === 'json') expect(into.toString('utf8', 10, end)).toBe(JSON.stringify(value));
      }),
      { numRuns: 60 },
    );
  });

  test('has a UUID, a number of eleven digits, a lower-case carrier, a status and a time', () => {
    for (const name of lanes) {
      const record = name === undefined ? sent() : lane(name);
      for (const { messageId, phoneNumber, carrier, status, timestamp } of statusesOf(record, 300)) {
        expect(messageId).toMatch(UUID);
        expect(String(phoneNumber)).toMatch(/^1555[1-9]\d{6}$/);
        expect(['verizon', 'att', 'tmobile']).toContain(carrier);
        expect(status).toBe({ 'delayed-delivered': 'delivered' }[name as string] ?? name ?? 'sent');
        expect(timestamp).toBe(NOW_MS);
      }
    }
  });

  test('keeps each number with its carrier, and deals numbers and carriers out evenly', () => {
    const carrierOf = new Map<number, string>();
    const uses = new Map<number, number>();
    const moved = new Set<number>();
    for (const { phoneNumber, carrier } of statusesOf(sent(), 100_000)) {
      if ((carrierOf.get(phoneNumber) ?? carrier) !== carrier) moved.add(phoneNumber);
      carrierOf.set(phoneNumber, carrier);
      uses.set(phoneNumber, (uses.get(phoneNumber) ?? 0) + 1);
    }
    expect([...moved]).toEqual([]);
    expect(uses.size).toBe(1000);
    expect(Math.abs(chiSquareZ([...uses.values()]))).toBeLessThan(4);
    const share = (name: string) => [...carrierOf.values()].filter((carrier) => carrier === name).length;
    expect(['verizon', 'att', 'tmobile'].map(share)).toEqual([400, 300, 300]);
  });

  test.each([3, 500, PHONE_NUMBERS_MAX])('has %d numbers when told so', (totalPhoneNumbers) => {
    const statuses = statusesOf(sent({ params: { totalPhoneNumbers } }), 3000);
    const numbers = new Set(statuses.map(({ phoneNumber }) => phoneNumber));
    expect(numbers.size).toBeLessThanOrEqual(totalPhoneNumbers);
    expect(numbers.size).toBeGreaterThan(Math.min(totalPhoneNumbers, 3000) * 0.98);
  });
});

describe('states of one message', () => {
  const facts = ({ messageId, phoneNumber, carrier }: Status) => `${messageId} ${phoneNumber} ${carrier}`;

  test.each([
    ['fresh', {}],
    ['pooled', { mode: 'pooled', poolSize: 20_000 }],
  ] as const)('say the same but for status and time (%s)', (_mode, mode) => {
    const count = 45_000;
    const read = (record: RecordPlan, n: number) => {
      const context = recordContext({ scenario: record.trail === undefined ? SCENARIO : 'its-lane' });
      const messages = messagesOf(record, context, 3, n);
      const statuses = messages.map(({ payload }) => decode(payload, 'avro'));
      expect(statuses.filter(({ messageId }, i) => messageId !== messages[i]!.key!.toString())).toEqual([]);
      return statuses.map(facts);
    };
    const all = read(sent(mode), count);
    expect(new Set(all).size).toBe(count);
    for (const name of ['delayed', 'failed']) {
      const record = lane(name, mode);
      const { thinning } = record.trail!;
      const theirs = read(record, keptBelow(thinning, count));
      expect(theirs).toEqual(theirs.map((_, k) => all[keptAt(thinning, k)]));
    }
  });

  test('come in the given rates, exactly over a period, in an order of the seed’s', () => {
    const outcomes = (seed: number) => {
      const { trails } = messageLifecycle.trails!(sent(), { seed, scenario: SCENARIO });
      return Object.fromEntries(trails.map(({ name, thinning }) => [name, thinning]));
    };
    const mine = outcomes(1);
    const { period } = mine.delivered!;
    const share = (name: string) => mine[name]!.kept.length / period;
    expect(['delivered', 'delayed', 'delayed-delivered', 'failed'].map(share)).toEqual([0.85, 0.1, 0.1, 0.05]);
    const everyone = [mine.delivered!, mine.delayed!, mine.failed!].flatMap(({ kept }) => [...kept]);
    expect(everyone.toSorted((a, b) => a - b)).toEqual(Array.from({ length: period }, (_, i) => i));
    expect(mine).not.toEqual(outcomes(2));
    expect(outcomes(2)).toEqual(outcomes(2));
  });

  test('are due after the given times; never delivered may be silence', () => {
    const problemsOf = (params: Record<string, unknown>) =>
      messageLifecycle.trails!(sent({ params }), identity).trails.map(({ name, delayNs, gapNs }) => [
        name,
        delayNs / 1e9,
        gapNs / 1e9,
      ]);
    expect(problemsOf({})).toEqual([
      ['delivered', 30, 30],
      ['delayed', 30, 30],
      ['delayed-delivered', 180, 150],
      ['failed', 180, 180],
    ]);
    expect(
      problemsOf({ neverDelivered: 'silent', normalDeliveryTime: '1s', delayedRate: 0, deliveredRate: 0.95 }),
    ).toEqual([['delivered', 1, 1]]);
  });

  test('take memory by the period alone, whatever is under way', () => {
    const sizeOf = (normalDeliveryTime: string, delayedDeliveryTime: string) =>
      trailsOf(sent({ params: { normalDeliveryTime, delayedDeliveryTime, maxActiveMessages: 'none' } })).reduce(
        (sum, { thinning }) => sum + thinning.kept.length,
        0,
      );
    expect(sizeOf('1ms', '2ms')).toBe(sizeOf('10h', '100h'));
    expect(sizeOf('1ms', '2ms')).toBeLessThan(20_000);
  });
});

describe('the id', () => {
  test('carries the mark, or a stand-in from the seed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{16}$/), fc.integer({ min: 0, max: 1e12 - 1 }), (runTag, index) => {
        const generator = messageLifecycle.open(sent(), { ...identity, runTag });
        const { messageId } = generator.generate(index, index, NOW_MS) as unknown as Status;
        expect(messageId).toMatch(UUID);
        expect(parseUuidMark(messageId)).toEqual({ runTag, scenarioTag: scenarioTag(SCENARIO), index });
      }),
    );
    const [unmarked] = statusesOf(sent({ mark: 'none' }), 1);
    expect(parseUuidMark(unmarked!.messageId)!.runTag).not.toBe(identity.runTag);
    expect(parseUuidMark('0123456789abcdef')).toBeUndefined();
  });

  test.each(formats)('gives its mark back from a %s payload', (format) => {
    const generator = messageLifecycle.open(lane('failed', { format }), identity);
    const payload = new Uint8Array(generator.bytesMax);
    generator.write(payload, 0, 9, 9, NOW_MS);
    const index = keptAt(lane('failed').trail!.thinning, 9);
    expect(messageLifecycle.readMark(payload, format)).toMatchObject({ runTag: identity.runTag, index });
    expect(messageLifecycle.readMark(new Uint8Array(60), format)).toBeUndefined();
  });
});

describe('keys', () => {
  test.each(['messageId', 'phoneNumber', 'carrier'])('%s is the field of the record', (field) => {
    for (const mode of [{}, { mode: 'pooled', poolSize: 10_000 }] as const) {
      const record = lane('delivered', { key: { kind: 'field', field }, ...mode });
      for (const { payload, key } of messagesOf(record, recordContext(), 2, 200)) {
        expect(key!.toString()).toBe(String(decode(payload, 'avro')[field as keyof Status]));
      }
    }
  });
});

describe('parameters', () => {
  const problemsOf = (params: object) =>
    paramsOf(messageLifecycle)
      .safeParse(params)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  test('are the ones documented, with their defaults', () => {
    expect(paramsOf(messageLifecycle).parse({})).toMatchObject({
      totalPhoneNumbers: 1000,
      maxActiveMessages: 100,
      deliveredRate: 0.85,
      delayedRate: 0.1,
      neverDeliveredRate: 0.05,
      normalDeliveryTime: '30s',
      delayedDeliveryTime: '180s',
      neverDelivered: 'failed',
    });
    expect(messageLifecycle.defaultTopic).toBe('message_status');
  });

  test('make one clear message when the rates do not make 1', () => {
    expect(problemsOf({ deliveredRate: 0.8 })).toEqual([
      ': the rates make 0.95, not 1: delivered 0.8, delayed 0.1, never delivered 0.05',
    ]);
    expect(problemsOf({ deliveredRate: 0.8, delayedRate: 0.15 })).toBeUndefined();
    expect(problemsOf({ deliveredRate: 1 / 3, delayedRate: 1 / 3, neverDeliveredRate: 1 / 3 })).toBeUndefined();
  });

  test('must be times in their order', () => {
    expect(problemsOf({ normalDeliveryTime: '5 minutes' })![0]).toContain('is not a duration');
    expect(problemsOf({ delayedDeliveryTime: '20s' })).toEqual([
      'delayedDeliveryTime: must be longer than normalDeliveryTime, 30s',
    ]);
  });
});
