/** What becomes of a schema with rules: lists, unions, switches, and records inside of their own type. */

import { describe, expect, test } from 'vitest';
import type { FieldRule, RecordPlan } from '../../../../src/workload/record-plan.ts';
import { isInItself } from '../../../../src/workload/schema/reading/avro-node.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { schemaWorkload } from '../../../../src/workload/schema/schema-workload.ts';
import { NOW_MS, recordContext, recordPlan } from '../../fixture.ts';
import { chiSquareZ } from '../../statistics.ts';
import { decoded } from '../reading/avro-schema.ts';

type Rules = Readonly<Record<string, FieldRule>>;
type Field = readonly [name: string, type: unknown];

const record = (name: string, ...fields: readonly Field[]) => ({
  type: 'record',
  name,
  fields: fields.map(([field, type]) => ({ name: field, type })),
});
const list = (items: unknown) => ({ type: 'array', items });
const symbols = (name: string, ...all: readonly string[]) => ({ type: 'enum', name, symbols: all });
const timestamp = { type: 'long', logicalType: 'timestamp-millis' };

function open(schema: unknown, fields: Rules = {}, overrides: Partial<RecordPlan> = {}) {
  const plan = recordPlan({ key: { kind: 'none' }, fields, ...overrides });
  return schemaWorkload({ schema, name: 'test', where: 'test.avsc' }).open(plan, recordContext());
}

/** Records 0…count-1 of a schema; avsc reads the first from their bytes, and JSON says the same. */
function records<T>(schema: object, fields: Rules = {}, count = 500): T[] {
  const [avro, json] = [open(schema, fields), open(schema, fields, { format: 'json' })];
  const root = readSchema(schema, 'test.avsc');
  const [bytes, text] = [Buffer.alloc(avro.bytesMax), Buffer.alloc(json.bytesMax)];
  return Array.from({ length: count }, (_, i) => {
    const value = avro.generate(i, i, NOW_MS);
    const end = avro.write(bytes, 0, i, i, NOW_MS);
    expect(end).toBeLessThanOrEqual(avro.bytesMax);
    if (i >= 50) return value as T;
    expect(decoded(schema, root, bytes.subarray(5, end))).toEqual(value);
    const textEnd = json.write(text, 0, i, i, NOW_MS);
    expect(textEnd).toBeLessThanOrEqual(json.bytesMax);
    expect(text.toString('utf8', 0, textEnd)).toBe(JSON.stringify(json.generate(i, i, NOW_MS)));
    return value as T;
  });
}

/** Whether so many of each are what the shares lead one to expect. */
function expectShares<T>(found: readonly T[], shares: ReadonlyMap<T, number>): void {
  const counts = [...shares.keys()].map((value) => found.filter((each) => each === value).length);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(found.length);
  if (counts.length > 1) expect(Math.abs(chiSquareZ(counts, [...shares.values()]))).toBeLessThan(4);
}

describe('lists', () => {
  const schema = record('R', ['list', list('boolean')], ['map', { type: 'map', values: 'int' }]);

  test('have up to three items without a rule, all numbers of them equally likely', () => {
    const found = records<{ list: boolean[]; map: object }>(schema, {}, 3000);
    const even = new Map([0, 1, 2, 3].map((count) => [count, 0.25] as const));
    expectShares(
      found.map((each) => each.list.length),
      even,
    );
    expectShares(
      found.map(({ map }) => Object.keys(map).length),
      even,
    );
    // Items differ from one another.
    expect(new Set(found.map((each) => each.list.join())).size).toBe(15);
  });

  test('of many items, and none', () => {
    const found = records<{ list: boolean[]; map: object }>(
      schema,
      { list: { length: [200, 200] }, map: { length: [0, 0] } },
      3,
    );
    for (const each of found) expect([each.list.length, each.map]).toEqual([200, {}]);
  });

  test('have room for the most that there may be of them', () => {
    const many = record('R', ['list', list('boolean')]);
    expect(open(many, { list: { length: [10_000, 10_000] } }).bytesMax).toBeGreaterThanOrEqual(5 + 3 + 10_000 + 1);
    records(many, { list: { length: [10_000, 10_000] } }, 1);
    records(record('R', ['list', list({ type: 'fixed', name: 'F', size: 3 })]), { list: { length: [63, 64] } }, 5);
  });

  test('do not make a pool larger: their weights are not met exactly', () => {
    const ruled = open(record('R', ['list', list(symbols('E', 'A', 'B'))]), { 'list[]': { weighted: { A: 1, B: 6 } } });
    expect(ruled.weightsDenominator).toBe(1);
  });
});

describe('unions', () => {
  const kind = (value: unknown) => (value === null ? 'null' : typeof value);

  test.each<[string, unknown[], FieldRule | undefined, Record<string, number>]>([
    [
      'null one time in ten, the others equally likely',
      ['long', 'string', 'null'],
      undefined,
      { null: 0.1, number: 0.45, string: 0.45 },
    ],
    [
      'as many nulls as a rule says',
      ['null', 'long', 'string'],
      { nulls: 0.4 },
      { null: 0.4, number: 0.3, string: 0.3 },
    ],
    ['no nulls, as a rule says', ['null', 'long', 'string'], { nulls: 0 }, { number: 0.5, string: 0.5 }],
    ['without null', ['boolean', 'long', 'string'], undefined, { boolean: 1 / 3, number: 1 / 3, string: 1 / 3 }],
    ['of null alone', ['null'], undefined, { null: 1 }],
    ['of one type alone', ['string'], undefined, { string: 1 }],
  ])('%s', (_, type, rule, shares) => {
    const found = records<{ either: unknown }>(record('R', ['either', type]), rule && { either: rule }, 3000);
    expectShares(
      found.map(({ either }) => kind(either)),
      new Map(Object.entries(shares)),
    );
  });

  test('weights beside nulls keep their proportions', () => {
    const found = records<{ either: string | null }>(
      record('R', ['either', ['string', 'null']]),
      { either: { weighted: { a: 6, b: 2, c: 0 }, nulls: 0.2 } },
      3000,
    );
    expectShares(
      found.map(({ either }) => either),
      new Map([
        ['a', 0.6],
        ['b', 0.2],
        [null, 0.2],
      ]),
    );
  });

  test('hold no field that every record has', () => {
    const inner = record('Inner', ['kind', symbols('Kind', 'A', 'B')]);
    const rules: Rules = { 'maybe.kind': { weighted: { A: 1, B: 1 } }, 'sure.kind': { weighted: { A: 1, B: 1 } } };
    const schema = record('R', ['maybe', ['null', inner]], ['sure', 'Inner']);
    expect(open(schema, rules).weightings!().map(({ field }) => field)).toEqual(['sure.kind']);
  });
});

describe('weights', () => {
  const schema = record('R', ['status', symbols('Status', 'OPEN', 'PAID', 'SHIPPED')], ['count', 'int']);

  test('come out even as they are written, not as decimals', () => {
    expect(open(schema, { status: { weighted: { OPEN: 1, PAID: 2, SHIPPED: 4 } } }).weightsDenominator).toBe(7);
  });

  test('that are too small to count move no other value', () => {
    const found = records<{ status: string }>(schema, { status: { weighted: { OPEN: 1, PAID: 1e-9, SHIPPED: 1 } } });
    expect(new Set(found.map(({ status }) => status))).toEqual(new Set(['OPEN', 'SHIPPED']));
  });

  test('under a switch do not make a pool larger', () => {
    const count: FieldRule = { switch: { field: 'status', cases: { OPEN: { weighted: { 1: 1, 2: 6 } } } } };
    expect(open(schema, { count }).weightsDenominator).toBe(1);
  });
});

describe('a switch', () => {
  const status: Field = ['status', symbols('Status', 'OPEN', 'PAID')];

  test('over a list: the rules for its items hold in every case', () => {
    interface Order {
      status: string;
      lines: { price: number; kind: string; gift: number }[];
    }
    const line = record('Line', ['price', 'int'], ['kind', symbols('Kind', 'A', 'B')], ['gift', 'int']);
    const found = records<Order>(record('Order', status, ['lines', list(line)]), {
      lines: { switch: { field: 'status', cases: { OPEN: { length: [1, 1] } }, default: { length: [2, 4] } } },
      'lines[].price': { range: [1, 3] },
      'lines[].gift': {
        switch: { field: 'lines[].kind', cases: { A: { constant: 1 } }, default: { constant: 0 } },
      },
    });
    expect(new Set(found.flatMap(({ lines }) => lines.map(({ price }) => price)))).toEqual(new Set([1, 2, 3]));
    for (const order of found) {
      expect(order.lines.length === 1).toBe(order.status === 'OPEN');
      for (const { kind, gift } of order.lines) expect(gift).toBe(kind === 'A' ? 1 : 0);
    }
  });

  test('looks at the record that it is in, of several inside of one another', () => {
    interface Order {
      status: string;
      at: { status: string };
      lines: { of: string; at: string }[];
      parts: Order[];
      more: Order | null;
    }
    const line = record('Line', ['of', 'string'], ['at', 'string']);
    const follow = (field: string): FieldRule => ({
      switch: { field, cases: { OPEN: { constant: 'OPEN' } }, default: { constant: 'PAID' } },
    });
    const schema = record(
      'Order',
      status,
      ['at', record('At', ['status', 'Status'])],
      ['parts', list('Order')],
      ['more', ['null', 'Order']],
      ['lines', list(line)],
    );
    const found = records<Order>(schema, { 'lines[].of': follow('status'), 'lines[].at': follow('at.status') }, 100);
    const all = (order: Order): Order[] => [
      order,
      ...[...order.parts, ...(order.more ? [order.more] : [])].flatMap(all),
    ];
    const orders = found.flatMap(all);
    expect(orders.length).toBeGreaterThan(300);
    for (const order of orders) {
      for (const each of order.lines) expect(each).toEqual({ of: order.status, at: order.at.status });
    }
  });

  test('the record inside of itself may be another than the outermost', () => {
    interface Chain {
      kind: string;
      links: { of: string; outer: string }[];
      next: Chain | null;
    }
    const link = record('Link', ['of', 'string'], ['outer', 'string']);
    const chain = record('Chain', ['kind', 'Status'], ['links', list(link)], ['next', ['null', 'Chain']]);
    const follow = (field: string): FieldRule => ({
      switch: { field, cases: { OPEN: { constant: 'OPEN' } }, default: { constant: 'PAID' } },
    });
    interface Order {
      status: string;
      parts: Order[];
      chain: Chain;
    }
    const schema = record('Order', status, ['parts', list('Order')], ['chain', chain]);
    const all = (order: Order): Order[] => [order, ...order.parts.flatMap(all)];
    const rules: Rules = { 'chain.links[].of': follow('chain.kind'), 'chain.links[].outer': follow('status') };
    for (const order of records<Order>(schema, rules, 200).flatMap(all)) {
      for (let at: Chain | null = order.chain; at !== null; at = at.next) {
        for (const each of at.links) expect(each).toEqual({ of: at.kind, outer: order.status });
      }
    }
  });

  test('says what is null in each case, the whole rule where a case does not', () => {
    const found = records<{ status: string; note: string | null }>(
      record('Order', status, ['note', ['null', 'string']]),
      {
        note: {
          nulls: 1,
          switch: { field: 'status', cases: { OPEN: { pattern: 'x', nulls: 0 } }, default: { pattern: 'y' } },
        },
      },
    );
    for (const each of found) expect(each.note).toBe(each.status === 'OPEN' ? 'x' : null);
  });

  test('a record that is null is in no case', () => {
    const home = record('Home', ['city', 'string']);
    const found = records<{ home: object | null; tongue: string }>(
      record('Person', ['home', ['null', home]], ['tongue', 'string']),
      {
        home: { constant: { city: 'Bern' }, nulls: 0.5 },
        tongue: { switch: { field: 'home.city', cases: { Bern: { constant: 'de' } }, default: { constant: 'fr' } } },
      },
    );
    for (const each of found) expect(each.tongue).toBe(each.home === null ? 'fr' : 'de');
    expect(new Set(found.map(({ tongue }) => tongue)).size).toBe(2);
  });

  test('has room for its longest case, in the record and in the key', () => {
    const rule: FieldRule = {
      switch: { field: 'status', cases: { OPEN: { pattern: 'x' } }, default: { pattern: '€{50}' } },
    };
    const schema = record('Order', status, ['code', 'string']);
    records(schema, { code: rule }, 50);
    const key = { kind: 'field', field: 'code' } as const;
    const generator = open(schema, { code: rule }, { key });
    const into = Buffer.alloc(generator.keyBytesMax);
    for (let i = 0; i < 50; i++) {
      const { code } = generator.generate(i, i, NOW_MS);
      const end = generator.writeKey(into, 0, i);
      expect(end).toBeLessThanOrEqual(generator.keyBytesMax);
      expect(into.toString('utf8', 0, end)).toBe(code);
    }
  });

  test('of a pooled record follows its body', () => {
    const rules: Rules = {
      'lines[]': { switch: { field: 'status', cases: { OPEN: { constant: 1 } }, default: { constant: 2 } } },
    };
    const generator = open(record('Order', status, ['lines', list('int')]), rules, { mode: 'pooled', poolSize: 20 });
    for (let body = 0; body < 20; body++) {
      const value = generator.generate(body, body + 7, NOW_MS) as { status: string; lines: number[] };
      for (const each of value.lines) expect(each).toBe(value.status === 'OPEN' ? 1 : 2);
    }
  });
});

describe('a record inside its own type', () => {
  interface Node {
    label: string;
    note: string | null;
    next: Node | null;
  }
  const schema = record('Node', ['label', 'string'], ['note', ['null', 'string']], ['next', ['null', 'Node']]);
  const chain = (node: Node): Node[] => [node, ...(node.next === null ? [] : chain(node.next))];

  test('ends where its depth does, though it is never null', () => {
    for (const node of records<Node>(schema, { next: { nulls: 0 } }, 50)) expect(chain(node).length).toBe(4);
  });

  test('has there what is drawn, of unions that do not lead back', () => {
    const deepest = records<Node>(schema, { next: { nulls: 0 } }, 300).map((node) => chain(node).at(-1)!);
    expect(new Set(deepest.map(({ note }) => note === null))).toEqual(new Set([true, false]));
    const longer = records<Node>(schema, { next: { nulls: 0 }, note: { pattern: '€{90}' } }, 50);
    for (const { note } of longer.flatMap(chain)) expect(note).toBe('€'.repeat(90));
  });

  test('has room there for each branch of unions that do not lead back', () => {
    const either = ['boolean', { type: 'fixed', name: 'Big', size: 100 }];
    records(record('Node', ['either', either], ['next', ['null', 'Node']]), { next: { nulls: 0 } }, 300);
  });

  test('has room for the mark of the outermost one', () => {
    const tree = record('Tree', ['id', 'string'], ['parts', list('Tree')]);
    records(tree, { parts: { length: [0, 0] } }, 1);
  });

  test('is less deep where a list in one case would make it large', () => {
    const tree = record('Tree', ['deep', 'boolean'], ['parts', list('Tree')]);
    const parts: FieldRule = {
      switch: { field: 'deep', cases: { true: { length: [30, 30] } }, default: { length: [0, 0] } },
    };
    expect(open(tree, { parts }).bytesMax).toBeLessThan(64 * 1024);
  });

  test('may come by way of anything', () => {
    const inItself = (next: unknown) =>
      isInItself(readSchema(record('Node', ['x', 'int'], ['next', next]), 'test.avsc'));
    const between = record('Between', ['back', ['int', 'Node']]);
    const far = [
      list('Node'),
      { type: 'map', values: 'Node' },
      ['null', 'Node'],
      between,
      list({ type: 'map', values: between }),
    ];
    for (const next of far) expect(inItself(next)).toBe(true);
    const leaf = record('Leaf', ['x', 'int']);
    for (const next of ['int', leaf, list(leaf), ['null', leaf]]) expect(inItself(next)).toBe(false);
  });

  test('ends by the branch that ends soonest, whichever it is', () => {
    const deep = record('Deep', ['in', record('In', ['in', record('In2', ['x', 'int'])])]);
    const tree = record('Tree', ['next', ['Tree', record('Flat', ['y', 'int']), deep]]);
    interface Tree {
      next: Tree;
    }
    const end = (tree: Tree, depth = 0): [object, number] =>
      'next' in tree ? end(tree.next, depth + 1) : [tree, depth];
    const ends = records<Tree>(tree).map((each) => end(each));
    expect(new Set(ends.map(([each]) => Object.keys(each).join()))).toEqual(new Set(['in', 'y']));
    for (const [each, depth] of ends) if (depth === 4) expect(Object.keys(each)).toEqual(['y']);
    expect(ends.some(([, depth]) => depth === 4)).toBe(true);
  });

  test('has its times renewed in a pool at every depth', () => {
    const timed = record('Timed', ['at', timestamp], ['next', ['null', 'Timed']], ['parts', list('Timed')]);
    const rules: Rules = { parts: { length: [0, 1] } };
    const plan = recordPlan({ key: { kind: 'none' }, fields: rules, mode: 'pooled', poolSize: 30 });
    const workload = schemaWorkload({ schema: timed, name: 'timed', where: 'timed.avsc' });
    const generator = workload.open(plan, recordContext());
    const bytes = Buffer.alloc(generator.bytesMax);
    const root = readSchema(timed, 'timed.avsc');
    interface Timed {
      at: number;
      next: Timed | null;
      parts: Timed[];
    }
    const times = (each: Timed): number[] => [
      each.at,
      ...(each.next ? times(each.next) : []),
      ...each.parts.flatMap(times),
    ];
    const counts = Array.from({ length: 30 }, (_, body) => {
      const end = generator.write(bytes, 0, body, body, NOW_MS);
      const found = times(decoded(timed, root, bytes.subarray(5, end)) as Timed);
      expect(new Set(found)).toEqual(new Set([NOW_MS]));
      return found.length;
    });
    expect(Math.max(...counts)).toBeGreaterThan(4);
    expect(generator.stamps.length).toBeGreaterThanOrEqual(Math.max(...counts));
  });
});

describe('stamps', () => {
  const timed = (name: string, count: number) =>
    record(name, ...Array.from({ length: count }, (_, i): Field => [`at${i}`, timestamp]));
  const stampsOf = (schema: unknown, fields: Rules = {}) => open(schema, fields).stamps.length;

  test('are as many as a record can have at once', () => {
    expect(stampsOf(timed('R', 3))).toBe(3);
    expect(stampsOf(record('R', ['either', [timed('A', 2), timed('B', 5), 'null']]))).toBe(5);
    expect(stampsOf(record('R', ['list', list(timed('A', 2))]), { list: { length: [0, 4] } })).toBe(8);
    const rule: FieldRule = {
      switch: { field: 'kind', cases: { A: { range: [1, 2] }, B: { constant: 1 } } },
    };
    expect(stampsOf(record('R', ['kind', 'string'], ['at', timestamp]), { at: rule })).toBe(1);
    const other: FieldRule = {
      switch: { field: 'kind', cases: { A: { length: [1, 2] } }, default: { length: [3, 5] } },
    };
    expect(stampsOf(record('R', ['kind', 'string'], ['list', list(timed('A', 1))]), { list: other })).toBe(5);
  });
});
