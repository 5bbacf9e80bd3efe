/** Where the shop's customers live: cities of three countries with postcodes of their centres. */
import type { Currency } from './catalog.ts';

export interface City {
  /** ISO 3166-1. */
  readonly country: string;
  readonly currency: Currency;
  /** ISO 3166-2 without the country: a US state, a Canadian province, a country of the United Kingdom. */
  readonly state: string;
  readonly name: string;
  /**
   * Customers live within `reach` of this point, north to south and west to east; all in ten-thousandths of a degree. It is
   * the centre, or a quarter beside it: the whole box lies on land, clear of sea, lakes, harbours and rivers.
   */
  readonly latitude: number;
  readonly longitude: number;
  readonly reach: number;
  /** How many customers it has beside the others of its country: about its inhabitants. */
  readonly weight: number;
  readonly postcodes: readonly string[];
}

type Row = readonly [
  state: string,
  name: string,
  latitude: number,
  longitude: number,
  reach: number,
  weight: number,
  codes: string,
];

const country = (code: string, currency: Currency, rows: readonly Row[]): readonly City[] =>
  rows.map(([state, name, latitude, longitude, reach, weight, codes]) => ({
    country: code,
    currency,
    state,
    name,
    latitude: Math.round(latitude * 1e4),
    longitude: Math.round(longitude * 1e4),
    reach: Math.round(reach * 1e4),
    weight,
    postcodes: codes.split(', '),
  }));

export const cities: readonly City[] = [
  ...country('US', 'USD', [
    ['NY', 'New York', 40.748, -73.988, 0.01, 83, '10001, 10003, 10011, 10019'],
    ['CA', 'Los Angeles', 34.0522, -118.2437, 0.01, 38, '90012, 90013, 90015, 90017'],
    ['IL', 'Chicago', 41.879, -87.629, 0.005, 27, '60601, 60605, 60607, 60611'],
    ['TX', 'Houston', 29.746, -95.376, 0.008, 23, '77002, 77004, 77006, 77019'],
    ['AZ', 'Phoenix', 33.4484, -112.074, 0.015, 16, '85003, 85004, 85006, 85007'],
    ['PA', 'Philadelphia', 39.9526, -75.1652, 0.01, 16, '19102, 19103, 19106, 19107'],
    ['CA', 'San Diego', 32.723, -117.151, 0.007, 14, '92101, 92102, 92103'],
    ['TX', 'Dallas', 32.785, -96.795, 0.008, 13, '75201, 75202, 75204'],
    ['TX', 'Austin', 30.28, -97.74, 0.008, 10, '78701, 78702, 78704'],
    ['CA', 'San Francisco', 37.7749, -122.4194, 0.015, 8, '94102, 94103, 94105, 94114'],
    ['WA', 'Seattle', 47.615, -122.32, 0.008, 8, '98101, 98104, 98121'],
    ['CO', 'Denver', 39.74, -104.978, 0.008, 7, '80202, 80203, 80205'],
    ['MA', 'Boston', 42.344, -71.076, 0.006, 7, '02108, 02110, 02113'],
    ['FL', 'Miami', 25.765, -80.215, 0.006, 5, '33130, 33131, 33132'],
  ]),
  ...country('CA', 'CAD', [
    ['ON', 'Toronto', 43.66, -79.388, 0.008, 28, 'M5H 2N2, M5J 1E6, M5V 3L9'],
    ['QC', 'Montréal', 45.506, -73.572, 0.006, 18, 'H2Y 1C6, H3A 0G4, H3B 4W5'],
    ['AB', 'Calgary', 51.041, -114.08, 0.005, 13, 'T2P 1J9, T2G 2M3, T2R 0E7'],
    ['ON', 'Ottawa', 45.4135, -75.6985, 0.004, 10, 'K1P 1J1, K2P 1L4, K1N 6N5'],
    ['AB', 'Edmonton', 53.552, -113.5, 0.006, 10, 'T5J 2R7, T5J 0N3, T5K 2J1'],
    ['MB', 'Winnipeg', 49.9, -97.155, 0.006, 7, 'R3B 1B9, R3C 4A5, R3B 0X3'],
    ['BC', 'Vancouver', 49.2815, -123.119, 0.004, 7, 'V6B 1A1, V6C 3L6, V6E 2E9'],
    ['NS', 'Halifax', 44.647, -63.591, 0.005, 4, 'B3J 3A5, B3H 4R2, B3K 5M7'],
  ]),
  ...country('GB', 'GBP', [
    ['ENG', 'London', 51.517, -0.135, 0.007, 88, 'EC1V 2NX, WC2N 5DU, SE1 9SG, W1D 3QU'],
    ['ENG', 'Birmingham', 52.4795, -1.895, 0.004, 11, 'B1 1BB, B2 4QA, B5 4BU'],
    ['SCT', 'Glasgow', 55.8642, -4.2518, 0.004, 6, 'G2 1DU, G1 3SL, G1 1XQ'],
    ['ENG', 'Manchester', 53.4825, -2.239, 0.003, 6, 'M1 2WD, M2 5PD, M4 3AQ'],
    ['ENG', 'Leeds', 53.8035, -1.548, 0.005, 5, 'LS1 3AD, LS1 4DY, LS2 9JT'],
    ['SCT', 'Edinburgh', 55.9533, -3.1883, 0.006, 5, 'EH1 1YJ, EH2 2BY, EH3 9GL'],
    ['ENG', 'Liverpool', 53.407, -2.972, 0.006, 5, 'L1 8JQ, L2 2DH, L3 4AF'],
    ['ENG', 'Bristol', 51.464, -2.598, 0.004, 5, 'BS1 5TR, BS1 6QF, BS8 1TH'],
    ['WLS', 'Cardiff', 51.487, -3.165, 0.005, 4, 'CF10 3ND, CF10 1EP, CF10 2HQ'],
    ['NIR', 'Belfast', 54.596, -5.94, 0.005, 3, 'BT1 5GS, BT1 5AA, BT7 1NN'],
  ]),
];
