/** SQLite, for a message database. Where Node.js is old its addon is fetched or compiled, and only when it is wanted. */
import { createRequire } from 'node:module';
import type Database from 'better-sqlite3';
import { LoadError } from '../errors.ts';

export type Sqlite = Database.Database;

/**
 * Version 13 has its addon in the package, one for every Node.js with Node-API 10: 22.14 and later. Before that it
 * crashes. Version 12 is fetched or compiled for each, and compiled with the headers of Node.js 24.19 or later it aborts
 * when a statement is garbage-collected (nodejs/node issue 65446). scripts/setup.mjs tells them apart the same way.
 */
const PACKAGE = Number(process.versions.napi) >= 10 ? 'better-sqlite3-13' : 'better-sqlite3';

/** @throws LoadError SQLITE where the addon is missing, or the file cannot be opened. */
export function openSqlite(file: string, options: Database.Options = {}): Sqlite {
  const require = createRequire(import.meta.url);
  try {
    const open = require(PACKAGE) as typeof Database;
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
