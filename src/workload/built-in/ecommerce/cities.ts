/** Where the shop's customers live: cities of three countries with postcodes of their centres. */
import type { Currency } from './catalog.ts';

export interface City {
  /** ISO 3166-1. */
  readonly country: string;
  readonly currency: Currency;
  /** ISO 3166-2 without the country: a US state, a Canadian province, a country of the United Kingdom. */
  readonly state: string;
  readonly name: string;
  /** The centre, in ten-thousandths of a degree. */
  readonly latitude: number;
  readonly longitude: number;
  /** How many customers it has beside the others of its country: about its inhabitants. */
  readonly weight: number;
  readonly postcodes: readonly string[];
}

type Row = readonly [state: string, name: string, latitude: number, longitude: number, weight: number, codes: string];

const country = (code: string, currency: Currency, rows: readonly Row[]): readonly City[] =>
  rows.map(([state, name, latitude, longitude, weight, codes]) => ({
    country: code,
    currency,
    state,
    name,
    latitude: Math.round(latitude * 1e4),
    longitude: Math.round(longitude * 1e4),
    weight,
    postcodes: codes.split(', '),
  }));

export const cities: readonly City[] = [
  ...country('US', 'USD', [
    ['NY', 'New York', 40.7128, -74.006, 83, '10001, 10003, 10011, 10019'],
    ['CA', 'Los Angeles', 34.0522, -118.2437, 38, '90012, 90013, 90015, 90017'],
    ['IL', 'Chicago', 41.8781, -87.6298, 27, '60601, 60605, 60607, 60611'],
    ['TX', 'Houston', 29.7604, -95.3698, 23, '77002, 77004, 77006, 77019'],
    ['AZ', 'Phoenix', 33.4484, -112.074, 16, '85003, 85004, 85006, 85007'],
    ['PA', 'Philadelphia', 39.9526, -75.1652, 16, '19102, 19103, 19106, 19107'],
    ['CA', 'San Diego', 32.7157, -117.1611, 14, '92101, 92102, 92103'],
    ['TX', 'Dallas', 32.7767, -96.797, 13, '75201, 75202, 75204'],
    ['TX', 'Austin', 30.2672, -97.7431, 10, '78701, 78702, 78704'],
    ['CA', 'San Francisco', 37.7749, -122.4194, 8, '94102, 94103, 94105, 94114'],
    ['WA', 'Seattle', 47.6062, -122.3321, 8, '98101, 98104, 98121'],
    ['CO', 'Denver', 39.7392, -104.9903, 7, '80202, 80203, 80205'],
    ['MA', 'Boston', 42.3601, -71.0589, 7, '02108, 02110, 02113'],
    ['FL', 'Miami', 25.7617, -80.1918, 5, '33130, 33131, 33132'],
  ]),
  ...country('CA', 'CAD', [
    ['ON', 'Toronto', 43.6532, -79.3832, 28, 'M5H 2N2, M5J 1E6, M5V 3L9'],
    ['QC', 'Montréal', 45.5019, -73.5674, 18, 'H2Y 1C6, H3A 0G4, H3B 4W5'],
    ['AB', 'Calgary', 51.0447, -114.0719, 13, 'T2P 1J9, T2G 2M3, T2R 0E7'],
    ['ON', 'Ottawa', 45.4215, -75.6972, 10, 'K1P 1J1, K1A 0A6, K1N 6N5'],
    ['AB', 'Edmonton', 53.5461, -113.4938, 10, 'T5J 2R7, T5J 0N3, T5K 2J1'],
    ['MB', 'Winnipeg', 49.8954, -97.1385, 7, 'R3B 1B9, R3C 4A5, R3C 0V8'],
    ['BC', 'Vancouver', 49.2827, -123.1207, 7, 'V6B 1A1, V6C 3L6, V6E 2E9'],
    ['NS', 'Halifax', 44.6488, -63.5752, 4, 'B3J 3A5, B3H 4R2, B3K 5M7'],
  ]),
  ...country('GB', 'GBP', [
    ['ENG', 'London', 51.5074, -0.1278, 88, 'SW1A 1AA, WC2N 5DU, SE1 9SG, W1D 3QU'],
    ['ENG', 'Birmingham', 52.4862, -1.8904, 11, 'B1 1BB, B2 4QA, B5 4BU'],
    ['SCT', 'Glasgow', 55.8642, -4.2518, 6, 'G2 1DU, G1 3SL, G1 1XQ'],
    ['ENG', 'Manchester', 53.4808, -2.2426, 6, 'M1 2WD, M2 5PD, M4 3AQ'],
    ['ENG', 'Leeds', 53.8008, -1.5491, 5, 'LS1 3AD, LS1 4DY, LS2 9JT'],
    ['SCT', 'Edinburgh', 55.9533, -3.1883, 5, 'EH1 1YJ, EH2 2BY, EH8 8DX'],
    ['ENG', 'Liverpool', 53.4084, -2.9916, 5, 'L1 8JQ, L2 2DH, L3 4AF'],
    ['ENG', 'Bristol', 51.4545, -2.5879, 5, 'BS1 5TR, BS1 6QF, BS8 1TH'],
    ['WLS', 'Cardiff', 51.4816, -3.1791, 4, 'CF10 3ND, CF10 1EP, CF10 2HQ'],
    ['NIR', 'Belfast', 54.5973, -5.9301, 3, 'BT1 5GS, BT1 5AA, BT7 1NN'],
  ]),
];

/** How far from the centre a customer's coordinates are at most, in ten-thousandths of a degree: about 2 km. */
export const COORDINATE_REACH = 200;
