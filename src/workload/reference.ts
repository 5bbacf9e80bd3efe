/** How profile and plan refer to a workload: plain data that any thread can resolve (loaded-definition.ts). */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { FILE_BYTES_MAX, tooLarge } from './file/records-file.ts';
import { shownPath } from './shown-path.ts';

/**
 * A built-in workload's name, or the absolute path of a custom one with the SHA-256 (hex) of its content when it was
 * first read.
 */
export type WorkloadReference = string | SchemaReference | ModuleReference | FileReference;

/** Records generated from an Avro schema, in one file or in several that reference each other's types. */
export interface SchemaReference {
  readonly schema: string | readonly string[];
  readonly sha256: string;
}

/** A JavaScript or TypeScript module made with `defineWorkload`. */
export interface ModuleReference {
  readonly module: string;
  readonly sha256: string;
}

/** Records replayed from a file; `schema` is the Avro schema for JSON lines. */
export interface FileReference {
  readonly file: string;
  readonly schema?: string | readonly string[];
  readonly sha256: string;
}

/** As written in a profile: a built-in workload's name, a module's path, or a map. Paths may be relative. */
export type WrittenWorkload =
  | string
  | { readonly schema?: string | readonly string[] | undefined; readonly file?: string | undefined };

/** The file extension distinguishes a module path (`./orders.ts`) from a workload name. */
export const MODULE_PATH = /\.[cm]?[jt]s$/;
const SCHEMA_PATH = /\.avsc$/i;
const FILE_PATH = /\.(jsonl|ndjson|avro)$/i;

/**
 * @param directory base of relative paths: the profile's directory.
 * @throws InputError if a file cannot be read or the map names no file.
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

/** Keeps a single path a string, so that `writtenOf` gives back what was written. */
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

/** Inverse of `referenceOf`. */
export function writtenOf(reference: WorkloadReference): WrittenWorkload {
  if (typeof reference === 'string') return reference;
  if ('module' in reference) return reference.module;
  const { sha256: _, ...written } = reference;
  return written;
}

/** The name shown in plans, results and messages. */
export function nameOf(reference: WorkloadReference): string {
  if (typeof reference === 'string') return reference;
  if ('module' in reference) return basename(reference.module);
  const paths = 'file' in reference ? [reference.file] : pathsOf(reference.schema);
  return paths.map((path) => basename(path)).join('+');
}

/** The default topic of a workload. */
export function topicOf(reference: WorkloadReference): string {
  return (
    nameOf(reference)
      .replace(/\.[^.]*$/, '')
      .replaceAll(/[^A-Za-z0-9._-]/g, '-') || 'records'
  );
}

/** @throws InputError if the files changed since the run was planned. */
export function checkUnchanged(paths: readonly string[], sha256: string): void {
  if (contentHash('', paths) === sha256) return;
  throw new InputError([{ place: paths.map(shownPath).join(', '), message: 'has changed since the run was planned' }]);
}

/**
 * SHA-256 in hex.
 * @throws InputError listing each file that cannot be read.
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
      const { code, message: reason } = error as NodeJS.ErrnoException;
      const message =
        code === 'ENOENT'
          ? `there is no file \`${shown}\``
          : code === 'EISDIR'
            ? `\`${shown}\` is a directory, not a file`
            : `\`${shown}\` cannot be read: ${reason}`;
      return [{ message, hint: 'the path is relative to the profile' }];
    }
  });
  if (problems.length > 0) throw new InputError(problems);
  return hash.digest('hex');
}
