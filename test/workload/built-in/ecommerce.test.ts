/** The `ecommerce` row of the workloads: its record, key, weights, places, and what agrees with what. */

import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { categories, pricesOf } from '../../../src/workload/built-in/ecommerce/catalog.ts';
import { cities } from '../../../src/workload/built-in/ecommerce/cities.ts';
import { ecommerce, ecommerceSchema } from '../../../src/workload/built-in/ecommerce/ecommerce.ts';
import { providers } from '../../../src/workload/built-in/ecommerce/visits.ts';
import type { RecordGenerator } from '../../../src/workload/definition.ts';
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../../../src/workload/encoding/stamp.ts';
import { paramsOf } from '../../../src/workload/parameters.ts';
import type { RecordPlan } from '../../../src/workload/record-plan.ts';
import { uniform01, Weights } from '../../../src/workload/weights.ts';
import { openRecords } from '../../../src/workload/workload.ts';
import { messagesOf, NOW_MS, recordContext, recordPlan, timeOf } from '../fixture.ts';
import { bodies, type Decode, decoderOf, formats, indexes, times } from '../record-oracle.ts';

const context = recordContext({ scenario: 'ecommerce' });

const plan = (overrides: Partial<RecordPlan> = {}) =>
  recordPlan({ workload: 'ecommerce', key: { kind: 'field', field: 'user_id' }, ...overrides });

interface Transaction {
  transaction_id: string;
  user_id: string;
  session_id: string;
  product_id: string;
  product_name: string;
  category_id: string;
  category_name: string;
  subcategory: string;
  brand: string;
  price: number;
  quantity: number;
  discount_applied: number;
  payment_method: string;
  payment_provider: string;
  currency: 'USD' | 'CAD' | 'GBP';
  timestamp: string;
  user_location: {
    country: string;
    state: string;
    city: string;
    zip_code: string;
    latitude: number;
    longitude: number;
  };
  device_info: { type: string; os: string; browser: string; user_agent: string };
  marketing_attribution: { campaign_id: string; channel: string; referrer: string };
}

function transactions(generator: RecordGenerator, count: number): Transaction[] {
  return Array.from({ length: count }, (_, i) => generator.generate(i, i, timeOf(i)) as unknown as Transaction);
}

const decode = decoderOf(ecommerce, context) as unknown as (...place: Parameters<Decode>) => Transaction;

const sample = transactions(ecommerce.open(plan(), context), 6_000);

/** Of what many records have the same of: each once. */
function distinct<T>(all: readonly T[]): T[] {
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}

describe('ecommerce records', () => {
  test('decode to the values they were made of', () => {
    fc.assert(
      fc.property(formats, bodies, indexes, times, fc.nat(2 ** 31 - 1), (format, body, i, ms, schemaId) => {
        const record = plan({ format, schemaId });
        expect(decode(record, body, i, ms)).toEqual(ecommerce.open(record, context).generate(body, i, ms));
      }),
      { numRuns: 200 },
    );
  });

  test('are the very JSON text that JSON.stringify writes', () => {
    const generator = ecommerce.open(plan({ format: 'json' }), context);
    const into = Buffer.alloc(generator.bytesMax);
    for (const [i, record] of sample.slice(0, 5000).entries()) {
      expect(into.toString('utf8', 0, generator.write(into, 0, i, i, timeOf(i)))).toBe(JSON.stringify(record));
    }
  });

  test('have every field of the row in its form', () => {
    for (const [i, record] of sample.entries()) {
      const time = new Date(timeOf(i));
      const user = record.user_id.slice(5);
      const category = record.category_id.slice(4);
      expect(record.timestamp).toBe(time.toISOString());
      expect(record.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(record.transaction_id).toMatch(/^txn_\d{8}_\d{9}$/);
      expect(record.transaction_id.slice(4, 12)).toBe(time.toISOString().slice(0, 10).replaceAll('-', ''));
      expect(record.user_id).toMatch(/^user_\d{9}$/);
      expect(record.session_id).toBe(`sess_${Math.floor(timeOf(i) / 1000)}_user${user}`);
      expect(record.product_id).toMatch(new RegExp(`^prod_${category}_\\d{4}$`));
      expect(record.quantity).toBeGreaterThanOrEqual(1);
      expect([0, 0.05, 0.1, 0.15, 0.2, 0.25]).toContain(record.discount_applied);
    }
  });

  test('say the date of the record, from the first to the last time there is', () => {
    const ids = [TIMESTAMP_MIN_MS, Date.UTC(2024, 1, 29, 23, 59, 59, 999), TIMESTAMP_MAX_MS].map(
      (ms) => decode(plan(), 0, 0, ms).transaction_id,
    );
    expect(ids.map((id) => id.slice(0, 13))).toEqual(['txn_20010909_', 'txn_20240229_', 'txn_20390907_']);
  });

  test('keep their bytes for ever', () => {
    const first = (format: 'avro' | 'json') => {
      const generator = ecommerce.open(plan({ format }), context);
      const into = Buffer.alloc(generator.bytesMax);
      return [0, 1].map((i) =>
        into.toString(format === 'avro' ? 'hex' : 'utf8', 0, generator.write(into, 0, i, i, NOW_MS + i)),
      );
    };
    expect(first('avro')).toMatchInlineSnapshot(`
      [
        "00000000072c74786e5f32303235313030395f3035303135323731371c757365725f3030303835323431373a736573735f313736303030303030305f757365723030303835323431372a70726f645f656c656374726f6e6963735f30303033245468696e6b50616420583120436172626f6e1e6361745f656c656374726f6e69637316456c656374726f6e6963730e4c6170746f70730c4c656e6f766f295c8fc2f51f9c4002000000000000d03f166372656469745f636172640c7374726970650655534430323032352d31302d30395430383a35333a32302e3030305a045553044e59104e657720596f726b0a3130303033b7d100de026144405d6dc5feb27f52c00c6d6f62696c6506694f530c5361666172698e024d6f7a696c6c612f352e3020286950686f6e653b20435055206950686f6e65204f532031375f37206c696b65204d6163204f53205829204170706c655765624b69742f3630352e312e313520284b48544d4c2c206c696b65204765636b6f292056657273696f6e2f31372e37204d6f62696c652f313545313438205361666172692f3630342e312073756d6d65725f73616c655f3230323414676f6f676c655f61647314676f6f676c652e636f6d",
        "00000000072c74786e5f32303235313030395f3035303135323731381c757365725f3030303432343139333a736573735f313736303030303030305f757365723030303432343139333270726f645f73706f7274735f6f7574646f6f72735f303030381850524f20596f6761204d6174266361745f73706f7274735f6f7574646f6f72732253706f7274732026204f7574646f6f727308596f67610e4d616e64756b618fc2f5285c7f5b40020000000000000000166372656469745f636172640a616479656e0655534430323032352d31302d30395430383a35333a32302e3030315a045553044e59104e657720596f726b0a31303030339b559fabad6044406519e258177f52c00c6d6f62696c6506694f530c5361666172698e024d6f7a696c6c612f352e3020286950686f6e653b20435055206950686f6e65204f532031375f37206c696b65204d6163204f53205829204170706c655765624b69742f3630352e312e313520284b48544d4c2c206c696b65204765636b6f292056657273696f6e2f31372e37204d6f62696c652f313545313438205361666172692f3630342e31086e6f6e651c6f7267616e69635f73656172636814676f6f676c652e636f6d",
      ]
    `);
    expect(first('json')).toMatchInlineSnapshot(`
      [
        "{"transaction_id":"txn_20251009_050152717","user_id":"user_000852417","session_id":"sess_1760000000_user000852417","product_id":"prod_electronics_0003","product_name":"ThinkPad X1 Carbon","category_id":"cat_electronics","category_name":"Electronics","subcategory":"Laptops","brand":"Lenovo","price":1799.99,"quantity":1,"discount_applied":0.25,"payment_method":"credit_card","payment_provider":"stripe","currency":"USD","timestamp":"2025-10-09T08:53:20.000Z","user_location":{"country":"US","state":"NY","city":"New York","zip_code":"10003","latitude":40.7579,"longitude":-73.9953},"device_info":{"type":"mobile","os":"iOS","browser":"Safari","user_agent":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Mobile/15E148 Safari/604.1"},"marketing_attribution":{"campaign_id":"summer_sale_2024","channel":"google_ads","referrer":"google.com"}}",
        "{"transaction_id":"txn_20251009_050152718","user_id":"user_000424193","session_id":"sess_1760000000_user000424193","product_id":"prod_sports_outdoors_0008","product_name":"PRO Yoga Mat","category_id":"cat_sports_outdoors","category_name":"Sports & Outdoors","subcategory":"Yoga","brand":"Manduka","price":109.99,"quantity":1,"discount_applied":0,"payment_method":"credit_card","payment_provider":"adyen","currency":"USD","timestamp":"2025-10-09T08:53:20.001Z","user_location":{"country":"US","state":"NY","city":"New York","zip_code":"10003","latitude":40.7553,"longitude":-73.9858},"device_info":{"type":"mobile","os":"iOS","browser":"Safari","user_agent":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Mobile/15E148 Safari/604.1"},"marketing_attribution":{"campaign_id":"none","channel":"organic_search","referrer":"google.com"}}",
      ]
    `);
  });

  const avroType = avsc.Type.forSchema(ecommerceSchema as unknown as avsc.Schema);

  test.each(['avro', 'json'] as const)('of a pool have the id, session and times of their message (%s)', (format) => {
    const record = plan({ format, mode: 'pooled', poolSize: 60 });
    const read = openRecords(record, context);
    for (const [i, { payload, key }] of messagesOf(record, context, 1, 200).entries()) {
      const { value } = read(i, timeOf(i));
      const decoded = format === 'avro' ? avroType.fromBuffer(payload.subarray(5)) : JSON.parse(payload.toString());
      expect(decoded).toEqual(value);
      expect(key!.toString()).toBe(value.user_id);
    }
  });
});

describe('ecommerce transactions', () => {
  const numberOf = (index: number, overrides: Partial<RecordPlan> = {}, runTag = context.runTag) =>
    Number(
      (
        ecommerce.open(plan(overrides), { ...context, runTag }).generate(0, index, NOW_MS) as unknown as Transaction
      ).transaction_id.slice(13),
    );

  test('are numbered by index: no number twice in a billion messages', () => {
    for (const index of [0, 1, 999_999_999, 123_456_789_012]) {
      expect((numberOf(index) - numberOf(0) + 1e9) % 1e9).toBe(index % 1e9);
    }
  });

  test('start at another number in every run, or with the seed when nothing marks the run', () => {
    expect(numberOf(0, {}, 'f'.repeat(16))).not.toBe(numberOf(0));
    expect(numberOf(0, { mark: 'none' }, 'f'.repeat(16))).toBe(numberOf(0, { mark: 'none' }));
  });

  test('have no room for a mark, and say so', () => {
    const generator = ecommerce.open(plan(), context);
    const payload = new Uint8Array(generator.bytesMax);
    generator.write(payload, 0, 0, 0, NOW_MS);
    expect([generator.marked, ecommerce.readMark(payload, 'avro')]).toEqual([false, undefined]);
  });
});

describe('ecommerce fields agree', () => {
  test('a product with its name, brand, category, subcategory and price range', () => {
    const seen = new Set<string>();
    for (const record of sample) {
      const category = categories.find(({ name }) => name === record.category_name)!;
      const product = category.products[Number(record.product_id.slice(-4)) - 1]!;
      expect([record.category_id, record.product_id.slice(0, -5)]).toEqual([
        `cat_${category.id}`,
        `prod_${category.id}`,
      ]);
      expect([record.product_name, record.brand, record.subcategory]).toEqual([
        product.name,
        product.brand,
        product.subcategory,
      ]);
      const { min, step, steps } = pricesOf(product, record.currency);
      const at = (Math.round(record.price * 100) - min) / step;
      expect(Number.isInteger(at) && at >= 0 && at < steps).toBe(true);
      expect(String(record.price)).toMatch(/\.99$/);
      seen.add(record.product_id);
    }
    expect(seen.size).toBe(categories.reduce((sum, { products }) => sum + products.length, 0));
  });

  test('city, state, postcode, currency and coordinates', () => {
    const form = { US: /^\d{5}$/, CA: /^[A-Z]\d[A-Z] \d[A-Z]\d$/, GB: /^[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}$/ };
    const currencyOf = { US: 'USD', CA: 'CAD', GB: 'GBP' };
    const homes = new Map<string, object>();
    for (const { user_id: user, user_location: place } of sample) {
      const home = homes.get(user) ?? place;
      if (home !== place) expect(home).toEqual(place);
      homes.set(user, place);
    }
    const stays = sample.map((record) => [record.user_location, record.currency] as const);
    for (const [place, currency] of distinct(stays)) {
      const city = cities.find(({ name }) => name === place.city)!;
      const country = place.country as keyof typeof form;
      expect([place.country, place.state, currency]).toEqual([city.country, city.state, city.currency]);
      expect(currency).toBe(currencyOf[country]);
      expect(city.postcodes).toContain(place.zip_code);
      expect(place.zip_code).toMatch(form[country]);
      expect(Math.abs(place.latitude * 1e4 - city.latitude)).toBeLessThan(city.reach + 0.5);
      expect(Math.abs(place.longitude * 1e4 - city.longitude)).toBeLessThan(city.reach + 0.5);
    }
    expect(new Set(sample.map((record) => record.user_location.city)).size).toBe(cities.length);
  });

  test('device, operating system, browser and user agent', () => {
    const system: Readonly<Record<string, RegExp>> = {
      Windows: /Windows NT/,
      macOS: /Macintosh/,
      Linux: /X11; Linux/,
      iOS: /iPhone/,
      iPadOS: /iPad/,
      Android: /Linux; Android/,
    };
    const browser: Readonly<Record<string, RegExp>> = {
      Chrome: /Chrome\/[\d.]+( Mobile)? Safari\/[\d.]+$|CriOS/,
      Edge: /Edg\//,
      Firefox: /Firefox\//,
      Safari: /Version\/[\d.]+ (Mobile\/\w+ )?Safari/,
      'Samsung Internet': /SamsungBrowser/,
    };
    const typesOf: Readonly<Record<string, readonly string[]>> = {
      iOS: ['mobile'],
      iPadOS: ['tablet'],
      Android: ['mobile', 'tablet'],
    };
    for (const device of distinct(sample.map((record) => record.device_info))) {
      for (const [os, pattern] of Object.entries(system)) {
        expect(pattern.test(device.user_agent), `${os}: ${device.user_agent}`).toBe(device.os === os);
      }
      for (const [name, pattern] of Object.entries(browser)) {
        if (name === device.browser) expect(device.user_agent).toMatch(pattern);
      }
      expect(typesOf[device.os] ?? ['desktop']).toContain(device.type);
      if (device.os === 'Android') expect(device.user_agent.includes('Mobile')).toBe(device.type === 'mobile');
    }
    expect(new Set(sample.map(({ device_info: device }) => device.os))).toEqual(new Set(Object.keys(system)));
    expect(new Set(sample.map(({ device_info: device }) => device.browser))).toEqual(new Set(Object.keys(browser)));
  });

  test('payment method, provider and device', () => {
    const payments = sample.map(
      (record) => [record.payment_method, record.payment_provider, record.device_info] as const,
    );
    for (const [method, provider, device] of distinct(payments)) {
      expect(Object.keys(providers[method]!)).toContain(provider);
      if (method === 'apple_pay')
        expect([device.browser, /iOS|macOS|iPadOS/.test(device.os)]).toEqual(['Safari', true]);
    }
  });

  test('campaign, channel and referrer', () => {
    for (const attribution of distinct(sample.map((record) => record.marketing_attribution))) {
      const unasked = ['direct', 'organic_search'].includes(attribution.channel);
      expect(attribution.campaign_id === 'none').toBe(unasked);
      expect(attribution.referrer === 'none').toBe(attribution.channel === 'direct');
      if (attribution.channel === 'google_ads') expect(attribution.referrer).toBe('google.com');
    }
  });

  test('and the instance that the row gives can occur', () => {
    expect(sample).toContainEqual(
      expect.objectContaining({
        product_name: 'MacBook Pro 14-inch',
        brand: 'Apple',
        subcategory: 'Laptops',
        price: 1999.99,
      }),
    );
    const place = expect.objectContaining({ country: 'US', state: 'CA', city: 'San Francisco', zip_code: '94105' });
    expect(sample).toContainEqual(expect.objectContaining({ user_location: place }));
    expect(sample).toContainEqual(
      expect.objectContaining({ payment_method: 'credit_card', payment_provider: 'stripe', currency: 'USD' }),
    );
    const attribution = { campaign_id: 'summer_sale_2024', channel: 'google_ads', referrer: 'google.com' };
    expect(sample).toContainEqual(expect.objectContaining({ marketing_attribution: attribution }));
    const device = expect.objectContaining({ type: 'desktop', os: 'macOS', browser: 'Chrome' });
    expect(sample).toContainEqual(expect.objectContaining({ device_info: device }));
  });
});

/** Where maps put the name of the city, in degrees. */
const centres: Readonly<Record<string, readonly [latitude: number, longitude: number]>> = {
  'New York': [40.7128, -74.006],
  'Los Angeles': [34.0522, -118.2437],
  Chicago: [41.8781, -87.6298],
  Houston: [29.7604, -95.3698],
  Phoenix: [33.4484, -112.074],
  Philadelphia: [39.9526, -75.1652],
  'San Diego': [32.7157, -117.1611],
  Dallas: [32.7767, -96.797],
  Austin: [30.2672, -97.7431],
  'San Francisco': [37.7749, -122.4194],
  Seattle: [47.6062, -122.3321],
  Denver: [39.7392, -104.9903],
  Boston: [42.3601, -71.0589],
  Miami: [25.7617, -80.1918],
  Toronto: [43.6532, -79.3832],
  Montréal: [45.5019, -73.5674],
  Calgary: [51.0447, -114.0719],
  Ottawa: [45.4215, -75.6972],
  Edmonton: [53.5461, -113.4938],
  Winnipeg: [49.8954, -97.1385],
  Vancouver: [49.2827, -123.1207],
  Halifax: [44.6488, -63.5752],
  London: [51.5074, -0.1278],
  Birmingham: [52.4862, -1.8904],
  Glasgow: [55.8642, -4.2518],
  Manchester: [53.4808, -2.2426],
  Leeds: [53.8008, -1.5491],
  Edinburgh: [55.9533, -3.1883],
  Liverpool: [53.4084, -2.9916],
  Bristol: [51.4545, -2.5879],
  Cardiff: [51.4816, -3.1791],
  Belfast: [54.5973, -5.9301],
};

/** In the middle of a water of the city, in degrees. */
const waters: readonly (readonly [city: string, water: string, latitude: number, longitude: number])[] = [
  ['New York', 'Hudson', 40.71, -74.023],
  ['New York', 'Hudson', 40.755, -74.011],
  ['New York', 'East River', 40.7061, -73.9969],
  ['New York', 'East River', 40.748, -73.964],
  ['Chicago', 'Lake Michigan', 41.88, -87.612],
  ['Philadelphia', 'Schuylkill', 39.953, -75.1815],
  ['Philadelphia', 'Delaware', 39.95, -75.135],
  ['San Diego', 'San Diego Bay', 32.713, -117.178],
  ['Austin', 'Lady Bird Lake', 30.261, -97.748],
  ['San Francisco', 'San Francisco Bay', 37.79, -122.385],
  ['Seattle', 'Elliott Bay', 47.604, -122.348],
  ['Seattle', 'Lake Union', 47.64, -122.334],
  ['Boston', 'Boston Harbor', 42.356, -71.044],
  ['Boston', 'Charles River', 42.358, -71.08],
  ['Miami', 'Biscayne Bay', 25.76, -80.18],
  ['Toronto', 'Lake Ontario', 43.635, -79.38],
  ['Montréal', 'Saint Lawrence', 45.505, -73.548],
  ['Ottawa', 'Ottawa River', 45.427, -75.705],
  ['Winnipeg', 'Red River', 49.895, -97.127],
  ['Vancouver', 'False Creek', 49.272, -123.11],
  ['Vancouver', 'Burrard Inlet', 49.295, -123.11],
  ['Halifax', 'Halifax Harbour', 44.648, -63.56],
  ['London', 'Thames', 51.5065, -0.121],
  ['Glasgow', 'Clyde', 55.8555, -4.259],
  ['Liverpool', 'Mersey', 53.405, -3.005],
  ['Cardiff', 'Cardiff Bay', 51.462, -3.17],
  ['Belfast', 'Lagan', 54.6, -5.92],
];

function lies([latitude, longitude]: readonly [number, number], city: (typeof cities)[number]): boolean {
  const reach = city.reach + 0.5;
  return Math.abs(latitude * 1e4 - city.latitude) < reach && Math.abs(longitude * 1e4 - city.longitude) < reach;
}

describe('ecommerce coordinates', () => {
  test('are near the centre of the city, and not all the same', () => {
    expect(cities.map(({ name }) => name).sort()).toEqual(Object.keys(centres).sort());
    for (const { name, latitude, longitude, reach } of cities) {
      const [north, east] = centres[name]!;
      const kmNorth = 111.2 * (latitude / 1e4 - north);
      const kmEast = 111.2 * Math.cos((north * Math.PI) / 180) * (longitude / 1e4 - east);
      expect(Math.hypot(kmNorth, kmEast), name).toBeLessThan(5);
      expect(reach, name).toBeGreaterThanOrEqual(30);
      expect(reach, name).toBeLessThanOrEqual(200);
    }
  });

  test.each(waters)('of %s are not in the water: %s', (name, _water, latitude, longitude) => {
    expect(lies([latitude, longitude], cities.find((city) => city.name === name)!)).toBe(false);
  });

  test('may be those of the instance that the row gives', () => {
    const city = cities.find(({ postcodes }) => postcodes.includes('94105'))!;
    expect([city.name, lies([37.7749, -122.4194], city)]).toEqual(['San Francisco', true]);
  });
});

describe('ecommerce catalog', () => {
  test('has at least eight products in each category, no name and no place twice', () => {
    expect(categories.map(({ name }) => name)).toEqual(Object.keys(ecommerce.weightedFields.category_name!));
    for (const { products } of categories) {
      expect(products.length).toBeGreaterThanOrEqual(8);
      for (const { dollars } of products) expect(dollars[0]).toBeLessThan(dollars[1]);
    }
    const names = categories.flatMap(({ products }) => products.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(cities.map(({ name }) => name)).size).toBe(cities.length);
    expect(cities.length).toBeGreaterThanOrEqual(25);
  });
});

describe('ecommerce keys', () => {
  test.each(ecommerce.keyFields)('are the text of %s', (field) => {
    const generator = ecommerce.open(plan({ key: { kind: 'field', field } }), context);
    const into = Buffer.alloc(generator.keyBytesMax);
    for (let body = 0; body < 1000; body++) {
      const key = into.toString('utf8', 0, generator.writeKey(into, 0, body));
      expect(key).toBe(generator.generate(body, 0, NOW_MS)[field]);
    }
  });

  test('are user_id unless told', () => {
    expect(ecommerce.defaultKey).toEqual({ kind: 'field', field: 'user_id' });
  });
});

describe('ecommerce weights', () => {
  const fields = Object.keys(ecommerce.weightedFields);
  const overridden = {
    category_name: { weighted: { Books: 3, 'Toys & Games': 1 } },
    currency: { weighted: { GBP: 1 } },
  };

  test('are those of the row', () => {
    expect(ecommerce.weightedFields).toMatchObject({
      category_name: {
        Electronics: 25,
        Clothing: 20,
        Books: 15,
        'Home & Garden': 15,
        'Sports & Outdoors': 10,
        'Beauty & Health': 10,
        'Toys & Games': 5,
      },
      payment_method: { credit_card: 60, debit_card: 25, paypal: 10, apple_pay: 5 },
    });
  });

  test.each(fields)('of %s are drawn as those of ten million records in weighting.test.ts', (field) => {
    const weights = ecommerce.weightedFields[field]!;
    const chooser = new Weights(weights);
    const uniform = uniform01(context.seed, context.scenario, field, 0);
    for (const [i, record] of sample.entries()) {
      expect(record[field as keyof Transaction]).toBe(chooser.values[chooser.pick(uniform.uniform(i))]);
    }
  });

  test.each([
    ['the defaults', {}, 20],
    ['overridden', overridden, 20],
  ])('are exact over a pool, with %s', (_what, rules, denominator) => {
    const poolSize = 15 * denominator;
    const generator = ecommerce.open(plan({ mode: 'pooled', poolSize, fields: rules }), context);
    expect(generator.weightsDenominator).toBe(denominator);
    const records = transactions(generator, poolSize);
    for (const field of fields) {
      const rule = (rules as Record<string, { weighted: Record<string, number> }>)[field];
      const weights = rule?.weighted ?? ecommerce.weightedFields[field]!;
      const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
      const seen: Record<string, number> = {};
      for (const record of records) {
        const value = String(record[field as keyof Transaction]);
        seen[value] = (seen[value] ?? 0) + 1;
      }
      expect(seen).toEqual(
        Object.fromEntries(Object.entries(weights).map(([value, weight]) => [value, (poolSize * weight) / total])),
      );
    }
  });
});

describe('ecommerce users', () => {
  test('are all that there are and no others', () => {
    const generator = ecommerce.open(
      plan({ params: { users: 100 }, fields: { currency: { weighted: { USD: 1, CAD: 1, GBP: 1 } } } }),
      context,
    );
    const users = new Set(transactions(generator, 20_000).map((record) => Number(record.user_id.slice(5))));
    expect([Math.min(...users), Math.max(...users), users.size]).toEqual([1, 100, 100]);
  });

  test('are a million unless told', () => {
    expect(paramsOf(ecommerce).parse({})).toEqual({ users: 1_000_000 });
    for (const bad of [{ users: 99 }, { users: 1.5 }, { users: 1e9 }, { user: 500 }]) {
      expect(paramsOf(ecommerce).safeParse(bad).success).toBe(false);
    }
  });
});
