/**
 * Client properties: any of librdkafka's pass through, checked for type and range, except those the engine owns.
 * What comes out has one name per property, the one of the Java client where there are two (`linger.ms`, `acks`), so
 * that whoever reads a property need not know the other.
 */
import { serversProblem } from '../../address.ts';
import type { Problem } from '../../errors.ts';
import { suggest } from '../../nearest.ts';
import type { ClientProperties } from '../profile.ts';
import { CLIENT_PROPERTIES_TABLE } from './client-properties-table.ts';
import { JAVA_HINTS, JAVA_TRANSLATIONS, PYTHON_NAMES, type Translation } from './java-properties.ts';

export type PropertyRole = 'both' | 'producer' | 'consumer';

interface PropertyRule {
  readonly name: string;
  readonly canonical: string;
  readonly role: PropertyRole;
  readonly type: 'string' | 'integer' | 'float' | 'boolean' | 'enum' | 'flags' | 'api';
  readonly values: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly default: string;
}

/** The engine's own, and why. A trailing `*` stands for any ending. */
export const OWNED_PROPERTIES: readonly (readonly [pattern: string, reason: string])[] = [
  ['delivery.report.only.error', 'the engine counts every acknowledgement, and this drops them'],
  ['enabled_events', 'the engine chooses the events it reads'],
  ['statistics.interval.ms', 'the engine reads the statistics at its own interval'],
  ['log.*', "the engine takes librdkafka's log lines"],
  ['log_level', "the engine takes librdkafka's log lines"],
  ['test.mock.*', 'use `bootstrap.servers: embedded`'],
  ['plugin.library.paths', 'plug-ins run inside the measured client'],
  ['internal.termination.signal', 'signals are for the engine to handle'],
  ['builtin.features', 'it is read-only'],
  ['produce.offset.report', 'it no longer has an effect'],
  ['dr_*', 'the engine reads the delivery reports'],
  ['opaque', 'the engine keeps its own token there'],
];

const PARTITIONERS = [
  'consistent',
  'consistent_random',
  'murmur2',
  'murmur2_random',
  'fnv1a',
  'fnv1a_random',
  'random',
];

let rulesByName: ReadonlyMap<string, PropertyRule> | undefined;

export type PropertyProblem = Omit<Problem, 'place' | 'path'> & { readonly name: string };

/**
 * Checks one block as written and gives it its final names.
 * @param role what the block is for: a producer property under `consumer:` is a mistake.
 */
export function checkClientProperties(
  block: Readonly<Record<string, string>>,
  role: PropertyRole,
): { readonly properties: ClientProperties; readonly problems: readonly PropertyProblem[] } {
  const properties: Record<string, string> = {};
  const writtenAs = new Map<string, string>();
  const problems: PropertyProblem[] = [];
  for (const [name, value] of Object.entries(block)) {
    const checked = checkProperty(name, value, role);
    if ('message' in checked) {
      problems.push({ name, ...checked });
      continue;
    }
    const other = writtenAs.get(checked.name);
    if (other !== undefined) {
      problems.push({
        name,
        message: `\`${name}\` and \`${other}\` are the same property`,
        hint: 'leave one of them out',
      });
    }
    writtenAs.set(checked.name, name);
    properties[checked.name] = checked.value;
  }
  return { properties, problems };
}

/** librdkafka's default of a property, by either of its names; empty when it has none. */
export function clientPropertyDefault(name: string): string {
  return rules().get(name)?.default ?? '';
}

/** The name under which a property is kept, of whichever client the written one is. */
export function canonicalProperty(name: string): string {
  const known = translationOf(dottedName(name))?.name ?? dottedName(name);
  return rules().get(known)?.canonical ?? known;
}

/** Python's clients write underscores for dots, and have some names of their own. */
function dottedName(name: string): string {
  if (Object.hasOwn(PYTHON_NAMES, name)) return PYTHON_NAMES[name]!;
  return rules().has(name) ? name : name.replaceAll('_', '.');
}

function translationOf(name: string): Translation | undefined {
  return Object.hasOwn(JAVA_TRANSLATIONS, name) ? JAVA_TRANSLATIONS[name] : undefined;
}

type Checked = { readonly name: string; readonly value: string } | Omit<PropertyProblem, 'name'>;

function checkProperty(written: string, value: string, role: PropertyRole): Checked {
  const name = dottedName(written);
  const owned = OWNED_PROPERTIES.find(([pattern]) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
  if (owned !== undefined) return { message: `\`${name}\` belongs to the engine: ${owned[1]}` };

  const translation = translationOf(name);
  if (translation !== undefined) return checkProperty(translation.name, translation.value(value), role);

  const rule = rules().get(name);
  if (rule === undefined) {
    const hint = JAVA_HINTS[name];
    if (typeof hint === 'string') return { message: `\`${written}\` is a property of the Java client only`, hint };
    const near = suggest(name, settable(role));
    return { message: `unknown client property \`${written}\``, ...(near !== undefined && { hint: near }) };
  }
  if (rule.type === 'api') return { message: `\`${name}\` is set in code only, and belongs to the engine` };
  if (rule.role !== 'both' && rule.role !== role) {
    return { message: `\`${name}\` is a ${rule.role} property`, hint: `put it under \`${rule.role}:\`` };
  }
  return checkValue(rule, value.trim());
}

function checkValue(rule: PropertyRule, value: string): Checked {
  const accepted = (final: string): Checked => ({ name: rule.canonical, value: final });
  const lower = value.toLowerCase();
  switch (rule.type) {
    case 'integer':
    case 'float': {
      if (rule.canonical === 'acks' && lower === 'all') return accepted('all');
      const number = value === '' ? Number.NaN : Number(value);
      const fits = number >= rule.min && number <= rule.max && (rule.type === 'float' || Number.isInteger(number));
      if (fits) return accepted(String(number));
      const kind = rule.type === 'float' ? 'a number' : 'a whole number';
      const all = rule.canonical === 'acks' ? ', or `all`' : '';
      return { message: `\`${rule.name}\` must be ${kind} from ${rule.min} to ${rule.max}${all}, not \`${value}\`` };
    }
    case 'boolean':
      if (lower === 'true' || lower === 'false') return accepted(lower);
      return { message: `\`${rule.name}\` must be true or false, not \`${value}\`` };
    case 'enum': {
      const known = rule.values.find((each) => each.toLowerCase() === lower);
      return known === undefined ? notOneOf(rule.name, value, rule.values) : accepted(known);
    }
    case 'flags': {
      const wrong = value.split(',').find((flag) => !rule.values.includes(flag.trim().replace(/^-/, '')));
      return wrong === undefined ? accepted(value) : notOneOf(rule.name, wrong.trim(), rule.values);
    }
    default:
      if (rule.canonical === 'bootstrap.servers') return serversProblem(value) ?? accepted(value);
      // librdkafka writes it as it is into its statistics, which are JSON.
      if (rule.canonical === 'client.id' && JSON.stringify(value) !== `"${value}"`) {
        return { message: '`client.id` has a quote, a backslash or a control character' };
      }
      return rule.name === 'partitioner' && !PARTITIONERS.includes(value)
        ? notOneOf(rule.name, value, PARTITIONERS)
        : accepted(value);
  }
}

function notOneOf(name: string, value: string, values: readonly string[]): Checked {
  const hint = suggest(value, values);
  return { message: `\`${value}\` is not a value of \`${name}\``, ...(hint !== undefined && { hint }) };
}

/** Names of the properties that a block of this role takes, aliases among them. */
export function settable(role: PropertyRole): string[] {
  return [...rules().values()]
    .filter((rule) => rule.type !== 'api' && (rule.role === 'both' || rule.role === role))
    .map((rule) => rule.name);
}

function rules(): ReadonlyMap<string, PropertyRule> {
  rulesByName ??= readTable();
  return rulesByName;
}

function readTable(): ReadonlyMap<string, PropertyRule> {
  const cells = CLIENT_PROPERTIES_TABLE.trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const aliasOf = new Map(cells.map(([name, , , , , target]) => [name!, target ?? '']));
  // Where librdkafka has an alias it is the Java client's name, but for `max.in.flight`.
  const preferred = new Map<string, string>();
  for (const [name, target] of aliasOf) if (target !== '' && name !== 'max.in.flight') preferred.set(target, name);
  const rows = cells.map(([name = '', role, type, range = '', fallback = '']): [string, PropertyRule] => {
    const target = aliasOf.get(name) || name;
    const bounds = /^(-?\d+)\.\.(-?\d+)$/.exec(range);
    const rule: PropertyRule = {
      name,
      canonical: preferred.get(target) ?? target,
      role: role as PropertyRole,
      type: type as PropertyRule['type'],
      values: bounds === null && range !== '' ? range.split(',') : [],
      min: Number(bounds?.[1] ?? Number.NEGATIVE_INFINITY),
      max: Number(bounds?.[2] ?? Number.POSITIVE_INFINITY),
      default: fallback,
    };
    return [name, rule];
  });
  return new Map(rows);
}
