/** A profile's text as a document that knows where everything stands: parsing, `${ENV}`, and places for problems. */

import type { Document, YAMLError } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml';
import { InputError, type Problem } from '../errors.ts';
import { isSecretEnvironmentName, rememberSecret } from '../secrets.ts';
import type { Environment } from './environment.ts';

export type Path = readonly (string | number)[];

export interface ProfileDocument {
  /** As it is shown in problems. */
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  /** Values that were put in from outside the file, and where they came from (`--set workers`). */
  readonly placed: { readonly path: Path; readonly place: string }[];
  /** Values that the environment gave, and by which variables. */
  readonly fromEnvironment: Map<Node, readonly string[]>;
}

/** @throws InputError with the line of every syntax error. */
export function parseProfile(text: string, file: string): ProfileDocument {
  return parseMap(text, file, {
    message: 'a profile is a map of keys',
    hint: 'start with `version: 1` and `scenarios:`',
  });
}

/**
 * A file of flags, which may be empty.
 * @throws InputError with the line of every syntax error.
 */
export function parseSettings(text: string, file: string): ProfileDocument {
  return parseMap(text, file, { message: 'settings are a map of keys', hint: 'as in `rate: 5`' }, true);
}

function parseMap(text: string, file: string, otherwise: Problem, mayBeEmpty = false): ProfileDocument {
  const lines = new LineCounter();
  // Bytes and sets have no place here: their tags are as unknown as any.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, resolveKnownTags: false });
  const faults = [...document.errors, ...document.warnings].map((fault) => ({
    at: fault.pos[0],
    message: `invalid YAML: ${faultText(fault, text)}`,
  }));
  if (faults.length === 0) faults.push(...strayNodes(document));
  if (faults.length > 0) throw new InputError(firstOfEachLine(faults, file, lines));
  namedKeys(document);
  const isEmpty = document.contents === null;
  if (!isMap(document.contents) && !(isEmpty && mayBeEmpty)) {
    throw new InputError([{ place: `${file}:1`, ...otherwise }]);
  }
  return { file, document, lines, placed: [], fromEnvironment: new Map() };
}

interface Fault {
  /** Offset in the text. */
  readonly at: number;
  readonly message: string;
}

/** In words for a person: yaml speaks of its own functions, and does not name a key that is there twice. */
function faultText({ code, message, pos }: YAMLError, text: string): string {
  if (code === 'MULTIPLE_DOCS') return 'there is a second document; one is all that is read';
  if (code !== 'DUPLICATE_KEY') return message;
  const key = /^("[^"]*"|'[^']*'|[^\s:]+)/.exec(text.slice(pos[0]))?.[0];
  return `the key ${key === undefined ? '' : `\`${key}\` `}stands twice in the same map`;
}

/** What parses as YAML and has no value: an alias of nothing, a map or list as a key. */
function strayNodes(document: Document): Fault[] {
  const found: Fault[] = [];
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return;
      found.push({ at: node.range?.[0] ?? 0, message: `there is no anchor \`&${node.source}\` before this alias` });
    },
    Pair(_, { key }) {
      if (isMap(key) || isSeq(key)) found.push({ at: key.range?.[0] ?? 0, message: 'a key is text' });
    },
  });
  return found;
}

/** A key is text: `null` among the weights of a field, which yaml would take for an empty one. */
function namedKeys(document: Document): void {
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.value === null && key.source !== '') key.value = 'null';
    },
  });
}

/** What follows in the same line is mostly a consequence. */
function firstOfEachLine(faults: readonly Fault[], file: string, lines: LineCounter): Problem[] {
  const problems = new Map<number, Problem>();
  for (const { at, message } of faults) {
    const { line } = lines.linePos(at);
    if (!problems.has(line)) problems.set(line, { place: `${file}:${line}`, message });
  }
  return [...problems.values()];
}

const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{([^}]*)\}?/g;

/**
 * Puts the environment in place of `${NAME}` and `${NAME:-default}` in every value, and in every key since topics are
 * keys (`$${` stands for a plain `${`). As in a shell, a variable that is empty counts as unset where there is a default.
 */
export function interpolate(source: ProfileDocument, environment: Environment): Problem[] {
  const problems: Problem[] = [];
  visit(source.document, {
    Scalar(key, node, ancestors) {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return;
      const place = `${source.file}:${lineOf(source, node)}`;
      const given: string[] = [];
      const text = node.value.replaceAll(VARIABLE, (match, name?: string, fallback?: string) => {
        if (match === '$${') return '${';
        if (name === undefined) {
          problems.push({
            place,
            message: `\`${match}\` is not a variable`,
            hint: `write \${NAME} or \${NAME:-default}`,
          });
          return '';
        }
        const value = environment[name];
        if (value === undefined && fallback === undefined) {
          const hint = `set it, or give a default: \${${name}:-…}`;
          problems.push({ place, message: `the environment variable ${name} is not set`, hint });
          return '';
        }
        if (value !== undefined && isSecretEnvironmentName(name)) rememberSecret(value);
        if (value === undefined || (value === '' && fallback !== undefined)) return fallback!;
        given.push(name);
        return value;
      });
      if (given.length > 0) source.fromEnvironment.set(node, given);
      // A workload's parameters have types we do not know here: read the text as YAML would have.
      const isParameter =
        key !== 'key' && ancestors.some((ancestor) => isPair(ancestor) && keyOf(ancestor) === 'params');
      node.value = isParameter ? parseValue(text) : text;
    },
  });
  return problems;
}

/** Text from a flag as the value that YAML reads in it: a number, a list, or just the text. */
export function parseValue(text: string): unknown {
  try {
    const document = parseDocument(text);
    if (document.errors.length > 0) return text;
    namedKeys(document);
    const value: unknown = document.toJS();
    return value === null ? text : value;
  } catch {
    return text;
  }
}

/** Puts a value in the document, and remembers what it came from. */
export function setValue(source: ProfileDocument, path: Path, value: unknown, place: string): void {
  // A scalar or null on the way would make setIn throw: the schema then says what was expected instead.
  for (let depth = 1; depth < path.length; depth++) {
    const node = source.document.getIn(path.slice(0, depth), true);
    if (node !== undefined && !isMap(node) && !isSeq(node)) source.document.deleteIn(path.slice(0, depth));
  }
  source.document.setIn(path, source.document.createNode(value));
  source.placed.push({ path, place });
}

/**
 * `file:line` of a path, or of the nearest thing around it that is there; the flag, where a flag put it; the variable as
 * well, where the environment did.
 * @param key a key of the map at `path` that is itself the problem.
 */
export function placeOf(source: ProfileDocument, path: Path, key?: string): string {
  const whole = key === undefined ? path : [...path, key];
  const placed = source.placed.findLast((each) => startsWith(whole, each.path));
  if (placed !== undefined) return placed.place;
  let node: Node | null | undefined = source.document.contents;
  let line = 1;
  for (const step of whole) {
    if (isAlias(node)) node = node.resolve(source.document);
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find((item) => keyOf(item) === String(step));
      if (pair === undefined) break;
      line = lineOf(source, pair.key) ?? line;
      node = pair.value as Node | null;
    } else if (isSeq(node)) {
      node = node.items[Number(step)] as Node | undefined;
      line = lineOf(source, node) ?? line;
    } else break;
  }
  const variables = node ? source.fromEnvironment.get(node) : undefined;
  return `${variables === undefined ? '' : `${variables.join(', ')} in `}${source.file}:${line}`;
}

/** `scenarios.atm.stages[0].target` */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

function startsWith(path: Path, start: Path): boolean {
  return start.length <= path.length && start.every((step, i) => String(step) === String(path[i]));
}

function lineOf(source: ProfileDocument, node: unknown): number | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? source.lines.linePos(range[0]).line : undefined;
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key);
}

function isPair(value: unknown): value is Pair {
  return typeof value === 'object' && value !== null && 'key' in value && 'value' in value;
}
