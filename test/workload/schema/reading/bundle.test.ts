import { describe, expect, test } from 'vitest';
import { bundle } from '../../../../src/workload/schema/reading/bundle.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { avroRecord } from '../../avro-record.ts';

const status = { type: 'enum', name: 'Status', symbols: ['OPEN'] };
const address = avroRecord('Address', [{ name: 'street', type: 'string' }]);
const customer = {
  type: 'record',
  name: 'Customer',
  namespace: 'shop',
  fields: [
    { name: 'status', type: status },
    { name: 'address', type: ['null', 'geo.Address'] },
    { name: 'referrer', type: ['null', 'Customer'], default: null },
  ],
};
const order = {
  type: 'record',
  name: 'Order',
  namespace: 'shop',
  doc: 'Kept.',
  fields: [
    { name: 'status', type: 'Status', doc: 'Kept too.' },
    { name: 'customers', type: { type: 'array', items: 'shop.Customer' } },
    { name: 'to', type: { type: 'map', values: ['null', 'geo.Address'] } },
    { name: 'again', type: { type: 'Customer' } },
  ],
};
const geo = { ...address, namespace: 'geo' };

describe('types of several schemas', () => {
  const whole = {
    ...order,
    fields: [
      { name: 'status', type: { ...status, namespace: 'shop' }, doc: 'Kept too.' },
      {
        name: 'customers',
        type: {
          type: 'array',
          items: {
            ...customer,
            fields: [
              { name: 'status', type: 'shop.Status' },
              { name: 'address', type: ['null', geo] },
              customer.fields[2],
            ],
          },
        },
      },
      { name: 'to', type: { type: 'map', values: ['null', 'geo.Address'] } },
      { name: 'again', type: 'Customer' },
    ],
  };

  test.each([[[order, customer, geo]], [[geo, customer, order]], [[customer, order, geo]]])(
    'stand where they are first named, in whichever order they are given',
    (schemas) => {
      const bundled = bundle(schemas);
      expect(bundled).toEqual(whole);
      expect(readSchema(bundled, 'x').name).toBe('shop.Order');
    },
  );

  test('the first is the one, where no other one names any', () => {
    expect(bundle([geo, status])).toEqual(geo);
    expect(bundle([status, geo])).toEqual(status);
  });

  test('that name each other', () => {
    const a = avroRecord('A', [{ name: 'b', type: ['null', 'B'] }]);
    const b = avroRecord('B', [{ name: 'a', type: ['null', 'A'] }]);
    expect(bundle([a, b])).toMatchObject({ name: 'A', fields: [{ type: ['null', { name: 'B' }] }] });
    expect(readSchema(bundle([b, a]), 'x').name).toBe('B');
  });

  test('without a namespace stay without one inside of another', () => {
    const outer = avroRecord('n.Outer', [{ name: 'a', type: 'Address' }]);
    expect(readSchema(bundle([outer, address]), 'x').fields[0]!.node).toMatchObject({ name: 'Address' });
  });

  test('that two define in the same way are one', () => {
    const two = [
      {
        ...order,
        fields: [
          { name: 'c', type: 'Customer' },
          { name: 's', type: status },
        ],
      },
      { ...customer, fields: [{ name: 'status', type: status }] },
    ];
    expect(readSchema(bundle(two), 'x').fields[1]!.node).toMatchObject({ name: 'shop.Status' });
    const other = { ...status, symbols: ['CLOSED'] };
    const differing = [
      {
        ...order,
        fields: [
          { name: 'c', type: 'Customer' },
          { name: 's', type: other },
        ],
      },
      two[1],
    ];
    expect(() => readSchema(bundle(differing), 'x')).toThrow(
      'x: fields[1].type.name: there is a type `shop.Status` already',
    );
  });

  test('what nobody defines is left for the reader to say', () => {
    const gone = { ...order, fields: [{ name: 'a', type: 'shop.Gone' }, null, { name: 'b' }] };
    expect(bundle([gone, geo])).toEqual(gone);
    expect(bundle(['nothing'])).toBe('nothing');
  });
});
