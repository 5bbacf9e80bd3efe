/** The cash machines: region, location and currency of ATM n do not depend on the seed. */

export interface AtmSite {
  readonly atmId: string;
  readonly regionId: string;
  /** `site, city, country code`. */
  readonly location: string;
  readonly currency: Currency;
}

/** Amounts are in hundredths of the currency, those of yen too: one integer type for all. */
type Currency = keyof typeof currencies;

/** What a machine dispenses: its note, and the unit of deposits in this currency. */
export const currencies = {
  USD: { note: 20_00, unit: 1_00, hundredths: true },
  CAD: { note: 20_00, unit: 1_00, hundredths: true },
  GBP: { note: 10_00, unit: 1_00, hundredths: true },
  EUR: { note: 10_00, unit: 1_00, hundredths: true },
  CHF: { note: 20_00, unit: 1_00, hundredths: true },
  JPY: { note: 1000_00, unit: 100_00, hundredths: false },
  SGD: { note: 10_00, unit: 1_00, hundredths: true },
  AUD: { note: 20_00, unit: 1_00, hundredths: true },
} as const;

type CityRow = readonly [name: string, country: string, currency: Currency];

interface Region {
  readonly id: string;
  readonly sites: readonly string[];
  readonly cities: readonly CityRow[];
}

/** Local names of sites. */
const european = [
  'Central Station',
  'Airport',
  'Market Square',
  'University',
  'City Hall',
  'Shopping Centre',
  'Convention Centre',
];
const elsewhere = european.map((site) =>
  site.replace('Central Station', 'Transit Station').replace('Market Square', 'Business Park'),
);
const american = elsewhere.map((site) => site.replace('Centre', 'Center'));

const regions: readonly Region[] = [
  {
    id: 'us-east',
    sites: american,
    cities: [
      ['New York', 'US', 'USD'],
      ['Boston', 'US', 'USD'],
      ['Philadelphia', 'US', 'USD'],
      ['Atlanta', 'US', 'USD'],
      ['Miami', 'US', 'USD'],
    ],
  },
  {
    id: 'us-west',
    sites: american,
    cities: [
      ['San Francisco', 'US', 'USD'],
      ['Los Angeles', 'US', 'USD'],
      ['Seattle', 'US', 'USD'],
      ['Portland', 'US', 'USD'],
      ['San Diego', 'US', 'USD'],
    ],
  },
  {
    id: 'canada',
    sites: elsewhere,
    cities: [
      ['Toronto', 'CA', 'CAD'],
      ['Montréal', 'CA', 'CAD'],
      ['Vancouver', 'CA', 'CAD'],
      ['Calgary', 'CA', 'CAD'],
      ['Ottawa', 'CA', 'CAD'],
    ],
  },
  {
    id: 'british-isles',
    sites: european,
    cities: [
      ['London', 'GB', 'GBP'],
      ['Manchester', 'GB', 'GBP'],
      ['Edinburgh', 'GB', 'GBP'],
      ['Cardiff', 'GB', 'GBP'],
      ['Dublin', 'IE', 'EUR'],
    ],
  },
  {
    id: 'central-europe',
    sites: european,
    cities: [
      ['Berlin', 'DE', 'EUR'],
      ['Frankfurt am Main', 'DE', 'EUR'],
      ['Vienna', 'AT', 'EUR'],
      ['Paris', 'FR', 'EUR'],
      ['Zürich', 'CH', 'CHF'],
    ],
  },
  {
    id: 'asia-pacific',
    sites: elsewhere,
    cities: [
      ['Tokyo', 'JP', 'JPY'],
      ['Osaka', 'JP', 'JPY'],
      ['Singapore', 'SG', 'SGD'],
      ['Sydney', 'AU', 'AUD'],
      ['Melbourne', 'AU', 'AUD'],
    ],
  },
];

export const REGION_COUNT = regions.length;

/** Machines 0..count-1, dealt over the regions in turn, then over a region's cities, then over a city's sites. */
export function buildFleet(count: number): readonly AtmSite[] {
  return Array.from({ length: count }, (_, n) => {
    const region = regions[n % regions.length]!;
    const inRegion = Math.floor(n / regions.length);
    const [city, country, currency] = region.cities[inRegion % region.cities.length]!;
    const inCity = Math.floor(inRegion / region.cities.length);
    const round = Math.floor(inCity / region.sites.length) + 1;
    const site = region.sites[inCity % region.sites.length]! + (round === 1 ? '' : ` ${round}`);
    return {
      atmId: `ATM-${String(n + 1).padStart(4, '0')}`,
      regionId: region.id,
      location: `${site}, ${city}, ${country}`,
      currency,
    };
  });
}
