/** An Avro schema as somebody wrote it into a file. */
import { InputError } from '../../../errors.ts';
import { jsonErrorPlace } from './json-place.ts';
import { readSchema } from './read-schema.ts';

/**
 * The schema that stands in a text.
 * @throws InputError: JSON that does not parse, with line and column, or all that `readSchema` finds.
 */
export function checkSchema(text: string, where: string): unknown {
  let schema: unknown;
  try {
    // Some editors put a byte order mark in front.
    schema = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // What V8 says of the place, or shows of the text, is left to the place itself.
    const reason = (error as SyntaxError).message.replace(
      /(, .*)? ((in|after) JSON at position|is not valid JSON).*$/s,
      '',
    );
    const { line, column } = jsonErrorPlace(text);
    throw new InputError([{ place: `${where}:${line}:${column}`, message: `is no JSON: ${reason}` }]);
  }
  readSchema(schema, where);
  return schema;
}
