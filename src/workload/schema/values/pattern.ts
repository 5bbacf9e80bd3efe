/** Texts that match a regular expression, by randexp with our own random numbers. */
import { createRequire } from 'node:module';
import { CounterRng } from '../../random.ts';
import { type Raw, seedOf, written } from './texts.ts';

const require = createRequire(import.meta.url);

/** `*`, `+` and `{n,}` repeat at most this often beyond what they must. */
const REPEATS_MAX = 10;
const LENGTH_MAX = 10_000;
const TRIALS = 100;

/** Why texts cannot be made from a pattern; undefined when they can. */
export function patternProblem(pattern: string): { readonly message: string; readonly hint?: string } | undefined {
  let whole: RegExp;
  try {
    whole = new RegExp(`^(?:${pattern})$`);
  } catch (error) {
    const reason = (error as Error).message
      .replace(/^Invalid regular expression: /, '')
      .replace('^(?:', '')
      .replace(')$', '');
    return { message: `is no regular expression: ${reason}` };
  }
  const { text, lengthMax } = textsOf(pattern, new CounterRng(0, 'trial'));
  if (lengthMax > LENGTH_MAX) {
    return { message: `makes texts of up to ${lengthMax} characters`, hint: `at most ${LENGTH_MAX}` };
  }
  const misfit = Array.from({ length: TRIALS }, (_, draw) => text(draw)).find((each) => !whole.test(each));
  if (misfit === undefined) return undefined;
  return {
    message: `texts made from it do not always match it, as ${JSON.stringify(misfit)}`,
    hint: 'look-around, \\b and sets without a printable ASCII character cannot be made',
  };
}

/** @throws where `patternProblem` finds one. */
export function openPattern(pattern: string, rng: CounterRng): Raw {
  const { text, lengthMax } = textsOf(pattern, rng);
  return written(text, lengthMax);
}

/** What randexp's parser makes of a pattern, as far as it is looked at here. */
interface Token {
  readonly type: number;
  readonly value?: unknown;
  readonly options?: readonly (readonly Token[])[];
  readonly stack?: readonly Token[];
  readonly remember?: boolean;
  readonly min?: number;
  readonly max?: number;
  groupNumber?: number;
}

const POSITION = 2;
const REPETITION = 5;
const REFERENCE = 6;

function textsOf(pattern: string, rng: CounterRng): { text: (draw: number) => string; lengthMax: number } {
  // Loaded where there is a pattern; CommonJS whose types promise a default export that Node does not give it.
  const RandExp: typeof import('randexp')['default'] = require('randexp');
  const generator = new RandExp(pattern);
  const lengthMax = longestText((generator as unknown as { readonly tokens: Token }).tokens, []);
  let counter = 0;
  generator.max = REPEATS_MAX;
  generator.randInt = (from, to) => from + rng.below(counter++, to - from + 1);
  // A set is the same each time, and takes longer to work out than all the rest.
  const sets = new Map<unknown, ReturnType<typeof generator._expand>>();
  const expand = generator._expand.bind(generator);
  generator._expand = (token) => {
    const known = sets.get(token) ?? expand(token);
    sets.set(token, known);
    return known;
  };
  const text = (draw: number): string => {
    counter = seedOf(rng.uniform(draw));
    return generator.gen();
  };
  return { text, lengthMax };
}

/**
 * UTF-16 units of the longest text. Numbers the groups as they stand in the pattern on the way: randexp would number
 * them as it comes by them, and a text would depend on those made before it.
 */
function longestText(token: Token, groups: number[]): number {
  if (token.stack !== undefined || token.options !== undefined) {
    if (token.remember) token.groupNumber = groups.push(0) - 1;
    const options = token.options ?? [token.stack!];
    const lengths = options.map((option) => option.reduce((sum, each) => sum + longestText(each, groups), 0));
    const length = Math.max(...lengths);
    if (token.groupNumber !== undefined) groups[token.groupNumber] = length;
    return length;
  }
  if (token.type === POSITION) return 0;
  if (token.type === REFERENCE) return groups[(token.value as number) - 1] ?? 0;
  // Without the flag `u` a character outside of the basic plane is two tokens.
  if (token.type !== REPETITION) return 1;
  const times = token.max === Infinity ? token.min! + REPEATS_MAX : token.max!;
  return times * longestText(token.value as Token, groups);
}
