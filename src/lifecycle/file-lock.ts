/**
 * Who writes a database, for as long as it lives: a lock of the operating system's, which is gone with its process,
 * however that ended. Readers are not in its way: it is on a file of its own.
 */
import { rmSync } from 'node:fs';
import { openSqlite, SQLITE, type Sqlite, sqliteCodeOf } from './sqlite.ts';

export class FileLock {
  readonly #file: string;
  readonly #db: Sqlite;

  private constructor(file: string, db: Sqlite) {
    this.#file = file;
    this.#db = db;
  }

  /** Undefined where another one has it. @throws LoadError where there can be no such file. */
  static take(file: string): FileLock | undefined {
    const db = openSqlite(file, { timeout: 0 });
    try {
      // Nothing is ever written: no file for undoing it.
      db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      return new FileLock(file, db);
    } catch (error) {
      db.close();
      if (sqliteCodeOf(error) === SQLITE.BUSY) return undefined;
      throw error;
    }
  }

  release(): void {
    rmSync(this.#file, { force: true });
    this.#db.close();
  }
}
