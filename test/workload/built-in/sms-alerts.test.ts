import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALERT_WEIGHTS, textsOf } from '../../../src/workload/built-in/sms-alerts/alerts.ts';
import { smsAlerts } from '../../../src/workload/built-in/sms-alerts/sms-alerts.ts';
import { parseTextMark, scenarioTag } from '../../../src/workload/encoding/mark.ts';
import type { RecordPlan } from '../../../src/workload/record-plan.ts';
import { NOW_MS, RUN_TAG, recordContext, recordPlan } from '../fixture.ts';
import { bodies, type Decode, decoderOf, formats, indexes, times } from '../record-oracle.ts';
import { chiSquareZ } from '../statistics.ts';

const identity = recordContext({ scenario: 'sms-alerts' });
const plan = (overrides: Partial<RecordPlan> = {}) =>
  recordPlan({ workload: 'sms-alerts', key: { kind: 'field', field: 'phone_number' }, ...overrides });

interface SmsAlert {
  id: string;
  phone_number: string;
  alert_type: string;
  text: string;
  created_at: number;
}

const decode = decoderOf(smsAlerts, identity) as unknown as (...place: Parameters<Decode>) => SmsAlert;

const someTypes = fc.constantFrom({}, { alert_type: { weighted: { weather: 3, test: 1 } } });

function alertsOf(record: RecordPlan, count: number): SmsAlert[] {
  const generator = smsAlerts.open(record, identity);
  return Array.from({ length: count }, (_, i) => generator.generate(i, i, NOW_MS) as unknown as SmsAlert);
}

function countOf(values: Iterable<string>): Record<string, number> {
  const seen: Record<string, number> = {};
  for (const value of values) seen[value] = (seen[value] ?? 0) + 1;
  return seen;
}

describe('alerts', () => {
  test('decode to the values they were made of', () => {
    fc.assert(
      fc.property(formats, bodies, indexes, times, fc.nat(), someTypes, (format, body, i, ms, schemaId, fields) => {
        const record = plan({ format, schemaId, fields });
        expect(decode(record, body, i, ms)).toEqual(smsAlerts.open(record, identity).generate(body, i, ms));
      }),
      { numRuns: 60 },
    );
  });

  test('are the very JSON text that JSON.stringify writes', () => {
    const generator = smsAlerts.open(plan({ format: 'json' }), identity);
    const into = Buffer.alloc(generator.bytesMax);
    for (let i = 0; i < 3000; i++) {
      const text = into.toString('utf8', 0, generator.write(into, 0, i, i, NOW_MS + i));
      expect(text).toBe(JSON.stringify(generator.generate(i, i, NOW_MS + i)));
    }
  });

  test('go to valid numbers that are nobody’s, with a text of their type', () => {
    const texts = new Map(Object.keys(ALERT_WEIGHTS).map((type) => [type, new Set(textsOf(type))]));
    for (const { phone_number: phone, alert_type: type, text } of alertsOf(plan(), 5000)) {
      expect(phone).toMatch(/^\+1555[2-9]\d{6}$/);
      expect(texts.get(type)!.has(text)).toBe(true);
    }
  });

  test('have as many recipients as asked for, none of them favoured', () => {
    const phones = Object.values(
      countOf(alertsOf(plan({ params: { recipients: 50 } }), 50_000).map((a) => a.phone_number)),
    );
    expect(phones).toHaveLength(50);
    expect(Math.abs(chiSquareZ(phones))).toBeLessThan(4);
    const max = alertsOf(plan({ params: { recipients: 8_000_000 } }), 3000).map((alert) => alert.phone_number);
    expect(new Set(max).size).toBeGreaterThan(2990);
  });

  test('carry their mark, or a stand-in from the seed', () => {
    const marked = decode(plan(), 3, 123_456_789, NOW_MS).id;
    expect(parseTextMark(marked)).toEqual({
      runTag: RUN_TAG,
      scenarioTag: scenarioTag('sms-alerts'),
      index: 123_456_789,
    });
    const unmarked = decode(plan({ mark: 'none' }), 3, 5, NOW_MS).id;
    expect(unmarked).toHaveLength(marked.length);
    expect(parseTextMark(unmarked)!.runTag).not.toBe('0123456789abcdef');
  });

  test.each(['avro', 'json'] as const)('give their mark back from a %s payload', (format) => {
    const generator = smsAlerts.open(plan({ format }), identity);
    const payload = new Uint8Array(generator.bytesMax);
    generator.write(payload, 0, 9, 77, NOW_MS);
    expect(smsAlerts.readMark(payload, format)).toMatchObject({ runTag: RUN_TAG, index: 77 });
    expect(smsAlerts.readMark(new Uint8Array(12), format)).toBeUndefined();
  });

  test('keep their bytes for ever', () => {
    const first = (format: 'avro' | 'json') => {
      const generator = smsAlerts.open(plan({ format }), identity);
      const into = Buffer.alloc(generator.bytesMax);
      return [0, 1, 2].map((i) =>
        into.toString(format === 'avro' ? 'hex' : 'utf8', 0, generator.write(into, 0, i, i, NOW_MS + i)),
      );
    };
    expect(first('avro')).toMatchInlineSnapshot(`
      [
        "000000000744303132333435363738396162636465662d336333612d303030303030303030303030182b31353535373432333130310e7574696c6974799a01426f696c207761746572206e6f74696365206c696674656420666f7220436869636f2e204c657420746170732072756e20666f722066697665206d696e75746573206265666f7265207573652e8080e682b966",
        "000000000744303132333435363738396162636465662d336333612d303030303030303030303031182b31353535333637343934381a7075626c69635f73616665747974416c6c20636c65617220696e204a6f706c696e2e20546865207368656c7465722d696e2d706c616365206f726465722068617320656e6465642e8280e682b966",
        "000000000744303132333435363738396162636465662d336333612d303030303030303030303032182b31353535333135393737370e776561746865729202544f524e41444f205741524e494e4720666f72204361737320436f756e747920756e74696c20383a303020504d2e2054616b65207368656c746572206e6f7720696e206120626173656d656e74206f7220616e20696e746572696f7220726f6f6d206f6e20746865206c6f7765737420666c6f6f722e20436865636b206c6f63616c206d656469612e8480e682b966",
      ]
    `);
    expect(first('json')).toMatchInlineSnapshot(`
      [
        "{"id":"0123456789abcdef-3c3a-000000000000","phone_number":"+15557423101","alert_type":"utility","text":"Boil water notice lifted for Chico. Let taps run for five minutes before use.","created_at":1760000000000}",
        "{"id":"0123456789abcdef-3c3a-000000000001","phone_number":"+15553674948","alert_type":"public_safety","text":"All clear in Joplin. The shelter-in-place order has ended.","created_at":1760000000001}",
        "{"id":"0123456789abcdef-3c3a-000000000002","phone_number":"+15553159777","alert_type":"weather","text":"TORNADO WARNING for Cass County until 8:00 PM. Take shelter now in a basement or an interior room on the lowest floor. Check local media.","created_at":1760000000002}",
      ]
    `);
  });

  test.each(smsAlerts.keyFields)('have the text of %s as their key', (field) => {
    const generator = smsAlerts.open(plan({ key: { kind: 'field', field } }), identity);
    const into = Buffer.alloc(generator.keyBytesMax);
    for (let body = 0; body < 1000; body++) {
      const key = into.toString('utf8', 0, generator.writeKey(into, 0, body));
      expect(key).toBe(generator.generate(body, 0, NOW_MS)[field]);
    }
  });
});

describe('the weighting of alerts', () => {
  const overridden = { alert_type: { weighted: { weather: 7, test: 3 } } };

  test.each([
    [{}, ALERT_WEIGHTS],
    [overridden, overridden.alert_type.weighted],
  ])('is met by fresh records: %j', (fields, weights: Readonly<Record<string, number>>) => {
    const seen = countOf(alertsOf(plan({ fields }), 300_000).map((alert) => alert.alert_type));
    const types = Object.keys(weights);
    expect(Object.keys(seen).toSorted()).toEqual(types.toSorted());
    const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    const shares = types.map((type) => weights[type]! / total);
    const counts = types.map((type) => seen[type]!);
    expect(Math.abs(chiSquareZ(counts, shares))).toBeLessThan(4);
  });

  test('is exact over a pool, and its texts are equally frequent', () => {
    const { weightsDenominator } = smsAlerts.open(plan({ fields: overridden }), identity);
    expect(weightsDenominator).toBe(10);
    const poolSize = 2 * weightsDenominator * textsOf('weather').length * textsOf('test').length;
    const alerts = alertsOf(plan({ fields: overridden, mode: 'pooled', poolSize }), poolSize);
    expect(countOf(alerts.map((alert) => alert.alert_type))).toEqual({ weather: 0.7 * poolSize, test: 0.3 * poolSize });
    for (const [type, share] of [
      ['weather', 0.7],
      ['test', 0.3],
    ] as const) {
      const texts = textsOf(type);
      const expected = countOf(texts);
      const each = (share * poolSize) / texts.length;
      for (const text of Object.keys(expected)) expected[text]! *= Math.round(each);
      expect(countOf(alerts.filter((alert) => alert.alert_type === type).map((alert) => alert.text))).toEqual(expected);
    }
  });
});

describe('the texts of alerts', () => {
  const texts = Object.keys(ALERT_WEIGHTS).flatMap(textsOf);

  test('are filled in, plain ASCII, and fit a few SMS', () => {
    for (const text of texts) {
      expect(text).toMatch(/^[\x20-\x7e]+$/);
      expect(text).not.toMatch(/[{}]|undefined/);
      expect(text.length).toBeLessThanOrEqual(3 * 153);
    }
  });

  test('send people along a road the way it goes: even interstates east and west, odd ones north and south', () => {
    const ways = texts.flatMap((text) => {
      const road = /\bI-(\d\d)\b/.exec(text)?.[1];
      const way = / (north|south|east|west)bound|going (north|south|east|west)\b/.exec(text);
      return road === undefined || way === null ? [] : [{ road: Number(road), way: way[1] ?? way[2]! }];
    });
    expect(ways.length).toBeGreaterThan(80);
    for (const { road, way } of ways) {
      expect(road % 2 === 0 ? ['east', 'west'] : ['north', 'south'], `I-${road}`).toContain(way);
    }
  });

  test('tell of what happens there: no blizzard at the Gulf, no tornado in California', () => {
    const about = (subject: RegExp) => texts.filter((text) => subject.test(text));
    for (const text of about(/Winter storm/)) expect(text).not.toMatch(/Baton Rouge|Nueces|Mobile|Chatham|Butte/);
    for (const text of about(/tornado/i)) expect(text).not.toMatch(/Butte|Shasta|Lane|Washoe|Yakima/);
    for (const text of about(/wildfire/)) expect(text).not.toMatch(/Baton Rouge|Fargo|Cedar Rapids|Mobile/);
    for (const text of about(/Earthquake/)) expect(text).not.toMatch(/Fargo|Mobile|Baton Rouge|Duluth/);
    for (const subject of [/Winter storm/, /wildfire/, /Earthquake/]) expect(about(subject)).toHaveLength(48);
    expect(about(/tornado/i)).toHaveLength(96);
  });

  test('vary in length and in what they say', () => {
    const lengths = texts.map((text) => text.length);
    expect(Math.min(...lengths)).toBeLessThan(20);
    expect(Math.max(...lengths)).toBeGreaterThan(250);
    expect(lengths.filter((length) => length > 160).length / lengths.length).toBeGreaterThan(0.1);
    expect(new Set(texts).size).toBeGreaterThan(800);
  });
});
