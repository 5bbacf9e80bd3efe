/**
 * The types of web events, each with its `metadata` fields. A new type is a new object in `variants`: schema,
 * weights, encodings and samples follow from it.
 */
import type { Product } from './catalog.ts';

export interface EventVariant {
  /** Value of `event_type`. */
  readonly type: string;
  /** Name of the Avro record. */
  readonly record: string;
  readonly doc: string;
  readonly metadata: readonly MetadataField[];
}

export type MetadataField = { readonly name: string; readonly doc: string } & (WeightedField | DrawnField);

/** Texts with their weights, met exactly over a pool; a single one is a constant. */
interface WeightedField {
  readonly kind: 'weighted';
  readonly type: 'string';
  readonly weights: Readonly<Record<string, number>>;
}

/** A value of a list, drawn by the RNG named `drawnBy`: fields with the same RNG agree with each other. */
interface DrawnField {
  readonly kind: 'drawn';
  readonly type: 'string' | 'int' | 'double';
  readonly values: (catalog: readonly Product[]) => readonly (string | number)[];
  readonly drawnBy: string;
  /** The first values are the usual ones (a squared uniform draw), or all are equally likely. */
  readonly likely: 'first' | 'all';
}

const productId = ofProduct('product_id', 'string', 'PROD-<number>.', (product) => product.productId);
const category = ofProduct('category', 'string', 'Category of the product.', (product) => product.category);
const price = ofProduct('price', 'double', 'Price of the product.', (product) => product.price);

export const variants: readonly EventVariant[] = [
  {
    type: 'add_to_cart',
    record: 'AddToCart',
    doc: 'A product was put into the cart.',
    metadata: [
      productId,
      whole('quantity', 1, 5, 'Pieces put into the cart.'),
      price,
      tenths('session_length', 20, 1800, 'Seconds since the visit began.'),
      weighted('page', { '/products': 1 }, 'Where it happened.'),
    ],
  },
  {
    type: 'bounce',
    record: 'Bounce',
    doc: 'A visitor left without doing anything.',
    metadata: [
      weighted('page', { '/checkout': 1 }, 'Where the visitor left.'),
      tenths('session_length', 1, 60, 'Seconds since the visit began.'),
      weighted(
        'referrer',
        { google: 45, direct: 25, facebook: 10, instagram: 10, bing: 5, newsletter: 5 },
        'Where the visitor came from.',
      ),
      weighted('device', { mobile: 60, desktop: 35, tablet: 5 }, 'What the visitor used.'),
    ],
  },
  {
    type: 'product_view',
    record: 'ProductView',
    doc: 'A product was looked at.',
    metadata: [
      productId,
      category,
      price,
      tenths('view_duration', 3, 300, 'Seconds the product was looked at.'),
      weighted('page', { '/product-detail': 1 }, 'Where it happened.'),
      weighted('device', { desktop: 50, mobile: 40, tablet: 10 }, 'What the visitor used.'),
    ],
  },
];

function ofProduct(
  name: string,
  type: DrawnField['type'],
  doc: string,
  value: (product: Product) => string | number,
): MetadataField {
  return { name, doc, kind: 'drawn', type, values: (catalog) => catalog.map(value), drawnBy: 'product', likely: 'all' };
}

/** Integers from min to max, small ones more often. */
function whole(name: string, min: number, max: number, doc: string): MetadataField {
  const values = Array.from({ length: max - min + 1 }, (_, i) => min + i);
  return { name, doc, kind: 'drawn', type: 'int', values: () => values, drawnBy: name, likely: 'first' };
}

/** Numbers with one decimal, never 0, from min to max, small ones more often. */
function tenths(name: string, min: number, max: number, doc: string): MetadataField {
  const whole = Array.from({ length: 10 * (max - min) }, (_, i) => 10 * min + i);
  const values = whole.filter((n) => n % 10 !== 0).map((n) => n / 10);
  return { name, doc, kind: 'drawn', type: 'double', values: () => values, drawnBy: name, likely: 'first' };
}

function weighted(name: string, weights: Readonly<Record<string, number>>, doc: string): MetadataField {
  return { name, doc, kind: 'weighted', type: 'string', weights };
}
