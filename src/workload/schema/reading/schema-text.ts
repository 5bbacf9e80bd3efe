/** Reads Avro schema files. */
import { readFileSync } from 'node:fs';
import { InputError, type Problem } from '../../../errors.ts';
import { parseJson, plainJson } from '../../encoding/exact-json.ts';
import { shownPath } from '../../shown-path.ts';
import { bundle, conflicts } from './bundle.ts';
import { jsonErrorPlace } from './json-place.ts';
import { readSchema } from './read-schema.ts';

export interface SchemaText {
  readonly schema: unknown;
  /** The schema with exact numbers, which JSON.parse rounds; sent to the registry. */
  readonly text: string;
  /** File names for messages. */
  readonly where: string;
}

interface SchemaFile {
  readonly text: string;
  readonly where: string;
}

/** @throws Error if a file cannot be read. */
export function readFiles(paths: readonly string[]): SchemaFile[] {
  return paths.map((path) => ({ text: readFileSync(path, 'utf8'), where: shownPath(path) }));
}

/**
 * Parses a schema for writing records.
 * @throws InputError as `parseSchema`, and with all that `readSchema` finds.
 */
export function checkSchema(files: readonly SchemaFile[]): SchemaText {
  const parsed = parseSchema(files);
  readSchema(parsed.schema, parsed.where);
  return parsed;
}

/**
 * The schema in one text, or in several that reference each other's types.
 * @throws InputError for JSON that does not parse, with line and column, and for conflicting definitions of a type.
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

/** Java's parser accepts C comments. They become blanks to keep later positions. */
function withoutComments(text: string): string {
  // Some editors write a byte order mark.
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
    // Drop V8's position and excerpt: the place is reported separately.
    const reason = (error as SyntaxError).message.replace(
      /(, .*)? ((in|after) JSON at position|is not valid JSON).*$/s,
      '',
    );
    const { line, column } = jsonErrorPlace(text);
    return { place: `${where}:${line}:${column}`, message: `is not JSON: ${reason}` };
  }
}
