/** An Avro schema as somebody wrote it into files. */
import { readFileSync } from 'node:fs';
import { InputError, type Problem } from '../../../errors.ts';
import { parseJson, plainJson } from '../../encoding/exact-json.ts';
import { shownPath } from '../../shown-path.ts';
import { bundle, conflicts } from './bundle.ts';
import { jsonErrorPlace } from './json-place.ts';
import { readSchema } from './read-schema.ts';

export interface SchemaText {
  readonly schema: unknown;
  /** The schema with its numbers to the digit, which JSON.parse rounds: what a registry is to get. */
  readonly text: string;
  /** The files, for messages. */
  readonly where: string;
}

interface SchemaFile {
  readonly text: string;
  readonly where: string;
}

/** @throws Error where a file cannot be read. */
export function readFiles(paths: readonly string[]): SchemaFile[] {
  return paths.map((path) => ({ text: readFileSync(path, 'utf8'), where: shownPath(path) }));
}

/**
 * A schema that records are to be written by.
 * @throws InputError as `parseSchema`, and with all that `readSchema` finds.
 */
export function checkSchema(files: readonly SchemaFile[]): SchemaText {
  const parsed = parseSchema(files);
  readSchema(parsed.schema, parsed.where);
  return parsed;
}

/**
 * The schema that stands in a text, or in several that name each other's types.
 * @throws InputError for JSON that does not parse, with line and column, and for a type that two of them define in two ways.
 */
export function parseSchema(files: readonly SchemaFile[]): SchemaText {
  const texts = files.map(({ text }) => withoutComments(text));
  const problems = files.flatMap(({ where }, i) => jsonProblem(texts[i]!, where) ?? []);
  if (problems.length > 0) throw new InputError(problems);
  const exact = texts.map(parseJson);
  const differing = conflicts(exact).map(({ name, in: [first, other] }): Problem => {
    const message = `defines \`${name}\` otherwise than ${files[first!]!.where} does`;
    return { place: files[other!]!.where, message, hint: 'a type has one definition' };
  });
  if (differing.length > 0) throw new InputError(differing);
  const text = plainJson(exact.length === 1 ? exact[0] : bundle(exact));
  return { schema: JSON.parse(text), text, where: files.map(({ where }) => where).join(', ') };
}

/** Java's parser accepts C comments. They become blanks, which keeps the positions of what follows. */
function withoutComments(text: string): string {
  // Some editors put a byte order mark in front.
  return text
    .replace(/^\uFEFF/, '')
    .replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\/.*|\/\*[\s\S]*?\*\//g, (part) =>
      part.startsWith('"') ? part : part.replaceAll(/[^\n]/g, ' '),
    );
}

function jsonProblem(text: string, where: string): Problem | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    // What V8 says of the place, or shows of the text, is left to the place itself.
    const reason = (error as SyntaxError).message.replace(
      /(, .*)? ((in|after) JSON at position|is not valid JSON).*$/s,
      '',
    );
    const { line, column } = jsonErrorPlace(text);
    return { place: `${where}:${line}:${column}`, message: `is not JSON: ${reason}` };
  }
}
