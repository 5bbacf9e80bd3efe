/**
 * A profile's text as a document that knows where everything stands, and how it is written: parsing, values, and places
 * for problems.
 */
import type { Document, YAMLError } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, Scalar, visit } from 'yaml';
import { InputError, type Problem } from '../errors.ts';

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
  return parseYamlMap(text, file, {
    message: 'a profile is a map of keys',
    hint: 'start with `version: 1` and `scenarios:`',
  });
}

/**
 * A file of flags, which may be empty.
 * @throws InputError with the line of every syntax error.
 */
export function parseSettings(text: string, file: string): ProfileDocument {
  return parseYamlMap(text, file, { message: 'settings are a map of keys', hint: 'e.g. `rate: 5`' }, true);
}

/**
 * Any YAML file whose top is a map.
 * @param otherwise the problem with what is not one.
 * @throws InputError with the line of every syntax error.
 */
export function parseYamlMap(text: string, file: string, otherwise: Problem, mayBeEmpty = false): ProfileDocument {
  // Read as YAML, every line of a page is a problem.
  if (text.trimStart().startsWith('<')) {
    const hint = 'a run leaves its profile as profile.yaml beside its report.html';
    throw new InputError([{ place: file, message: 'HTML or XML, not YAML', hint }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { ...KEYS_ARE_TEXT, lineCounter: lines, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map((problem) => ({
    at: problem.pos[0],
    message: `invalid YAML: ${problemText(problem, text)}`,
  }));
  if (problems.length === 0) problems.push(...strayNodes(document));
  if (problems.length > 0) throw new InputError(firstOfEachLine(problems, file, lines));
  namedKeys(document);
  const isEmpty = document.contents === null;
  if (!isMap(document.contents) && !(isEmpty && mayBeEmpty)) {
    throw new InputError([{ place: `${file}:1`, ...otherwise }]);
  }
  return { file, document, lines, placed: [], fromEnvironment: new Map() };
}

// Bytes and sets have no place here: their tags are as unknown as any. `1.1` and `1.10` are two keys.
const KEYS_ARE_TEXT = {
  resolveKnownTags: false,
  uniqueKeys: (a: unknown, b: unknown) => a === b || (isScalar(a) && isScalar(b) && keyText(a) === keyText(b)),
};

interface ProblemAtOffset {
  /** Offset in the text. */
  readonly at: number;
  readonly message: string;
}

/** In words for a person: yaml speaks of its own functions, and does not name a key that is there twice. */
function problemText({ code, message, pos }: YAMLError, text: string): string {
  if (code === 'MULTIPLE_DOCS') return 'there is a second document; only one is read';
  if (code !== 'DUPLICATE_KEY') return message;
  const key = /^("[^"]*"|'[^']*'|[^\s:]+)/.exec(text.slice(pos[0]))?.[0];
  return `the key ${key === undefined ? '' : `\`${key}\` `}stands twice in the same map`;
}

/** What parses as YAML and has no value: an alias of nothing or of what it is in; a map, list or `__proto__` as a key. */
function strayNodes(document: Document): ProblemAtOffset[] {
  const found: ProblemAtOffset[] = [];
  visit(document, {
    Alias(_, node, ancestors) {
      const anchored = node.resolve(document);
      const at = node.range?.[0] ?? 0;
      if (anchored === undefined) {
        // Its name may be a password that begins with *.
        found.push({ at, message: 'undefined alias: put text that begins with * in quotes' });
      } else if (ancestors.includes(anchored)) {
        found.push({ at, message: `\`*${node.source}\` is inside its own anchor` });
      }
    },
    Pair(_, { key }) {
      const at = (key as Node | null)?.range?.[0] ?? 0;
      if (isMap(key) || isSeq(key)) found.push({ at, message: 'a key must be text' });
      // Whoever copies the map would change what it is instead.
      if (isScalar(key) && key.value === '__proto__') found.push({ at, message: 'unknown key `__proto__`' });
    },
  });
  return found;
}

/** A key is text: `1.10` and `0042` among the weights of a field are what stands there, and null is `null`. */
function namedKeys(document: Document): void {
  visit(document, {
    Pair(_, pair) {
      const key = isAlias(pair.key) ? pair.key.resolve(document) : pair.key;
      if (isScalar(key)) pair.key = Object.assign(new Scalar(keyText(key)), { range: key.range });
    },
  });
}

function keyText({ value, source }: Scalar): string {
  if (value === null) return source === '' ? '' : 'null';
  return typeof value === 'string' ? value : (source ?? String(value));
}

/** Further errors in the same line usually follow from the first. */
function firstOfEachLine(problems: readonly ProblemAtOffset[], file: string, lines: LineCounter): Problem[] {
  const byLine = new Map<number, Problem>();
  for (const { at, message } of problems) {
    const { line } = lines.linePos(at);
    if (!byLine.has(line)) byLine.set(line, { place: `${file}:${line}`, message });
  }
  return [...byLine.values()];
}

/** Text from a flag as YAML reads it, a number, a list, or just the text; how it is written stays known. */
export function nodeOf(text: string): Node {
  const document = parseDocument(text, KEYS_ARE_TEXT);
  const isPlain = document.errors.length === 0 && document.warnings.length === 0 && strayNodes(document).length === 0;
  namedKeys(document);
  const { contents } = document;
  return isPlain && contents !== null && !(isScalar(contents) && contents.value === null) ? contents : new Scalar(text);
}

/**
 * Puts a value in the document, and remembers what it came from.
 * @param value text is read as if it stood there; with `isText` it is one, whatever it looks like.
 */
export function setValue(source: ProfileDocument, path: Path, value: unknown, place: string, isText = false): void {
  // A scalar or null on the way would make setIn throw: the schema then reports what it expected there.
  for (let depth = 1; depth < path.length; depth++) {
    const node = source.document.getIn(path.slice(0, depth), true);
    if (node !== undefined && !isMap(node) && !isSeq(node)) source.document.deleteIn(path.slice(0, depth));
  }
  const node = typeof value === 'string' && !isText ? nodeOf(value) : source.document.createNode(value);
  source.document.setIn(path, node);
  source.placed.push({ path, place });
}

/** What aliases may add: a few lines of them can stand for more values than there is memory. */
const ALIASED_VALUES_MAX = 100_000;

/**
 * The document as plain data.
 * @param isText where text is meant, a number is what stands there: `0042`, `1.10`.
 * @throws InputError where aliases stand for too much.
 */
export function valuesOf(
  source: ProfileDocument,
  isText: (path: Path, value: number | boolean) => boolean = () => false,
): Readonly<Record<string, unknown>> {
  let aliased = 0;
  const read = (node: unknown, path: Path, isAliased: boolean): unknown => {
    if (isAlias(node)) return read(node.resolve(source.document), path, true);
    if (isAliased && ++aliased > ALIASED_VALUES_MAX) {
      const message = `its aliases expand to more than ${ALIASED_VALUES_MAX} values`;
      throw new InputError([{ place: placeOf(source, path.slice(0, 1)), message, hint: 'write the values out' }]);
    }
    if (isMap(node)) {
      return Object.fromEntries(
        node.items.map((pair) => [keyOf(pair), read(pair.value, [...path, keyOf(pair)], isAliased)]),
      );
    }
    if (isSeq(node)) return node.items.map((item, i) => read(item, [...path, i], isAliased));
    if (!isScalar(node)) return null;
    const { value } = node;
    const isOther = typeof value === 'number' || typeof value === 'boolean';
    return isOther && isText(path, value) ? (node.source ?? String(value)) : value;
  };
  return (read(source.document.contents, [], false) ?? {}) as Readonly<Record<string, unknown>>;
}

/** Gives a key of the map at `path` another name, in place: its line and its value stay. */
export function renameKey(source: ProfileDocument, path: Path, from: string, to: string): void {
  const map = source.document.getIn(path);
  const pair: Pair | undefined = isMap(map) ? map.items.find((item) => keyOf(item) === from) : undefined;
  if (isScalar(pair?.key)) pair.key.value = to;
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

export function lineOf(source: ProfileDocument, node: unknown): number | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? source.lines.linePos(range[0]).line : undefined;
}

export function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? (pair.key.value ?? '') : pair.key);
}
