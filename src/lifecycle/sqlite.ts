/**
 * SQLite, with the API of Node.js's own `node:sqlite`, which Node.js 20 lacks. The package brings its addon along.
 * For the main thread: the addon aborts when a worker thread that is using it is terminated.
 */
import { createRequire } from 'node:module';
import type { DatabaseSyncInstance, DatabaseSyncOptions, EnhancedDatabaseSync } from '@photostructure/sqlite';
import { LoadError } from '../errors.ts';

/** `close` lets go of the file once its statements are garbage-collected, at the end of the process at the latest. */
export type Sqlite = EnhancedDatabaseSync<DatabaseSyncInstance>;

/** Primary result codes: https://sqlite.org/rescode.html */
export const SQLITE = { ERROR: 1, BUSY: 5, CONSTRAINT: 19, NOTADB: 26 };

/** For a reader who has the file locked, or another writer. */
export const LOCKED_MS_MAX = 5_000;

/** @throws LoadError SQLITE where the file cannot be opened, or there is no addon for this platform. */
export function openSqlite(file: string, options: DatabaseSyncOptions = {}): Sqlite {
  const { DatabaseSync, enhance } = loadPackage();
  try {
    return enhance(new DatabaseSync(file, { timeout: LOCKED_MS_MAX, ...options }));
  } catch (cause) {
    const message = `${file} cannot be opened: ${(cause as Error).message}`;
    throw new LoadError('SQLITE', message, { hint: 'choose another file', cause });
  }
}

/** The primary result code of an error of SQLite's; undefined of any other. */
export function sqliteCodeOf(error: unknown): number | undefined {
  const { code, errcode } = error as { code?: unknown; errcode?: number };
  return code === 'ERR_SQLITE_ERROR' && errcode !== undefined ? errcode & 0xff : undefined;
}

/** Only when a database is wanted: everything else works on platforms without an addon. */
function loadPackage(): typeof import('@photostructure/sqlite') {
  try {
    return createRequire(import.meta.url)('@photostructure/sqlite');
  } catch (cause) {
    const message = `SQLite does not load on ${process.platform} ${process.arch}: ${(cause as Error).message}`;
    throw new LoadError('SQLITE', message, { hint: '`npm ci` installs it; `--database none` runs without it', cause });
  }
}
