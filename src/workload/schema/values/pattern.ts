/** Generates text that matches a regular expression, parsed by ret. */
import { createRequire } from 'node:module';
import type { SetTokens, Token, Tokens } from 'ret';
import { CounterRng } from '../../random.ts';
import { type Raw, seedOf, written } from './texts.ts';

const require = createRequire(import.meta.url);

/** `*`, `+` and `{n,}` repeat at most this often beyond what they must. */
const REPEATS_MAX = 10;
const LENGTH_MAX = 10_000;
const TRIALS = 100;

/** Why text cannot be generated from the pattern, or undefined. */
export function patternProblem(pattern: string): { readonly message: string; readonly hint?: string } | undefined {
  let whole: RegExp;
  try {
    whole = new RegExp(`^(?:${pattern})$`);
  } catch (error) {
    const reason = (error as Error).message
      .replace(/^Invalid regular expression: /, '')
      .replace('^(?:', '')
      .replace(')$', '');
    return { message: `invalid regular expression: ${reason}` };
  }
  const { text, lengthMax } = textsOf(pattern, new CounterRng(0, 'trial'));
  if (lengthMax > LENGTH_MAX) {
    return { message: `matches strings of up to ${lengthMax} characters`, hint: `at most ${LENGTH_MAX}` };
  }
  const misfit = Array.from({ length: TRIALS }, (_, draw) => text(draw)).find((each) => !whole.test(each));
  if (misfit === undefined) return undefined;
  return {
    message: `texts made from it do not always match it, as ${JSON.stringify(misfit)}`,
    hint: 'look-around, \\b and sets without a printable ASCII character cannot be made',
  };
}

/** @throws if `patternProblem` finds one. */
export function openPattern(pattern: string, rng: CounterRng): Raw {
  const { text, lengthMax } = textsOf(pattern, rng);
  return written(text, lengthMax);
}

/** Alphabet for character sets. */
const PRINTABLE = Array.from({ length: 95 }, (_, i) => 32 + i);

/** A part of a pattern. */
interface Part {
  /** UTF-16 units of its longest text. */
  readonly lengthMax: number;
  text(): string;
}

const EMPTY: Part = { lengthMax: 0, text: () => '' };

function textsOf(pattern: string, rng: CounterRng): { text: (draw: number) => string; lengthMax: number } {
  // Loaded on demand. CommonJS; its types declare a default export that Node does not provide.
  const ret = require('ret') as typeof import('ret')['default'] & Pick<typeof import('ret'), 'types'>;
  const { types } = ret;
  /** Last text of each capturing group. */
  const groups: { lengthMax: number; text: string }[] = [];
  let counter = 0;
  const below = (count: number) => rng.below(counter++, count);

  function partOf(token: Tokens): Part {
    switch (token.type) {
      case types.ROOT:
      case types.GROUP:
        return alternatives(token);
      case types.SET:
        return oneOf(PRINTABLE.filter((code) => isIn(token.set, code) !== token.not));
      case types.REPETITION:
        return repeated(partOf(token.value), token.min, token.max);
      case types.REFERENCE: {
        const at = token.value - 1;
        return { lengthMax: groups[at]?.lengthMax ?? 0, text: () => groups[at]?.text ?? '' };
      }
      case types.CHAR: {
        // Without the `u` flag a character outside the basic plane is two tokens.
        const character = String.fromCodePoint(token.value);
        return { lengthMax: 1, text: () => character };
      }
      default:
        return EMPTY;
    }
  }

  function alternatives(token: Extract<Tokens, { stack?: Token[] }>): Part {
    const isGroup = token.type === types.GROUP;
    const group = isGroup && token.remember ? { lengthMax: 0, text: '' } : undefined;
    if (group !== undefined) groups.push(group);
    const options = (token.options ?? [token.stack!]).map((tokens) => tokens.map(partOf));
    const lengthMax = Math.max(...options.map((parts) => parts.reduce((sum, part) => sum + part.lengthMax, 0)));
    if (group !== undefined) group.lengthMax = lengthMax;
    if (isGroup && (token.followedBy || token.notFollowedBy)) return { ...EMPTY, lengthMax };
    const text = () => {
      const parts = token.options === undefined ? options[0]! : options[below(options.length)]!;
      let made = '';
      for (const part of parts) made += part.text();
      if (group !== undefined) group.text = made;
      return made;
    };
    return { lengthMax, text };
  }

  function oneOf(codes: readonly number[]): Part {
    const characters = codes.map((code) => String.fromCodePoint(code));
    return { lengthMax: 1, text: () => (characters.length === 0 ? '' : characters[below(characters.length)]!) };
  }

  function repeated(part: Part, min: number, max: number): Part {
    const timesMax = max === Infinity ? min + REPEATS_MAX : max;
    const text = () => {
      let made = '';
      for (let left = min + below(timesMax - min + 1); left > 0; left--) made += part.text();
      return made;
    };
    return { lengthMax: timesMax * part.lengthMax, text };
  }

  function isIn(set: SetTokens, code: number): boolean {
    return set.some((each) => {
      if (each.type === types.SET) return isIn(each.set, code) !== each.not;
      return each.type === types.RANGE ? each.from <= code && code <= each.to : each.value === code;
    });
  }

  const { text, lengthMax } = partOf(ret(pattern));
  const textOf = (draw: number): string => {
    counter = seedOf(rng.uniform(draw));
    for (const group of groups) group.text = '';
    return text();
  };
  return { text: textOf, lengthMax };
}
