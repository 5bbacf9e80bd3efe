/** The kinds of flags, as yargs reads them. */
import type { Options } from 'yargs';

export type Flags = Readonly<Record<string, Options>>;

/** A flag with a value, which stays the text it is; the last one counts. */
export const text = (group: string, describe: string, more: Options = {}): Options => ({
  group,
  describe,
  nargs: 1,
  ...more,
});
export const list = (group: string, describe: string, more: Options = {}) =>
  text(group, describe, { array: true, ...more });
export const toggle = (group: string, describe: string, more: Options = {}): Options => {
  return { group, describe, type: 'boolean', ...more };
};
