import { defineWorkload } from 'kafka-load-engine';

const PRICES = { book: 12.5, lamp: 39, desk: 249 };

export default defineWorkload({
  description: 'orders of a small shop',
  schema: {
    type: 'record',
    name: 'Order',
    namespace: 'shop',
    fields: [
      { name: 'order_id', type: 'string' },
      { name: 'customer', type: 'int' },
      { name: 'item', type: { type: 'enum', name: 'Item', symbols: ['book', 'lamp', 'desk'] } },
      { name: 'quantity', type: 'int' },
      { name: 'total', type: 'double' },
      { name: 'ordered_at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    ],
  },
  params: {
    customers: { default: 1000, description: 'customers, numbered from 1' },
  },
  id: 'order_id',
  key: ({ random, params }) => `customer-${1 + random.below('customer', params.customers)}`,
  value: ({ random, params, timestampMs }) => {
    const item = random.weighted('item', { book: 6, lamp: 3, desk: 1 });
    const quantity = 1 + random.below('quantity', 3);
    return {
      customer: 1 + random.below('customer', params.customers),
      item,
      quantity,
      total: quantity * PRICES[item],
      ordered_at: timestampMs,
    };
  },
});
