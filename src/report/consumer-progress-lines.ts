/** Consumer groups of a run under way, a line each. */
import { styleText } from 'node:util';
import { formatMs, formatPerSec } from '../figures.ts';
import type { ConsumerProgress, Progress } from '../recorder/progress.ts';
import { countOf, formatCount } from '../units.ts';

type Groups = NonNullable<Progress['consumers']>;

const LABEL = 'consumers ';
/** More would push the producers off a small terminal. */
const LINES_MAX = 3;

/** @param color marks a group that reads nothing. */
export function consumerProgressLines(groups: Groups, color: boolean): string[] {
  const all = Object.entries(groups);
  const shown = all.length > LINES_MAX ? all.slice(0, LINES_MAX - 1) : all;
  const lines = shown.map(([name, group]) => `${name}: ${describeConsumer(group, color)}`);
  const more = all.length > shown.length ? [`${countOf(all.length - shown.length, 'more group')}`] : [];
  return [...lines, ...more].map((line, i) => (i === 0 ? LABEL : ' '.repeat(LABEL.length)) + line);
}

/** On a part of a line. */
export function consumerProgressParts(groups: Groups): string[] {
  return Object.entries(groups).map(([name, group]) => `${name} ${describeConsumer(group, false)}`);
}

function describeConsumer({ state, consumed, lag, left, lastRow }: ConsumerProgress, color: boolean): string {
  const isOver = state === 'done' || lastRow === undefined;
  return [
    `${formatCount(consumed)} consumed`,
    ...(isOver ? [] : [formatPerSec(lastRow.consumed)]),
    // What was seen last may be a second old: at the end it would be wrong.
    ...(state === 'done' || lag === undefined ? [] : [lag === null ? 'lag ?' : `lag ${formatCount(lag)}`]),
    ...(isOver || lastRow.p99 === null ? [] : [`end to end p99 ${formatMs(lastRow.p99)} ms`]),
    ...stateWords(state, left, color),
  ].join(', ');
}

function stateWords(state: ConsumerProgress['state'], left: number | null, color: boolean): string[] {
  const marked = (word: string) => (color ? styleText('yellow', word, { validateStream: false }) : word);
  switch (state) {
    case 'waiting':
      return ['not started yet'];
    case 'paused':
      return [marked('paused')];
    case 'end':
      return [left === null ? 'reading the rest' : `${formatCount(left)} left to read`];
    case 'reading':
    case 'done':
      return [];
  }
}
