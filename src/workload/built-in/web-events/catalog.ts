/** The shop's products: category and price of product n do not depend on the seed. */
import { CounterRng } from '../../random.ts';

export interface Product {
  /** `PROD-` and four digits. */
  readonly productId: string;
  readonly category: string;
  /** Whole cents. */
  readonly price: number;
}

/** Prices from … to, before the cents. */
const categories: readonly (readonly [name: string, min: number, max: number])[] = [
  ['electronics', 19, 1999],
  ['clothing', 9, 249],
  ['books', 4, 59],
  ['home', 7, 499],
  ['sports', 9, 699],
  ['beauty', 3, 119],
  ['toys', 4, 149],
  ['garden', 5, 399],
];

const CENTS = [0.99, 0.95, 0.49, 0.0];

export const CATEGORIES: readonly string[] = categories.map(([name]) => name);

/** Products 0..count-1, dealt over the categories in turn; cheap ones are more frequent. */
export function buildCatalog(count: number): readonly Product[] {
  const prices = new CounterRng(0, 'web-events', 'price');
  const cents = new CounterRng(0, 'web-events', 'cents');
  return Array.from({ length: count }, (_, n) => {
    const [category, min, max] = categories[n % categories.length]!;
    const whole = Math.floor(min * (max / min) ** prices.uniform(n));
    return {
      productId: `PROD-${String(n + 1).padStart(4, '0')}`,
      category,
      price: whole + CENTS[cents.below(n, CENTS.length)]!,
    };
  });
}
