import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCatalog, CATEGORIES } from '../../../src/workload/built-in/web-events/catalog.ts';
import { variants } from '../../../src/workload/built-in/web-events/variants.ts';
import { webEvents } from '../../../src/workload/built-in/web-events/web-events.ts';
import type { RecordPlan } from '../../../src/workload/record-plan.ts';
import { NOW_MS, recordContext, recordPlan } from '../fixture.ts';
import { bodies, decoderOf, formats, indexes, times } from '../record-oracle.ts';
import { chiSquareZ } from '../statistics.ts';

const identity = recordContext({ scenario: 'web-events' });
const plan = (overrides: Partial<RecordPlan> = {}) =>
  recordPlan({ workload: 'web-events', key: { kind: 'field', field: 'user_id' }, ...overrides });

interface WebEvent {
  user_id: number;
  event_type: string;
  timestamp: string;
  metadata: Record<string, string | number>;
}

const decodeRaw = decoderOf(webEvents, identity);

/** avsc names the branch of a union of records. */
function decode(...[record, ...place]: Parameters<typeof decodeRaw>): WebEvent {
  const { metadata, ...rest } = decodeRaw(record, ...place) as unknown as WebEvent;
  if (record.format === 'json') return { ...rest, metadata };
  const [branch, fields] = Object.entries(metadata as unknown as Record<string, WebEvent['metadata']>)[0]!;
  expect(branch).toBe(`load.web.${variants.find(({ type }) => type === rest.event_type)!.record}`);
  return { ...rest, metadata: { ...fields } };
}

const someTypes = fc.constantFrom({}, { event_type: { weighted: { product_view: 3, bounce: 1 } } });

function eventsOf(record: RecordPlan, count: number): WebEvent[] {
  const generator = webEvents.open(record, identity);
  return Array.from({ length: count }, (_, i) => generator.generate(i, i, NOW_MS + i) as unknown as WebEvent);
}

describe('web events', () => {
  test('decode to the values they were made of', () => {
    fc.assert(
      fc.property(formats, bodies, indexes, times, fc.nat(), someTypes, (format, body, i, ms, schemaId, fields) => {
        const record = plan({ format, schemaId, fields, params: { users: 1_000_000, products: 50 } });
        expect(decode(record, body, i, ms)).toEqual(webEvents.open(record, identity).generate(body, i, ms));
      }),
      { numRuns: 200 },
    );
  });

  test('are the very JSON text that JSON.stringify writes', () => {
    const generator = webEvents.open(plan({ format: 'json' }), identity);
    const into = Buffer.alloc(generator.bytesMax);
    for (let i = 0; i < 5000; i++) {
      const text = into.toString('utf8', 0, generator.write(into, 0, i, i, NOW_MS + i));
      expect(text).toBe(JSON.stringify(generator.generate(i, i, NOW_MS + i)));
    }
  });

  test('have values that are in range and agree with each other', () => {
    const products = new Map(buildCatalog(500).map((product) => [product.productId, product]));
    for (const [i, event] of eventsOf(plan(), 5000).entries()) {
      const { user_id: user, event_type: type, timestamp, metadata } = event;
      expect(Number.isInteger(user) && user >= 1 && user <= 1000).toBe(true);
      expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
      expect(new Date(`${timestamp.slice(0, -3)}Z`).getTime()).toBe(NOW_MS + i);
      const fields: Record<string, string[]> = {
        add_to_cart: ['product_id', 'quantity', 'price', 'session_length', 'page'],
        bounce: ['page', 'session_length', 'referrer', 'device'],
        product_view: ['product_id', 'category', 'price', 'view_duration', 'page', 'device'],
      };
      expect(Object.keys(metadata)).toEqual(fields[type]);
      const pages: Record<string, string> = {
        add_to_cart: '/products',
        bounce: '/checkout',
        product_view: '/product-detail',
      };
      expect(metadata.page).toBe(pages[type]);
      const seconds = metadata.session_length ?? metadata.view_duration;
      expect(String(seconds)).toMatch(/^\d+\.[1-9]$/);
      if (type === 'bounce') continue;
      const product = products.get(metadata.product_id as string)!;
      expect(metadata.price).toBe(product.price);
      expect(metadata.category ?? product.category).toBe(product.category);
    }
  });

  test('come from every user, about products of the whole catalogue, at every microsecond', () => {
    const [users, products, micros] = [new Uint32Array(40), new Uint32Array(30), new Uint32Array(1000)];
    for (const { user_id: user, timestamp, metadata } of eventsOf(
      plan({ params: { users: 40, products: 30 } }),
      100_000,
    )) {
      users[user - 1]!++;
      micros[Number(timestamp.slice(-3))]!++;
      if (metadata.product_id !== undefined) products[Number(String(metadata.product_id).slice(-4)) - 1]!++;
    }
    for (const seen of [users, products, micros]) expect(Math.abs(chiSquareZ(seen))).toBeLessThan(4);
  });

  test('carry no mark, and say so', () => {
    expect(webEvents.open(plan(), identity).marked).toBe(false);
    expect(webEvents.readMark(new Uint8Array(200), 'avro')).toBeUndefined();
  });

  test('keep their bytes for ever', () => {
    const first = (format: 'avro' | 'json') => {
      const generator = webEvents.open(plan({ format }), identity);
      const into = Buffer.alloc(generator.bytesMax);
      return [0, 1, 2, 3, 4].map((i) =>
        into.toString(format === 'avro' ? 'hex' : 'utf8', 0, generator.write(into, 0, i, i, NOW_MS + i)),
      );
    };
    expect(first('avro')).toMatchInlineSnapshot(`
      [
        "0000000007a0071870726f647563745f7669657734323032352d31302d30395430383a35333a32302e303030383936041250524f442d3033313908746f79738fc2f5285cdf544033333333333311401e2f70726f647563742d64657461696c0c6d6f62696c65",
        "000000000798020c626f756e636534323032352d31302d30395430383a35333a32302e30303133363802122f636865636b6f75746666666666e639400c6469726563740c6d6f62696c65",
        "00000000078c09166164645f746f5f6361727434323032352d31302d30395430383a35333a32302e303032363632001250524f442d3033393502f6285c8fc2f5174033333333335b8840122f70726f6475637473",
        "0000000007ce04166164645f746f5f6361727434323032352d31302d30395430383a35333a32302e303033363636001250524f442d3033313002cdcccccccccc1b40cdccccccccdc9840122f70726f6475637473",
        "00000000078a0f1870726f647563745f7669657734323032352d31302d30395430383a35333a32302e303034333535041250524f442d303236320c62656175747900000000000020403333333333b33c401e2f70726f647563742d64657461696c0c6d6f62696c65",
      ]
    `);
    expect(first('json')).toMatchInlineSnapshot(`
      [
        "{"user_id":464,"event_type":"product_view","timestamp":"2025-10-09T08:53:20.000896","metadata":{"product_id":"PROD-0319","category":"toys","price":83.49,"view_duration":4.3,"page":"/product-detail","device":"mobile"}}",
        "{"user_id":140,"event_type":"bounce","timestamp":"2025-10-09T08:53:20.001368","metadata":{"page":"/checkout","session_length":25.9,"referrer":"direct","device":"mobile"}}",
        "{"user_id":582,"event_type":"add_to_cart","timestamp":"2025-10-09T08:53:20.002662","metadata":{"product_id":"PROD-0395","quantity":1,"price":5.99,"session_length":779.4,"page":"/products"}}",
        "{"user_id":295,"event_type":"add_to_cart","timestamp":"2025-10-09T08:53:20.003666","metadata":{"product_id":"PROD-0310","quantity":1,"price":6.95,"session_length":1591.2,"page":"/products"}}",
        "{"user_id":965,"event_type":"product_view","timestamp":"2025-10-09T08:53:20.004355","metadata":{"product_id":"PROD-0262","category":"beauty","price":8,"view_duration":28.7,"page":"/product-detail","device":"mobile"}}",
      ]
    `);
  });

  test.each(webEvents.keyFields)('have the text of %s as their key', (field) => {
    const generator = webEvents.open(plan({ key: { kind: 'field', field } }), identity);
    const into = Buffer.alloc(generator.keyBytesMax);
    for (let body = 0; body < 1000; body++) {
      const key = into.toString('utf8', 0, generator.writeKey(into, 0, body));
      expect(key).toBe(String(generator.generate(body, 0, NOW_MS)[field]));
    }
  });
});

describe('the weighting of web events', () => {
  /** `event_type`, and `event_type.field` of every weighting with more than one value. */
  function countWeighted(events: readonly WebEvent[]): Map<string, number> {
    const seen = new Map<string, number>();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    for (const { event_type: type, metadata } of events) {
      count(type);
      for (const { name, ...field } of variants.find((variant) => variant.type === type)!.metadata) {
        if (field.kind === 'weighted') count(`${type} ${name} ${metadata[name]}`);
      }
    }
    return seen;
  }

  /** Every weighting there is, within the type it belongs to. */
  const weightings = variants.flatMap(({ type, metadata }) =>
    metadata.flatMap((field) =>
      field.kind === 'weighted' ? [{ type, name: field.name, weights: field.weights }] : [],
    ),
  );

  test('is met by fresh records', () => {
    const seen = countWeighted(eventsOf(plan(), 200_000));
    expect(Math.abs(chiSquareZ(variants.map(({ type }) => seen.get(type)!)))).toBeLessThan(4);
    for (const { type, name, weights } of weightings) {
      const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
      const values = Object.keys(weights);
      const counts = values.map((value) => seen.get(`${type} ${name} ${value}`)!);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(seen.get(type));
      const shares = values.map((value) => weights[value]! / total);
      if (values.length > 1) expect(Math.abs(chiSquareZ(counts, shares))).toBeLessThan(4);
    }
  });

  test.each([
    [{}, { add_to_cart: 1 / 3, bounce: 1 / 3, product_view: 1 / 3 }],
    [{ event_type: { weighted: { product_view: 3, bounce: 1 } } }, { product_view: 0.75, bounce: 0.25 }],
  ])('is exact over a pool, types and what depends on them: %j', (fields, shares: Record<string, number>) => {
    const { weightsDenominator } = webEvents.open(plan({ fields }), identity);
    const poolSize = 2 * weightsDenominator;
    const seen = countWeighted(eventsOf(plan({ fields, mode: 'pooled', poolSize }), poolSize));
    const expected = new Map<string, number>();
    for (const [type, share] of Object.entries(shares)) {
      expected.set(type, Math.round(share * poolSize));
      for (const weighting of weightings.filter((each) => each.type === type)) {
        const total = Object.values(weighting.weights).reduce((sum, weight) => sum + weight, 0);
        for (const [value, weight] of Object.entries(weighting.weights)) {
          expected.set(`${type} ${weighting.name} ${value}`, Math.round((share * poolSize * weight) / total));
        }
      }
    }
    expect(new Map([...seen].toSorted())).toEqual(new Map([...expected].toSorted()));
  });

  test('needs a pool that is not much larger than one has to be anyway', () => {
    expect(webEvents.open(plan(), identity).weightsDenominator).toBeLessThan(10_000);
  });
});

describe('the catalogue', () => {
  test('has one category and price for each product, whatever its size', () => {
    const catalog = buildCatalog(9999);
    expect(buildCatalog(100)).toEqual(catalog.slice(0, 100));
    expect(catalog[41]!.productId).toBe('PROD-0042');
    expect(new Set(catalog.map((product) => product.productId)).size).toBe(9999);
    expect(new Set(buildCatalog(8).map((product) => product.category))).toEqual(new Set(CATEGORIES));
    for (const { price } of catalog) {
      expect(price).toBeGreaterThanOrEqual(3);
      expect(price).toBeLessThan(2000);
      expect(Math.round(price * 100) / 100).toBe(price);
    }
  });
});
