/** All choices of a record, as a function of the body; both formats are written from them. */

import type { RecordIdentity } from '../../definition.ts';
import { CounterRng } from '../../random.ts';
import type { RecordPlan } from '../../record-plan.ts';
import { type Weighting, weightingOf } from '../../weighting.ts';
import { leastCommonMultiple, type Uniform, uniform01, Weights } from '../../weights.ts';
import { type Currency, categories, pricesOf } from './catalog.ts';
import { cities } from './cities.ts';
import { attributions, CHEAP_DOLLARS, devices, discounts, providers, quantities, takesDevice } from './visits.ts';

export interface EcommerceWeights {
  readonly category_name: Readonly<Record<string, number>>;
  readonly payment_method: Readonly<Record<string, number>>;
  readonly currency: Readonly<Record<string, number>>;
}

/** Products, payments and addresses, each list ordered by what it belongs to. */
export const products = categories.flatMap((category) =>
  category.products.map((product, i) => ({
    ...product,
    category,
    id: `prod_${category.id}_${String(i + 1).padStart(4, '0')}`,
  })),
);
export const payments = Object.entries(providers).flatMap(([method, weights]) =>
  Object.keys(weights).map((provider) => ({ method, provider })),
);
export const addresses = cities.flatMap((city) => city.postcodes.map((postcode) => ({ city, postcode })));
export const quantityValues: readonly number[] = Object.keys(quantities.cheap).map(Number);
export const discountValues: readonly number[] = Object.keys(discounts).map(Number);

/** By city: where its addresses begin. */
const FIRST_ADDRESS = cities.map((city) => addresses.findIndex((address) => address.city === city));

/** What is drawn for each record, or for each user, by the field it is for. */
const drawn = [
  'product_id',
  'price',
  'quantity',
  'discount_applied',
  'payment_provider',
  'city',
  'user_id',
  'zip_code',
  'latitude',
  'longitude',
  'device_info',
  'marketing_attribution',
] as const;
type Drawn = (typeof drawn)[number];

export class Order {
  // The current order, as indexes into the lists above and those of cities and visits; avoids an object per record.
  product = 0;
  hundredths = 0;
  quantity = 0;
  discount = 0;
  payment = 0;
  /** Place in `currencies`. */
  currency = 0;
  user = 0;
  address = 0;
  /** Ten-thousandths of a degree. */
  latitude = 0;
  longitude = 0;
  device = 0;
  attribution = 0;

  /** Those that occur. */
  readonly currencies: readonly string[];
  readonly weightsDenominator: number;

  readonly #users: number;
  readonly #categories: Weights;
  readonly #methods: Weights;
  readonly #currencies: Weights;
  /** By category. */
  readonly #productsOf: readonly { readonly first: number; readonly count: number }[];
  /** By method. */
  readonly #paymentOf: readonly Pick[];
  /** By method. */
  readonly #deviceOf: readonly Pick[];
  /** By currency. */
  readonly #cityOf: readonly Pick[];
  readonly #prices: PriceTable;
  /** By product. */
  readonly #quantityOf: readonly Pick[];
  readonly #discount = new Pick(Object.values(discounts));
  readonly #attribution = new Pick(attributions.map(({ weight }) => weight));
  readonly #draws: { readonly category: Uniform; readonly method: Uniform; readonly currency: Uniform };
  readonly #rngs: Readonly<Record<Drawn, CounterRng>>;

  constructor({ poolSize }: RecordPlan, { seed, scenario }: RecordIdentity, users: number, weights: EcommerceWeights) {
    this.#users = users;
    this.#categories = new Weights(weights.category_name);
    this.#methods = new Weights(weights.payment_method);
    this.#currencies = new Weights(weights.currency);
    this.currencies = this.#currencies.values;
    this.weightsDenominator = [this.#categories, this.#methods, this.#currencies]
      .map(({ denominator }) => denominator)
      .reduce(leastCommonMultiple);

    this.#productsOf = this.#categories.values.map((name) => {
      const own = products.filter(({ category }) => category.name === name);
      return { first: products.indexOf(own[0]!), count: own.length };
    });
    const methods = this.#methods.values;
    this.#paymentOf = methods.map(
      (wanted) =>
        new Pick(payments.map(({ method, provider }) => (method === wanted ? providers[method]![provider]! : 0))),
    );
    this.#deviceOf = methods.map(
      (method) => new Pick(devices.map((device) => (takesDevice(method, device) ? device.weight : 0))),
    );
    this.#cityOf = this.currencies.map(
      (wanted) => new Pick(cities.map(({ currency, weight }) => (currency === wanted ? weight : 0))),
    );
    this.#prices = priceTable(this.currencies as readonly Currency[]);
    const [cheap, dear] = [quantities.cheap, quantities.dear].map(
      (weights: Readonly<Record<number, number>>) => new Pick(quantityValues.map((quantity) => weights[quantity] ?? 0)),
    );
    this.#quantityOf = products.map(({ dollars }) => (dollars[1] <= CHEAP_DOLLARS ? cheap! : dear!));

    const draw = (field: string) => uniform01(seed, scenario, field, poolSize);
    this.#draws = { category: draw('category_name'), method: draw('payment_method'), currency: draw('currency') };
    this.#rngs = Object.fromEntries(drawn.map((name) => [name, new CounterRng(seed, scenario, name)])) as Record<
      Drawn,
      CounterRng
    >;
  }

  weightings(): readonly Weighting[] {
    return [
      weightingOf('category_name', this.#categories, this.#draws.category),
      weightingOf('payment_method', this.#methods, this.#draws.method),
      weightingOf('currency', this.#currencies, this.#draws.currency),
    ];
  }

  choose(body: number): void {
    const draw = this.#rngs;
    const currency = this.#currencies.pick(this.#draws.currency.uniform(body));
    const method = this.#methods.pick(this.#draws.method.uniform(body));
    const product = this.productOf(body);
    const user = this.#userIn(body, currency);
    const city = (user - 1) % cities.length;
    const { latitude, longitude, reach, postcodes } = cities[city]!;

    const price = product * this.currencies.length + currency;
    const steps = draw.price.below(body, this.#prices.steps[price]!);
    this.product = product;
    this.hundredths = this.#prices.min[price]! + steps * this.#prices.step[price]!;
    this.quantity = this.#quantityOf[product]!.at(draw.quantity.uniform(body));
    this.discount = this.#discount.at(draw.discount_applied.uniform(body));
    this.payment = this.#paymentOf[method]!.at(draw.payment_provider.uniform(body));
    this.currency = currency;
    this.user = user;
    // A user's home depends only on the user.
    this.address = FIRST_ADDRESS[city]! + draw.zip_code.below(user, postcodes.length);
    this.latitude = latitude - reach + draw.latitude.below(user, 2 * reach + 1);
    this.longitude = longitude - reach + draw.longitude.below(user, 2 * reach + 1);
    this.device = this.#deviceOf[method]!.at(draw.device_info.uniform(body));
    this.attribution = this.#attribution.at(draw.marketing_attribution.uniform(body));
  }

  productOf(body: number): number {
    const { first, count } = this.#productsOf[this.#categories.pick(this.#draws.category.uniform(body))]!;
    return first + this.#rngs.product_id.below(body, count);
  }

  userOf(body: number): number {
    return this.#userIn(body, this.#currencies.pick(this.#draws.currency.uniform(body)));
  }

  /** Users are dealt to the cities in turn: user n lives in city (n - 1) mod cities. */
  #userIn(body: number, currency: number): number {
    const city = this.#cityOf[currency]!.at(this.#rngs.city.uniform(body));
    const inCity = Math.floor((this.#users - 1 - city) / cities.length) + 1;
    return 1 + city + cities.length * this.#rngs.user_id.below(body, inCity);
  }
}

/** Draws a list index by the entries' weights. */
class Pick {
  readonly #weights: Weights;
  readonly #places: Int32Array;

  constructor(weights: readonly number[]) {
    this.#weights = new Weights(Object.fromEntries(weights.entries()));
    this.#places = Int32Array.from(this.#weights.values, Number);
  }

  at(unit: number): number {
    return this.#places[this.#weights.pick(unit)]!;
  }
}

/** By product × currencies + currency. */
interface PriceTable {
  readonly min: Int32Array;
  readonly step: Int32Array;
  readonly steps: Int32Array;
}

function priceTable(currencies: readonly Currency[]): PriceTable {
  const prices = products.flatMap((product) => currencies.map((currency) => pricesOf(product, currency)));
  return {
    min: Int32Array.from(prices, ({ min }) => min),
    step: Int32Array.from(prices, ({ step }) => step),
    steps: Int32Array.from(prices, ({ steps }) => steps),
  };
}
