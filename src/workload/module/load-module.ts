/** Loads a TypeScript or JavaScript workload module and checks its export. */
import { createRequire } from 'node:module';
import { z } from 'zod';
import { InputError, type Problem } from '../../errors.ts';
import { nearest, suggest } from '../../nearest.ts';
import { TOPIC_NAME, TOPIC_NAME_RULE } from '../../topic-pattern.ts';
import { shownPath } from '../shown-path.ts';
import {
  DEFINED,
  type DefinedWorkload,
  defineWorkload,
  type ModuleContext,
  type ParameterValue,
} from './define-workload.ts';

/** Target of imports of this package's name, so that they resolve wherever the module is. */
const PUBLIC_FACE = { 'kafka-load-engine': { defineWorkload } };

const anyFunction = <F>(takes: string) =>
  z.custom<F>((value) => typeof value === 'function', { error: `expected a function, ${takes}` });

const paramsError = ({ code }: { readonly code?: string }): string =>
  code === 'invalid_key'
    ? 'a parameter is named in letters and digits, like itemsMax'
    : 'expected a map of names and defaults, as { customers: 1000 }';

const parameterValue = z.union([z.string(), z.number(), z.boolean()]);

const SPEC_KEYS = {
  description: z.string({ error: 'expected text' }).min(1, 'expected text').default('records of a module'),
  schema: z
    .record(z.string(), z.unknown(), { error: 'expected an Avro schema, an object of type record' })
    .nullable()
    .default(null),
  params: z
    .record(
      z.string().regex(/^[a-z][A-Za-z0-9]*$/),
      z
        .union(
          [
            parameterValue.transform((value) => ({ default: value, description: '' })),
            z.strictObject({ default: parameterValue, description: z.string().default('') }),
          ],
          { error: 'expected a default (text, a number, true or false), or { default, description }' },
        )
        .transform((spec) => spec as { readonly default: ParameterValue; readonly description: string }),
      { error: paramsError },
    )
    .default({}),
  topic: z.string({ error: 'expected the name of a topic' }).regex(TOPIC_NAME, TOPIC_NAME_RULE).optional(),
  key: anyFunction<(context: AnyContext) => unknown>('(context) => text, bytes or null').optional(),
  value: anyFunction<(context: AnyContext) => unknown>('(context) => object'),
  id: z.string({ error: 'expected the name of a field' }).min(1, 'expected the name of a field').optional(),
  maxBytes: z
    .int({ error: 'expected a whole number of bytes' })
    .min(1, 'at least 1 byte')
    .max(10 * 2 ** 20, 'at most 10 MiB')
    .default(65_536),
};

export type AnyContext = ModuleContext<Record<string, ParameterValue>>;
export type LoadedModule = z.output<z.ZodObject<typeof SPEC_KEYS>>;

/**
 * @param path absolute.
 * @throws InputError if it does not parse, fails to load, or does not export a workload.
 */
export function loadModule(path: string): LoadedModule {
  const shown = shownPath(path);
  const exported = evaluate(path);
  // CommonJS: `module.exports =`.
  const defined = isDefined(exported) ? exported : exported.default;
  if (defined === undefined) {
    const hint = 'export default defineWorkload({ value: … })';
    throw new InputError([{ place: shown, message: 'the module has no default export', hint }]);
  }
  if (!isDefined(defined)) {
    const hint = "import { defineWorkload } from 'kafka-load-engine', and export default defineWorkload({ … })";
    const message = 'the default export was not made by defineWorkload';
    throw new InputError([{ place: shown, message, hint }]);
  }
  return checkSpec(defined.spec, shown);
}

function evaluate(path: string): Readonly<Record<string, unknown>> {
  // Loaded on demand: otherwise every worker thread would pay for it.
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti');
  const jiti = createJiti(path, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: PUBLIC_FACE,
  });
  try {
    return jiti(path) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new InputError([loadProblem(error, path)]);
  }
}

/** What was thrown need not be an Error. */
function loadProblem(error: unknown, path: string): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const syntax = /^ParseError: (.*?)\s*\n\s*(.+):(\d+):(\d+)/s.exec(message);
  if (syntax !== null) {
    const [, reason, file, line] = syntax;
    return { place: `${shownPath(file!)}:${line}`, message: `syntax error: ${reason!.trim()}` };
  }
  if ((error as NodeJS.ErrnoException)?.code === 'MODULE_NOT_FOUND') {
    return {
      place: shownPath(path),
      message: message.split('\n')[0]!,
      hint: 'paths and packages are looked up from where the module is',
    };
  }
  const place = placeIn(error, path);
  if (message.startsWith('await is only valid')) {
    return { place, message: 'has a top-level await, and is loaded in one go' };
  }
  return { place, message: `fails while it is loaded: ${message}` };
}

/** The line of the module that threw, if it is in the stack. */
export function placeIn(error: unknown, path: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.indexOf(`${path}:`);
  const line = at < 0 ? null : /^:(\d+)/.exec(stack.slice(at + path.length));
  return line === null ? shownPath(path) : `${shownPath(path)}:${line[1]}`;
}

function isDefined(value: unknown): value is DefinedWorkload {
  return typeof value === 'object' && value !== null && DEFINED in value;
}

function checkSpec(spec: unknown, shown: string): LoadedModule {
  if (typeof spec !== 'object' || spec === null) {
    throw new InputError([
      { place: shown, message: 'defineWorkload takes an object', hint: '{ value: (context) => … }' },
    ]);
  }
  const known = Object.keys(SPEC_KEYS);
  const problems = Object.keys(spec).flatMap((key): Problem[] => {
    if (known.includes(key)) return [];
    const hint = suggest(key, known);
    return [
      { place: shown, message: `unknown property \`${key}\` of defineWorkload`, ...(hint !== undefined && { hint }) },
    ];
  });
  const { data, error } = z.object(SPEC_KEYS).safeParse(spec);
  for (const { path, message } of error?.issues ?? []) {
    const isMissing = path.length === 1 && path[0] === 'value' && !('value' in spec);
    // Already reported as misspelled.
    if (isMissing && Object.keys(spec).some((key) => !known.includes(key) && nearest(key, known) === 'value')) continue;
    problems.push({
      place: shown,
      path: path.join('.'),
      message: isMissing ? 'is missing: (context) => object' : message,
    });
  }
  if (problems.length > 0) throw new InputError(problems);
  return data!;
}
