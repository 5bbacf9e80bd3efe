/** A file of records, JSON lines or an Avro container: checked completely and packed into shared memory. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { InputError } from '../../errors.ts';
import { shownPath } from '../shown-path.ts';
import { sharedBuffer } from './shared-data.ts';

/** All records stay in memory during the run; for a container the decompressed size counts. */
export const FILE_BYTES_MAX = 256 * 2 ** 20;

export type FileKind = 'lines' | 'container';

/**
 * The kind of file, by its extension.
 * @throws InputError for an unknown extension.
 */
export function kindOf(path: string): FileKind {
  if (/\.(jsonl|ndjson)$/i.test(path)) return 'lines';
  if (/\.avro$/i.test(path)) return 'container';
  const hint = 'JSON lines (.jsonl, .ndjson) or an Avro container (.avro)';
  throw new InputError([{ message: `\`${shownPath(path)}\` is not a record file`, hint }]);
}

/**
 * The whole file in shared memory.
 * @throws InputError if it is too large.
 */
export function readWhole(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size > FILE_BYTES_MAX) throw tooLarge(shownPath(path));
    const whole = sharedBuffer(size);
    for (let at = 0; at < size; ) {
      const read = readSync(file, whole, at, size - at, at);
      if (read === 0) break;
      at += read;
    }
    return whole;
  } finally {
    closeSync(file);
  }
}

export function tooLarge(shown: string): InputError {
  const message = `\`${shown}\` has more than ${FILE_BYTES_MAX / 2 ** 20} MiB of records`;
  return new InputError([{ message, hint: 'all of them are kept in memory: send a part of it' }]);
}
