/**
 * The alert texts. A new type is a new object in `alerts`: schema, weights and samples follow from it. Texts are
 * plain ASCII, so that a message of up to 160 characters is one SMS.
 */
import { CounterRng } from '../../random.ts';

interface Alert {
  /** Value of `alert_type`. */
  readonly type: string;
  readonly weight: number;
  /** `{name}` is replaced by a value of `details` or of the alert's place. */
  readonly templates: readonly Template[];
}

/** A text, or one about what does not happen everywhere. */
type Template = string | readonly [Hazard, string];

type Hazard = 'tornado' | 'snow' | 'fire' | 'quake';

const alerts: readonly Alert[] = [
  {
    type: 'weather',
    weight: 40,
    templates: [
      [
        'tornado',
        'TORNADO WARNING for {county} until {time}. Take shelter now in a basement or an interior room on the lowest floor. Check local media.',
      ],
      ['tornado', 'Tornado watch for {county} until {time}. Be ready to take shelter.'],
      'FLASH FLOOD WARNING for {city} until {time}. This is a dangerous situation. Do not drive through flooded roads. Move to higher ground now.',
      'Flood warning: the {water} near {city} is above flood stage and rising. Low-lying roads near {road} will close this {daypart}. If your home has flooded before, move valuables and vehicles to higher ground before dark and have medicines, papers and chargers ready to go.',
      'Severe thunderstorm warning for {county} until {time}. Wind gusts to {gusts} mph and large hail. Stay indoors and away from windows.',
      [
        'snow',
        'Winter storm warning for {county}: {inches} inches of snow by {time}. Travel on {road} may be impossible.',
      ],
      'Excessive heat warning, {county}, until {time}. Cooling centers are open at {shelter}. Drink water, check on neighbors, never leave children or pets in a car.',
      'Dense fog on {road} near {city}. Slow down, use low beams.',
    ],
  },
  {
    type: 'evacuation',
    weight: 15,
    templates: [
      ['fire', 'EVACUATE NOW: wildfire near {city}. Leave by {road}, going {heading}. Shelter at {shelter}.'],
      'Evacuation order for zone {zone} in {county}. Leave immediately. {road} is open to {heading}bound traffic only. Shelter for people and pets at {shelter}, {city}. If you need a ride, call 311. Do not return until officials say it is safe.',
      'Evacuation WARNING for zone {zone}, {county}. Be ready to leave at short notice: pack medicines, papers, chargers, pet food.',
      'Chemical spill on {road} near {city}. Everyone within {miles} miles leave to the {direction} at once, on foot if need be. Keep windows shut and air conditioning off while driving.',
      'Evacuation order lifted for zone {zone}, {county}. You may return home. Watch for crews on {road}.',
    ],
  },
  {
    type: 'missing_person',
    weight: 10,
    templates: [
      'MISSING: {name}, {age}, last seen near {road} in {city} at {daytime}, wearing {clothes}. Call 911 if seen.',
      'Missing child alert for {county}: {child}, age {years}, last seen at {daytime} near {shelter}, {city}, wearing {clothes}. May be in a {car} going {heading} on {road}. Do not approach. Call 911.',
      'Endangered missing adult: {name}, {age}, needs medication. Last seen in {city} at {daytime} in {clothes}. Call 911.',
      'Found safe: {name}, {age}, missing from {city} since {daytime}. Thank you for looking out.',
    ],
  },
  {
    type: 'public_safety',
    weight: 15,
    templates: [
      'Police activity near {road} in {city}. Stay indoors, lock doors, keep away from windows. More at {time}.',
      'SHELTER IN PLACE, {city}: hazardous smoke from a fire near {road}. Close doors and windows, turn off fans and air conditioning, bring pets in. Next update at {time}.',
      'All clear in {city}. The shelter-in-place order has ended.',
      '911 is out of service in {county}. In an emergency text 911, call the police in {city} directly, or go to the nearest fire station. Crews expect to restore service by {time}.',
      ['quake', 'Earthquake of magnitude {magnitude} near {city}. Drop, cover, hold on. Expect aftershocks.'],
    ],
  },
  {
    type: 'utility',
    weight: 10,
    templates: [
      'BOIL WATER notice for {city}: boil tap water for one minute before drinking, cooking or brushing teeth, until further notice. Bottled water at {shelter} from {daytime}.',
      'Power is out for {customers} customers in {county}. Crews expect to restore it by {time}. Stay away from fallen lines.',
      'Gas leak near {road}, {city}. Do not use switches or flames. Leave the area.',
      'Boil water notice lifted for {city}. Let taps run for five minutes before use.',
    ],
  },
  {
    type: 'test',
    weight: 10,
    templates: [
      'TEST of the {county} alert system. No action is needed.',
      'This is a test.',
      'TEST TEST TEST. This is a monthly test of emergency alerts in {city}, {state}. In a real emergency this message would tell you what is happening, where, until when, and what to do. Reply STOP to leave these alerts. The next test is at {daytime} on the first Wednesday of next month.',
    ],
  },
];

type PlaceRow = readonly [
  city: string,
  state: string,
  county: string,
  road: string,
  water: string,
  headings: 'north south' | 'east west',
  hazards: string,
];

/** Places: city, state, county, road and its signed directions, water, and possible disasters. */
const places: readonly PlaceRow[] = [
  ['Asheville', 'NC', 'Buncombe County', 'I-26', 'French Broad River', 'east west', 'snow fire'],
  ['Baton Rouge', 'LA', 'East Baton Rouge Parish', 'I-10', 'Mississippi River', 'east west', 'tornado'],
  ['Boulder', 'CO', 'Boulder County', 'US-36', 'Boulder Creek', 'east west', 'snow fire'],
  ['Cedar Rapids', 'IA', 'Linn County', 'I-380', 'Cedar River', 'north south', 'tornado snow'],
  ['Chico', 'CA', 'Butte County', 'SR-99', 'Sacramento River', 'north south', 'fire quake'],
  ['Corpus Christi', 'TX', 'Nueces County', 'I-37', 'Nueces River', 'north south', 'tornado'],
  ['Duluth', 'MN', 'St. Louis County', 'I-35', 'St. Louis River', 'north south', 'snow'],
  ['Eugene', 'OR', 'Lane County', 'I-5', 'Willamette River', 'north south', 'fire quake'],
  ['Fargo', 'ND', 'Cass County', 'I-94', 'Red River', 'east west', 'tornado snow'],
  ['Fort Collins', 'CO', 'Larimer County', 'I-25', 'Poudre River', 'north south', 'snow fire'],
  ['Grand Junction', 'CO', 'Mesa County', 'I-70', 'Colorado River', 'east west', 'snow fire'],
  ['Harrisburg', 'PA', 'Dauphin County', 'I-83', 'Susquehanna River', 'north south', 'snow'],
  ['Huntsville', 'AL', 'Madison County', 'I-565', 'Tennessee River', 'east west', 'tornado'],
  ['Joplin', 'MO', 'Jasper County', 'I-44', 'Spring River', 'east west', 'tornado'],
  ['Missoula', 'MT', 'Missoula County', 'I-90', 'Clark Fork', 'east west', 'snow fire'],
  ['Mobile', 'AL', 'Mobile County', 'I-65', 'Mobile River', 'north south', 'tornado'],
  ['Paducah', 'KY', 'McCracken County', 'I-24', 'Ohio River', 'east west', 'tornado quake'],
  ['Redding', 'CA', 'Shasta County', 'I-5', 'Sacramento River', 'north south', 'fire quake'],
  ['Reno', 'NV', 'Washoe County', 'I-80', 'Truckee River', 'east west', 'snow fire quake'],
  ['Savannah', 'GA', 'Chatham County', 'I-16', 'Savannah River', 'east west', 'tornado'],
  ['Springfield', 'IL', 'Sangamon County', 'I-55', 'Sangamon River', 'north south', 'tornado snow'],
  ['Tulsa', 'OK', 'Tulsa County', 'I-44', 'Arkansas River', 'east west', 'tornado quake'],
  ['Wichita', 'KS', 'Sedgwick County', 'I-135', 'Arkansas River', 'north south', 'tornado'],
  ['Yakima', 'WA', 'Yakima County', 'I-82', 'Yakima River', 'east west', 'snow fire'],
];

const range = (min: number, max: number, step = 1) =>
  Array.from({ length: Math.floor((max - min) / step) + 1 }, (_, i) => String(min + i * step));

const times = (from: number, to: number) =>
  range(from, to).flatMap((hour) => ['00', '15', '30', '45'].map((minute) => clock(Number(hour), minute)));
const clock = (hour: number, minute: string) => `${((hour + 11) % 12) + 1}:${minute} ${hour < 12 ? 'AM' : 'PM'}`;

const details: Readonly<Record<string, readonly string[]>> = {
  time: times(0, 23),
  daytime: times(8, 19),
  daypart: ['morning', 'afternoon', 'evening'],
  gusts: range(60, 80, 5),
  inches: ['3 to 5', '4 to 8', '6 to 10', '8 to 12', '12 to 18'],
  shelter: [
    'Central High School',
    'the fairgrounds',
    'the civic center',
    'the community college',
    'First Street Library',
  ],
  direction: ['north', 'south', 'east', 'west'],
  zone: [...'ABCDEF'].flatMap((letter) => range(1, 4).map((number) => letter + number)),
  miles: ['1.5', '2', '3', '5'],
  name: ['Eleanor M.', 'Harold P.', 'Rosa T.', 'George W.', 'Mei L.', 'Walter K.', 'Ana R.', 'Samuel O.'],
  age: range(66, 91),
  child: ['Emma', 'Noah', 'Sofia', 'Liam', 'Maya', 'Lucas'],
  years: range(3, 14),
  clothes: [
    'a red jacket',
    'a gray hoodie and jeans',
    'a blue raincoat',
    'a white shirt',
    'a green sweater',
    'pajamas',
  ],
  car: ['silver Toyota Camry', 'black Ford F-150', 'white Honda CR-V', 'blue Chevrolet Malibu', 'red Jeep Wrangler'],
  magnitude: ['3.9', '4.2', '4.6', '5.1', '5.7'],
  customers: ['1,200', '3,500', '8,000', '14,000', '26,000'],
};

/** Texts made of one template, about different places and with different details. */
const TEXTS_PER_TEMPLATE = 48;

export const ALERT_WEIGHTS: Readonly<Record<string, number>> = Object.fromEntries(
  alerts.map(({ type, weight }) => [type, weight]),
);

/** The texts of an alert type, the same whatever the seed; each template has the same share of them. */
export function textsOf(type: string): readonly string[] {
  const texts = textsByType.get(type) ?? textsMadeOf(type);
  textsByType.set(type, texts);
  return texts;
}

/** Milliseconds to make, for each record that is opened. */
const textsByType = new Map<string, readonly string[]>();

function textsMadeOf(type: string): readonly string[] {
  const { templates } = alerts.find((alert) => alert.type === type)!;
  return templates.flatMap((template) => {
    const [hazard, text] = typeof template === 'string' ? [undefined, template] : template;
    const there = places.filter(([, , , , , , hazards]) => hazard === undefined || hazards.split(' ').includes(hazard));
    return Array.from({ length: TEXTS_PER_TEMPLATE }, (_, i) =>
      fill(text, there, new CounterRng(i, 'sms-alerts', text)),
    );
  });
}

function fill(template: string, there: readonly PlaceRow[], rng: CounterRng): string {
  const [city, state, county, road, water, headings] = there[rng.below(0, there.length)]!;
  const place: Readonly<Record<string, string>> = { city, state, county, road, water };
  const lists: Readonly<Record<string, readonly string[]>> = { ...details, heading: headings.split(' ') };
  let draw = 1;
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const list = lists[name];
    return list === undefined ? place[name]! : list[rng.below(draw++, list.length)]!;
  });
}
