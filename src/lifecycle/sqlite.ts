/** SQLite, whose addon not every installation has: compiled or fetched only where a profile or the tests need it. */
import { createRequire } from 'node:module';
import type Database from 'better-sqlite3';
import { LoadError } from '../errors.ts';

export type Sqlite = Database.Database;

/** @throws LoadError SQLITE where the addon is missing, or the file cannot be opened. */
export function openSqlite(file: string, options: Database.Options = {}): Sqlite {
  const require = createRequire(import.meta.url);
  try {
    const open = require('better-sqlite3') as typeof Database;
    return open(file, options);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    // Of the addon: it was never built here, or for another version of Node.js.
    const isMissing = /bindings file|NODE_MODULE_VERSION|ERR_DLOPEN|Cannot find module/.test(message);
    if (isMissing) {
      const hint = 'node scripts/setup.mjs --sqlite fetches or compiles it: about a minute';
      throw new LoadError('SQLITE', 'the database needs SQLite, which is not built here', { hint, cause });
    }
    throw new LoadError('SQLITE', `${file} cannot be opened: ${message}`, { hint: 'choose another file', cause });
  }
}
