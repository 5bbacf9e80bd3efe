import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { atm } from '../../../src/workload/built-in/atm/atm.ts';
import { buildFleet, currencies, REGION_COUNT } from '../../../src/workload/built-in/atm/fleet.ts';
import { parseTextMark, scenarioTag } from '../../../src/workload/encoding/mark.ts';
import { paramsOf } from '../../../src/workload/parameters.ts';
import type { RecordPlan } from '../../../src/workload/record-plan.ts';
import { NOW_MS, recordContext, recordPlan } from '../fixture.ts';
import { bodies, type Decode, decoderOf, formats, indexes, times } from '../record-oracle.ts';
import { chiSquareZ } from '../statistics.ts';

const identity = recordContext();

interface AtmRecord {
  transaction_id: string;
  atm_id: string;
  region_id: string;
  amount: number;
  status_code: string;
  user_id: string;
  card_number: string;
  transaction_type: string;
  location: string;
  currency: keyof typeof currencies;
  timestamp: number;
}

const decode = decoderOf(atm, identity) as unknown as (...place: Parameters<Decode>) => AtmRecord;

describe('atm records', () => {
  test('decode to the values they were made of', () => {
    fc.assert(
      fc.property(
        formats,
        bodies,
        indexes,
        times,
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        (format, body, i, ms, id) => {
          const record = recordPlan({ format, schemaId: id });
          expect({ ...decode(record, body, i, ms) }).toEqual(atm.open(record, identity).generate(body, i, ms));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('are the very JSON text that JSON.stringify writes', () => {
    const generator = atm.open(recordPlan({ format: 'json' }), identity);
    const into = Buffer.alloc(generator.bytesMax);
    for (let i = 0; i < 5000; i++) {
      const text = into.toString('utf8', 0, generator.write(into, 0, i, i, NOW_MS + i));
      expect(text).toBe(JSON.stringify(generator.generate(i, i, NOW_MS + i)));
    }
  });

  test('have values that are in range and agree with each other', () => {
    const sites = new Map(buildFleet(100).map((site) => [site.atmId, site]));
    const cards = new Map<string, string>();
    const generator = atm.open(recordPlan(), identity);
    for (let i = 0; i < 5_000; i++) {
      const record = generator.generate(i, i, NOW_MS) as unknown as AtmRecord;
      const site = sites.get(record.atm_id)!;
      expect([record.region_id, record.location, record.currency]).toEqual([
        site.regionId,
        site.location,
        site.currency,
      ]);
      expect(record.user_id).toMatch(/^user_\*{4}\d{6}$/);
      expect(record.card_number).toMatch(/^(\*{4}-){3}\d{4}$/);
      expect(cards.get(record.user_id) ?? record.card_number).toBe(record.card_number);
      cards.set(record.user_id, record.card_number);
      expectPlausibleAmount(record);
    }
  });

  test('carry their mark, or a stand-in from the seed', () => {
    const marked = decode(recordPlan(), 3, 123_456_789, NOW_MS).transaction_id;
    expect(parseTextMark(marked)).toEqual({
      runTag: '0123456789abcdef',
      scenarioTag: scenarioTag('atm'),
      index: 123_456_789,
    });
    const unmarked = decode(recordPlan({ mark: 'none' }), 3, 5, NOW_MS).transaction_id;
    expect(unmarked).toHaveLength(marked.length);
    expect(parseTextMark(unmarked)!.runTag).not.toBe('0123456789abcdef');
  });

  test.each(['avro', 'json'] as const)('give their mark back from a %s payload', (format) => {
    const generator = atm.open(recordPlan({ format }), identity);
    const payload = new Uint8Array(generator.bytesMax);
    generator.write(payload, 0, 9, 77, NOW_MS);
    expect(atm.readMark(payload, format)).toMatchObject({ runTag: '0123456789abcdef', index: 77 });
    expect(atm.readMark(new Uint8Array(12), format)).toBeUndefined();
  });

  test('keep their bytes for ever', () => {
    const first = (format: 'avro' | 'json') => {
      const generator = atm.open(recordPlan({ format }), identity);
      const into = Buffer.alloc(generator.bytesMax);
      return [0, 1, 2].map((i) =>
        into.toString(format === 'avro' ? 'hex' : 'utf8', 0, generator.write(into, 0, i, i, NOW_MS + i)),
      );
    };
    expect(first('avro')).toMatchInlineSnapshot(`
      [
        "000000000744303132333435363738396162636465662d396436302d3030303030303030303030301041544d2d303037361a627269746973682d69736c65730000000000c072400e535543434553531e757365725f2a2a2a2a303538373330262a2a2a2a2d2a2a2a2a2d2a2a2a2a2d39303935145749544844524157414c384d61726b6574205371756172652c204564696e62757267682c204742064742508080e682b966",
        "000000000744303132333435363738396162636465662d396436302d3030303030303030303030311041544d2d3030333618617369612d70616369666963000000000082d4400e535543434553531e757365725f2a2a2a2a303937333136262a2a2a2a2d2a2a2a2a2d2a2a2a2a2d31353035145749544844524157414c24416972706f72742c20546f6b796f2c204a50064a50598280e682b966",
        "000000000744303132333435363738396162636465662d396436302d3030303030303030303030321041544d2d303037350c63616e61646148e17a14ae4da5400e535543434553531e757365725f2a2a2a2a303432333931262a2a2a2a2d2a2a2a2a2d2a2a2a2a2d363539390e4445504f53495438427573696e657373205061726b2c2056616e636f757665722c204341064341448480e682b966",
      ]
    `);
    expect(first('json')).toMatchInlineSnapshot(`
      [
        "{"transaction_id":"0123456789abcdef-9d60-000000000000","atm_id":"ATM-0076","region_id":"british-isles","amount":300,"status_code":"SUCCESS","user_id":"user_****058730","card_number":"****-****-****-9095","transaction_type":"WITHDRAWAL","location":"Market Square, Edinburgh, GB","currency":"GBP","timestamp":1760000000000}",
        "{"transaction_id":"0123456789abcdef-9d60-000000000001","atm_id":"ATM-0036","region_id":"asia-pacific","amount":21000,"status_code":"SUCCESS","user_id":"user_****097316","card_number":"****-****-****-1505","transaction_type":"WITHDRAWAL","location":"Airport, Tokyo, JP","currency":"JPY","timestamp":1760000000001}",
        "{"transaction_id":"0123456789abcdef-9d60-000000000002","atm_id":"ATM-0075","region_id":"canada","amount":2726.84,"status_code":"SUCCESS","user_id":"user_****042391","card_number":"****-****-****-6599","transaction_type":"DEPOSIT","location":"Business Park, Vancouver, CA","currency":"CAD","timestamp":1760000000002}",
      ]
    `);
  });
});

function expectPlausibleAmount({ amount, transaction_type: type, currency }: AtmRecord): void {
  const { note, unit, hundredths } = currencies[currency];
  const cents = Math.round(amount * 100);
  expect(cents / 100).toBe(amount);
  if (!hundredths) expect(Number.isInteger(amount)).toBe(true);
  if (type === 'BALANCE_INQUIRY') expect(amount).toBe(0);
  if (type === 'WITHDRAWAL') {
    expect(cents % note).toBe(0);
    expect(cents / note).toBeGreaterThanOrEqual(1);
    expect(cents / note).toBeLessThanOrEqual(40);
  }
  if (type === 'DEPOSIT') expect(cents >= 10 * unit && cents <= 5_000 * unit).toBe(true);
  if (type === 'TRANSFER') expect(cents >= unit && cents <= 10_000 * unit).toBe(true);
}

/** The slow way: the region of a card holder; undefined for a traveller. */
function homesOf(users: number, atms: number): (number | undefined)[] {
  const residents = users - Math.floor(users / 50);
  const standing = Array.from({ length: atms }, (_, machine) => machine % REGION_COUNT).sort();
  // As if people and machines stood in two rows of one length, and each lived at the machine opposite.
  return Array.from({ length: users }, (_, user) =>
    user < residents ? standing[Math.floor(((user + 0.5) * atms) / residents)]! : undefined,
  );
}

/** How likely each card holder is, by the machines it comes to. */
function likelihoodOf(users: number, atms: number): number[] {
  const homes = homesOf(users, atms);
  const residents = homes.filter((home) => home !== undefined).length;
  const numbers = [...homes.keys()];
  const likely = new Array<number>(users).fill(0);
  for (let atm = 0; atm < atms; atm++) {
    const own = numbers.filter((user) => homes[user] === atm % REGION_COUNT);
    const travelling = own.length === 0 ? numbers : numbers.slice(residents);
    for (const user of own) likely[user]! += residents / users / own.length / atms;
    for (const user of travelling) likely[user]! += 1 / users / atms;
  }
  return likely;
}

function withdrawals(params: Partial<Record<'users' | 'atms', number>>, count: number) {
  const generator = atm.open(recordPlan({ params }), identity);
  return Array.from({ length: count }, (_, i) => {
    const { user_id: user, atm_id: machine } = generator.generate(i, i, NOW_MS) as unknown as AtmRecord;
    return { user: Number(user.slice(-6)), atm: Number(machine.slice(4)) - 1 };
  });
}

describe('atm card holders', () => {
  test.each([
    [40, 100],
    [600, 100],
    [1_000, 6],
    [333, 17],
    [61, 4],
    [50, 1],
    [7, 10_000],
    [3, 100],
    [1, 100],
    [1, 1],
  ])('%i at %i machines come as often as they should, and all of them do', (users, atms) => {
    const seen = new Uint32Array(users);
    for (const { user } of withdrawals({ users, atms }, 100_000)) seen[user]!++;
    const likely = likelihoodOf(users, atms);
    expect(likely.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
    expect(seen.every((count) => count > 0)).toBe(true);
    if (users > 1) expect(Math.abs(chiSquareZ(seen, likely))).toBeLessThan(4);
  });

  test('are equally likely with the defaults', () => {
    const [remainders, hundreds] = [new Uint32Array(1_000), new Uint32Array(1_000)];
    for (const { user } of withdrawals({}, 100_000)) {
      remainders[user % 1_000]!++;
      hundreds[Math.floor(user / 100)]!++;
    }
    for (const seen of [remainders, hundreds]) expect(Math.abs(chiSquareZ(seen))).toBeLessThan(4);
  });

  test.each([100, 97, 6, 4])('stay in their region but for one in fifty, who comes anywhere (%i machines)', (atms) => {
    const regionsOf = new Map<number, Set<number>>();
    let abroad = 0;
    const homes = homesOf(1_000, atms);
    const records = withdrawals({ users: 1_000, atms }, 100_000);
    for (const { user, atm: machine } of records) {
      regionsOf.set(user, (regionsOf.get(user) ?? new Set()).add(machine % REGION_COUNT));
      if (machine % REGION_COUNT !== homes[user]) abroad++;
    }
    for (const [user, seen] of regionsOf) expect(seen.size).toBe(user < 980 ? 1 : Math.min(atms, REGION_COUNT));
    expect(Math.abs(abroad / records.length - 0.02)).toBeLessThan(0.002);
  });

  test('have one card each, wherever they are', () => {
    const generator = atm.open(recordPlan({ params: { users: 500 } }), identity);
    const cards = new Map<string, Set<string>>();
    for (let i = 0; i < 20_000; i++) {
      const { user_id: user, card_number: card } = generator.generate(i, i, NOW_MS) as unknown as AtmRecord;
      cards.set(user, (cards.get(user) ?? new Set()).add(card));
    }
    expect([cards.size, Math.max(...[...cards.values()].map((each) => each.size))]).toEqual([500, 1]);
  });
});

describe('atm keys', () => {
  test.each(atm.keyFields)('are the text of %s', (field) => {
    const generator = atm.open(recordPlan({ key: { kind: 'field', field } }), identity);
    const into = Buffer.alloc(generator.keyBytesMax);
    for (let body = 0; body < 1000; body++) {
      const key = into.toString('utf8', 0, generator.writeKey(into, 0, body));
      expect(key).toBe(generator.generate(body, 0, NOW_MS)[field]);
    }
  });
});

describe('atm weights', () => {
  const overridden = { status_code: { weighted: { SUCCESS: 94, FAILED: 4, TIMEOUT: 2 } } };

  const plain = recordPlan();
  const drawn = new Map<RecordPlan, Readonly<Record<string, ReadonlyMap<string, number>>>>();

  /** A million records of each plan, drawn once. */
  function countsOf(record: RecordPlan): Readonly<Record<string, ReadonlyMap<string, number>>> {
    const counts = drawn.get(record) ?? countValues(record);
    drawn.set(record, counts);
    return counts;
  }

  function countValues(record: RecordPlan) {
    const generator = atm.open(record, identity);
    const counted = () => new Map<string, number>();
    const counts = { status_code: counted(), transaction_type: counted(), region_id: counted(), atm_id: counted() };
    const fields = Object.entries(counts);
    for (let i = 0; i < 1_000_000; i++) {
      const values = generator.generate(i, i, NOW_MS);
      for (const [field, seen] of fields) {
        const value = values[field] as string;
        seen.set(value, (seen.get(value) ?? 0) + 1);
      }
    }
    return counts;
  }

  test.each<[string, RecordPlan, Readonly<Record<string, number>>]>([
    ['status_code', plain, atm.weightedFields.status_code!],
    ['status_code', recordPlan({ fields: overridden }), overridden.status_code.weighted],
    ['transaction_type', plain, atm.weightedFields.transaction_type!],
    ['region_id', recordPlan({ params: { atms: 6 } }), regionShares(6)],
    ['atm_id', plain, Object.fromEntries(buildFleet(100).map((site) => [site.atmId, 1]))],
  ])('of %s are met by a million fresh records', (field, record, weights) => {
    const values = Object.keys(weights);
    const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    const counts = countsOf(record)[field]!;
    expect([...counts.keys()].filter((value) => !values.includes(value))).toEqual([]);
    const seen = values.map((value) => counts.get(value) ?? 0);
    const shares = values.map((value) => weights[value]! / total);
    expect(Math.abs(chiSquareZ(seen, shares))).toBeLessThan(4);
  });

  test('are exact over a pool', () => {
    const fresh = atm.open(recordPlan({ fields: overridden }), identity);
    expect(fresh.weightsDenominator).toBe(100);
    const poolSize = 5 * fresh.weightsDenominator;
    const pooled = atm.open(recordPlan({ mode: 'pooled', poolSize, fields: overridden }), identity);
    const records = Array.from({ length: poolSize }, (_, body) => pooled.generate(body, body, NOW_MS));
    const count = (field: string) => {
      const seen: Record<string, number> = {};
      for (const record of records) seen[record[field] as string] = (seen[record[field] as string] ?? 0) + 1;
      return seen;
    };
    expect(count('status_code')).toEqual({ SUCCESS: 470, FAILED: 20, TIMEOUT: 10 });
    expect(count('transaction_type')).toEqual({ WITHDRAWAL: 275, BALANCE_INQUIRY: 125, DEPOSIT: 75, TRANSFER: 25 });
    expect(count('atm_id')).toEqual(Object.fromEntries(buildFleet(100).map((site) => [site.atmId, 5])));
  });
});

function regionShares(atms: number): Record<string, number> {
  return Object.fromEntries(buildFleet(atms).map((site) => [site.regionId, 1]));
}

describe('the fleet', () => {
  test('has one region, location and currency for each machine, whatever its size', () => {
    const fleet = buildFleet(1000);
    expect(buildFleet(100)).toEqual(fleet.slice(0, 100));
    expect(new Set(fleet.map((site) => site.atmId)).size).toBe(1000);
    expect(new Set(fleet.map((site) => site.location)).size).toBe(1000);
    expect(new Set(buildFleet(100).map((site) => site.regionId)).size).toBe(REGION_COUNT);
  });

  test('stands at places as one calls them there', () => {
    for (const { location } of buildFleet(1000)) {
      expect(location).not.toMatch(location.endsWith('US') ? /Centre/ : /Center\b/);
      if (/ (US|CA|JP|SG|AU)$/.test(location)) expect(location).not.toMatch(/Central Station|Market Square/);
    }
  });

  test('pays in the currency of the country', () => {
    const currencyOf = { US: 'USD', CA: 'CAD', GB: 'GBP', IE: 'EUR', DE: 'EUR', AT: 'EUR', FR: 'EUR', CH: 'CHF' };
    const east = { JP: 'JPY', SG: 'SGD', AU: 'AUD' };
    const expected: Readonly<Record<string, string>> = { ...currencyOf, ...east };
    for (const site of buildFleet(300)) expect(site.currency).toBe(expected[site.location.slice(-2)]);
  });
});

describe('atm parameters', () => {
  test('have defaults, and refuse what is out of range or unknown', () => {
    expect(paramsOf(atm).parse({})).toEqual({ atms: 100, users: 100_000 });
    for (const bad of [{ atms: 0 }, { atms: 1.5 }, { users: 1_000_001 }, { atm: 5 }]) {
      expect(paramsOf(atm).safeParse(bad).success).toBe(false);
    }
  });
});
