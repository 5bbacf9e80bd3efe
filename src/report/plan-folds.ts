/** Of many scenarios or topics of a plan the few that are shown. */
import { nameList } from '../name-list.ts';
import type { ScenarioSummary } from '../plan/summary.ts';
import type { TopicSummary } from '../plan/topic-summary.ts';
import { countOf, formatCount, formatRate } from '../units.ts';

/** As in the report: more are not read, and of more than those the first of so many kinds. */
const ROWS_MAX = 20;
const SHOWN = 10;

/** Scenarios that do the same, maybe with other numbers. */
export interface Kind {
  readonly first: ScenarioSummary;
  readonly others: readonly ScenarioSummary[];
}

/** Of up to twenty each alone; of more the first of each kind, those with the most scenarios first. */
export function foldAlike(scenarios: readonly ScenarioSummary[]): {
  readonly kinds: readonly Kind[];
  /** What is not shown, and how it is. */
  readonly rest: readonly string[];
} {
  if (scenarios.length <= ROWS_MAX) return { kinds: scenarios.map((first) => ({ first, others: [] })), rest: [] };
  const byKind = new Map<string, { readonly first: ScenarioSummary; readonly others: ScenarioSummary[] }>();
  for (const scenario of scenarios) {
    const key = kindOf(scenario);
    const known = byKind.get(key);
    if (known === undefined) byKind.set(key, { first: scenario, others: [] });
    else known.others.push(scenario);
  }
  const kinds = [...byKind.values()].toSorted((a, b) => b.others.length - a.others.length);
  const left = kinds.slice(SHOWN).reduce((sum, { others }) => sum + others.length + 1, 0);
  const all = `Each of the ${formatCount(scenarios.length)} scenarios: --format json`;
  const more = `… ${countOf(left, 'scenario')} of ${countOf(kinds.length - SHOWN, 'other kind')}`;
  return { kinds: kinds.slice(0, SHOWN), rest: left > 0 ? [more, all] : [all] };
}

function kindOf(scenario: ScenarioSummary): string {
  const { executor, workload, format, topics, spread, endless, payloadReason } = scenario;
  // What follows the mode has numbers.
  const mode = payloadReason.split(/\W/, 1)[0];
  return JSON.stringify([executor, workload, format, topics === undefined, spread, endless, mode, scenario.mess]);
}

/** `b, c, d and 496 more: 10 to 500 messages, mean 1/s to 50/s` */
export function describeOthers(others: readonly ScenarioSummary[]): string {
  const messages = rangeOf(others.map((each) => each.messages));
  const rates = rangeOf(others.map(({ meanPerSec }) => meanPerSec));
  const numbers = [
    ...(messages === undefined ? [] : [rangeText(messages, formatCount, (max) => countOf(max, 'message'))]),
    ...(rates === undefined ? [] : [`mean ${rangeText(rates, formatRate)}`]),
  ];
  return `${nameList(others.map(({ name }) => name))}${numbers.length === 0 ? '' : `: ${numbers.join(', ')}`}`;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function rangeText({ min, max }: Range, format: (value: number) => string, formatLast = format): string {
  return min === max ? formatLast(max) : `${format(min)} to ${formatLast(max)}`;
}

/** Undefined where one is not known. */
function rangeOf(values: readonly (number | null)[]): Range | undefined {
  const known = values.filter((value) => value !== null);
  return known.length < values.length ? undefined : { min: Math.min(...known), max: Math.max(...known) };
}

/** Of up to twenty all. */
export function shownNames(names: readonly string[]): string {
  return names.length > ROWS_MAX ? nameList(names) : names.join(', ');
}

/** Of up to twenty all; of more those with the most on disk. */
export function shownTopics(topics: readonly TopicSummary[]): {
  readonly shown: readonly TopicSummary[];
  readonly rest: readonly string[];
} {
  if (topics.length <= ROWS_MAX) return { shown: topics, rest: [] };
  const sizeOf = ({ diskBytes }: TopicSummary) => diskBytes ?? Infinity;
  const shown = topics.toSorted((a, b) => (sizeOf(a) === sizeOf(b) ? 0 : sizeOf(b) - sizeOf(a))).slice(0, SHOWN);
  const left = formatCount(topics.length - SHOWN);
  return { shown, rest: [`… ${left} more rows, none with more on disk: --format json`] };
}
