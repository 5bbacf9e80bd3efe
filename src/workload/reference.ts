/** How profile and plan name a workload: plain data, from which any thread gets the definition (loaded-definition.ts). */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { FILE_BYTES_MAX, tooLarge } from './file/records-file.ts';
import { shownPath } from './shown-path.ts';

/**
 * A built-in workload's name, or where one of one's own is: an absolute path, and what stood there when it was read as
 * SHA-256 in hex.
 */
export type WorkloadReference = string | SchemaReference | ModuleReference | FileReference;

/** Records of an Avro schema; one that is in several files, as they name each other's types. */
export interface SchemaReference {
  readonly schema: string | readonly string[];
  readonly sha256: string;
}

/** A JavaScript or TypeScript module made with `defineWorkload`. */
export interface ModuleReference {
  readonly module: string;
  readonly sha256: string;
}

/** Records of a file, sent again; `schema` is the Avro schema of JSON lines. */
export interface FileReference {
  readonly file: string;
  readonly schema?: string | readonly string[];
  readonly sha256: string;
}

/** As a profile writes it: a built-in workload's name, a module's path, or one of the maps; relative paths allowed. */
export type WrittenWorkload =
  | string
  | { readonly schema?: string | readonly string[] | undefined; readonly file?: string | undefined };

/** A module is told from a name by its ending: `./orders.ts`. */
export const MODULE_PATH = /\.[cm]?[jt]s$/;
const SCHEMA_PATH = /\.avsc$/i;
const FILE_PATH = /\.(jsonl|ndjson|avro)$/i;

/**
 * @param directory of the profile: relative paths start there.
 * @throws InputError where a file cannot be read, or the map names none.
 */
export function referenceOf(written: WrittenWorkload, directory: string): WorkloadReference {
  if (typeof written === 'string') {
    if (MODULE_PATH.test(written)) {
      return { module: resolve(directory, written), sha256: contentHash(directory, [written]) };
    }
    if (/[/\\]/.test(written) || SCHEMA_PATH.test(written) || FILE_PATH.test(written)) throw noModule(written);
    return written;
  }
  const { schema, file } = written;
  if (file !== undefined) {
    const sha256 = contentHash(directory, schema === undefined ? [file] : [file, ...pathsOf(schema)]);
    return {
      file: resolve(directory, file),
      ...(schema !== undefined && { schema: resolved(directory, schema) }),
      sha256,
    };
  }
  if (schema === undefined) {
    const hint = 'e.g. { schema: ./order.avsc } or { file: ./records.jsonl }';
    throw new InputError([{ message: 'it names neither a schema nor a file', hint }]);
  }
  return { schema: resolved(directory, schema), sha256: contentHash(directory, pathsOf(schema)) };
}

/** One path stays one, so that what is written is as it was. */
function resolved(directory: string, schema: string | readonly string[]): string | readonly string[] {
  return typeof schema === 'string' ? resolve(directory, schema) : schema.map((path) => resolve(directory, path));
}

export function pathsOf(schema: string | readonly string[]): readonly string[] {
  return typeof schema === 'string' ? [schema] : schema;
}

function noModule(written: string): InputError {
  const map = SCHEMA_PATH.test(written) ? 'schema' : FILE_PATH.test(written) ? 'file' : undefined;
  const hint = map === undefined ? 'a module ends in .ts, .mts, .cts, .js, .mjs or .cjs' : `{ ${map}: ${written} }`;
  return new InputError([{ message: `\`${written}\` is neither a workload nor a module`, hint }]);
}

/** What `referenceOf` reads again as the same. */
export function writtenOf(reference: WorkloadReference): WrittenWorkload {
  if (typeof reference === 'string') return reference;
  if ('module' in reference) return reference.module;
  const { sha256: _, ...written } = reference;
  return written;
}

/** What people call it: in plans, results and messages. */
export function nameOf(reference: WorkloadReference): string {
  if (typeof reference === 'string') return reference;
  if ('module' in reference) return basename(reference.module);
  const paths = 'file' in reference ? [reference.file] : pathsOf(reference.schema);
  return paths.map((path) => basename(path)).join('+');
}

/** The topic of a workload that names none. */
export function topicOf(reference: WorkloadReference): string {
  return (
    nameOf(reference)
      .replace(/\.[^.]*$/, '')
      .replaceAll(/[^A-Za-z0-9._-]/g, '-') || 'records'
  );
}

/** A worker has to have what was planned with. @throws InputError */
export function checkUnchanged(paths: readonly string[], sha256: string): void {
  if (contentHash('', paths) === sha256) return;
  throw new InputError([{ place: paths.map(shownPath).join(', '), message: 'has changed since the profile was read' }]);
}

/**
 * SHA-256 in hex.
 * @throws InputError with each file that cannot be read.
 */
export function contentHash(directory: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  const problems = files.flatMap((shown) => {
    try {
      const path = resolve(directory, shown);
      if (statSync(path).size > FILE_BYTES_MAX) return tooLarge(shown).problems;
      const content = createHash('sha256').update(readFileSync(path));
      hash.update(content.digest());
      return [];
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const says =
        code === 'ENOENT'
          ? `there is no file \`${shown}\``
          : code === 'EISDIR'
            ? `\`${shown}\` is a directory, not a file`
            : `\`${shown}\` cannot be read: ${message}`;
      return [{ message: says, hint: 'the path is relative to the profile' }];
    }
  });
  if (problems.length > 0) throw new InputError(problems);
  return hash.digest('hex');
}
