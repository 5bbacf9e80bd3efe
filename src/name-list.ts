/** Names of many things in a sentence. */
import { formatCount } from './units.ts';

/** One more is shown in place of `and 1 more`. */
const NAMES_SHOWN = 3;

/** `a, b, c`, `a, b, c and 997 more` */
export function nameList(names: readonly string[]): string {
  const more = names.length > NAMES_SHOWN + 1 ? names.length - NAMES_SHOWN : 0;
  const shown = names.slice(0, names.length - more).join(', ');
  return more === 0 ? shown : `${shown} and ${formatCount(more)} more`;
}
