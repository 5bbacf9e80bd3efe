/** Transactions of a web shop: the record, its schema, its parameters and its weights. The writer is record.ts. */
import type { AvroRecordSchema, WorkloadDefinition } from '../../definition.ts';
import { EcommerceRecords } from './record.ts';

export const ecommerceDefaults = { users: 1_000_000 };

const namespace = 'load.ecommerce';
const field = (type: string) => (name: string, doc: string) => ({ name, doc, type });
const string = field('string');
const double = field('double');

export const ecommerceSchema: AvroRecordSchema = {
  type: 'record',
  name: 'EcommerceTransaction',
  namespace,
  doc: 'One product bought in a web shop.',
  fields: [
    string('transaction_id', 'txn_<date in UTC>_<9 digits>.'),
    string('user_id', 'user_<9 digits>.'),
    string('session_id', 'sess_<seconds since 1970>_user<9 digits>.'),
    string('product_id', 'prod_<category>_<4 digits>.'),
    string('product_name', 'Name of the product.'),
    string('category_id', 'cat_<category>.'),
    string('category_name', 'Name of the category.'),
    string('subcategory', 'Part of the category.'),
    string('brand', 'Maker of the product; the publisher of a book.'),
    double('price', 'Of one piece before the discount, in `currency`.'),
    field('int')('quantity', 'Pieces bought.'),
    double('discount_applied', 'Share of the price taken off, from 0 to 1.'),
    string('payment_method', 'credit_card, debit_card, paypal or apple_pay.'),
    string('payment_provider', 'Who settles the payment.'),
    string('currency', 'ISO 4217 code of the customer’s country.'),
    string('timestamp', 'When it happened: ISO 8601 in UTC with milliseconds.'),
    {
      name: 'user_location',
      doc: 'Where the customer lives.',
      type: {
        type: 'record',
        name: 'UserLocation',
        namespace,
        fields: [
          string('country', 'ISO 3166-1 code.'),
          string('state', 'State, province, or country of the United Kingdom; ISO 3166-2.'),
          string('city', 'Name of the city.'),
          string('zip_code', 'ZIP code or postcode.'),
          double('latitude', 'Degrees north.'),
          double('longitude', 'Degrees east.'),
        ],
      },
    },
    {
      name: 'device_info',
      doc: 'What the customer ordered with.',
      type: {
        type: 'record',
        name: 'DeviceInfo',
        namespace,
        fields: [
          string('type', 'desktop, mobile or tablet.'),
          string('os', 'Operating system.'),
          string('browser', 'Browser.'),
          string('user_agent', 'What the browser says it is.'),
        ],
      },
    },
    {
      name: 'marketing_attribution',
      doc: 'What brought the customer to the shop.',
      type: {
        type: 'record',
        name: 'MarketingAttribution',
        namespace,
        fields: [
          string('campaign_id', 'Campaign; `none` where the customer came unasked.'),
          string('channel', 'Kind of way the customer came.'),
          string('referrer', 'Site the customer came from; `none` where there was none.'),
        ],
      },
    },
  ],
};

const weightedFields = {
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
  currency: { USD: 70, CAD: 15, GBP: 15 },
} as const;

export const ecommerce: WorkloadDefinition = {
  name: 'ecommerce',
  description: 'transactions of a web shop with customers in the United States, Canada and the United Kingdom',
  fieldNames: ecommerceSchema.fields.map(({ name }) => name),
  keyFields: ['user_id', 'product_id', 'category_id'],
  weightedFields,
  explain: {
    transaction_id: 'the date of `timestamp`, and the message index added to a number of the run, its last nine digits',
    user_id: 'one customer of `users` in the city that was drawn, all of them equally likely',
    session_id: 'the second of `timestamp`, and the customer',
    product_id: 'one product of the category, all equally likely',
    product_name: 'the product’s own',
    category_id: 'that of `category_name`',
    category_name: 'drawn by its weights',
    subcategory: 'the product’s own',
    brand: 'the product’s own',
    price: 'drawn from the product’s price range in the currency',
    quantity: 'drawn: nearly always 1 of dear products, sometimes more of cheap ones',
    discount_applied: 'drawn: seven in ten are 0',
    payment_method: 'drawn by its weights',
    payment_provider: 'drawn from those that settle this payment method',
    currency: 'drawn by its weights; it decides the country',
    timestamp: 'when the record is due (start of the run + its place in the schedule)',
    user_location:
      'a city of the country, drawn in proportion to its size; postcode and coordinates are the customer’s own',
    device_info: 'drawn, in proportion to what people use; Apple Pay needs Safari',
    marketing_attribution: 'drawn; campaign, channel and referrer belong together',
  },
  avroSchema: ecommerceSchema,
  defaultKey: { kind: 'field', field: 'user_id' },
  defaultTopic: 'transactions',
  readMark: () => undefined,
  open: (record, identity) =>
    new EcommerceRecords(record, identity, { ...ecommerceDefaults, ...record.params }.users, {
      category_name: record.fields.category_name?.weighted ?? weightedFields.category_name,
      payment_method: record.fields.payment_method?.weighted ?? weightedFields.payment_method,
      currency: record.fields.currency?.weighted ?? weightedFields.currency,
    }),
};
