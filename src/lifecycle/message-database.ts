/**
 * A run's messages in a SQLite file: to look at while it runs (`sqlite3 FILE`), and to go on from after it was killed.
 * Written once a second, from one thread, in one transaction each.
 */
import { InputError, LoadError } from '../errors.ts';
import type { MessageState } from '../workload/built-in/message-lifecycle/state.ts';
import { FileLock } from './file-lock.ts';
import { LOCKED_MS_MAX, openSqlite, SQLITE, type Sqlite, sqliteCodeOf } from './sqlite.ts';

const SCHEMA = `
  BEGIN;
  CREATE TABLE IF NOT EXISTS run (
    run_tag TEXT NOT NULL, profile TEXT NOT NULL, profile_hash TEXT NOT NULL,
    planned_at INTEGER NOT NULL, starts INTEGER NOT NULL, elapsed_ms REAL NOT NULL, ended INTEGER NOT NULL,
    process INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS lanes (lane TEXT PRIMARY KEY, settled INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS phone_numbers (number INTEGER PRIMARY KEY, carrier TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS messages (
    message_id TEXT PRIMARY KEY, phone_number INTEGER NOT NULL REFERENCES phone_numbers (number),
    state TEXT NOT NULL, sent_at INTEGER, state_at INTEGER NOT NULL, delivered_at INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS messages_by_state ON messages (state);
  COMMIT;
`;

const TABLES = ['run', 'lanes', 'phone_numbers', 'messages'];

/** Makes a message's row or moves it on; states come in their order, and a second time change nothing. */
const SET_STATE = `
  INSERT INTO messages (message_id, phone_number, state, sent_at, state_at, delivered_at)
  VALUES (@messageId, @phoneNumber, @status, iif(@status = 'sent', @timestamp, NULL), @timestamp,
          iif(@status = 'delivered', @timestamp, NULL))
  ON CONFLICT (message_id) DO UPDATE SET
    state = iif(excluded.state_at >= state_at, excluded.state, state),
    state_at = max(excluded.state_at, state_at),
    sent_at = coalesce(sent_at, excluded.sent_at),
    delivered_at = coalesce(delivered_at, excluded.delivered_at)
`;

/** Where a run is, or was when it ended. */
export interface SavedRun {
  /** 16 hex digits. */
  readonly runTag: string;
  readonly profile: string;
  readonly profileHash: string;
  /** When it was planned first, ms since 1970: windows of the day lie where they lay. */
  readonly plannedAtMs: number;
  /** How often it was started. */
  readonly starts: number;
  /** Of its schedule, ms. */
  readonly elapsedMs: number;
  readonly ended: boolean;
  /** By lane: its records below this index are acknowledged or given up. */
  readonly settled: Readonly<Record<string, number>>;
}

export interface DatabaseCounts {
  /** Messages by the state they are in. */
  readonly states: Readonly<Record<string, number>>;
  /** Messages by carrier. */
  readonly carriers: Readonly<Record<string, number>>;
  readonly phoneNumbers: number;
  readonly bytes: number;
}

/** Its one writer, as long as it is open. */
export class MessageDatabase {
  readonly file: string;
  readonly #db: Sqlite;
  readonly #lock: FileLock;

  /** @throws LoadError SQLITE; InputError where the file is something else, or another process is writing it. */
  constructor(file: string) {
    this.file = file;
    this.#db = openSqlite(file);
    let lock: FileLock | undefined;
    try {
      // Before anything is changed: it may be anybody's.
      checkTables(this.#db, file);
      lock = FileLock.take(`${file}-lock`);
      if (lock === undefined) {
        const message = `process ${writerOf(this.#db)} is writing ${file}`;
        throw new InputError([{ place: 'database', message, hint: 'wait for it, or name another file' }]);
      }
      this.#db.pragma('journal_mode = WAL');
      this.#db.pragma('synchronous = NORMAL');
      this.#db.exec(SCHEMA);
      this.#lock = lock;
    } catch (error) {
      this.#db.close();
      lock?.release();
      throw describeError(error, file);
    }
  }

  /** Undefined in a new file. */
  saved(): SavedRun | undefined {
    return this.#attempt(() => this.#saved());
  }

  #saved(): SavedRun | undefined {
    const row = this.#db.prepare('SELECT * FROM run').get() as Record<string, string | number> | undefined;
    if (row === undefined) return undefined;
    const lanes = this.#db.prepare('SELECT lane, settled FROM lanes').all() as { lane: string; settled: number }[];
    return {
      runTag: String(row.run_tag),
      profile: String(row.profile),
      profileHash: String(row.profile_hash),
      plannedAtMs: Number(row.planned_at),
      starts: Number(row.starts),
      elapsedMs: Number(row.elapsed_ms),
      ended: row.ended === 1,
      settled: Object.fromEntries(lanes.map(({ lane, settled }) => [lane, settled])),
    };
  }

  /** This process writes it from now on. A new run has its numbers with it or, after a crash, neither. */
  begin(
    run: Pick<SavedRun, 'runTag' | 'profile' | 'profileHash' | 'plannedAtMs'>,
    numbers: Iterable<readonly [number: number, carrier: string]>,
  ): void {
    const begin = this.#db.transaction(() => {
      const { changes } = this.#db.prepare('UPDATE run SET starts = starts + 1, process = ?').run(process.pid);
      if (changes > 0) return;
      this.#db
        .prepare('INSERT INTO run VALUES (@runTag, @profile, @profileHash, @plannedAtMs, 1, 0, 0, @process)')
        .run({ ...run, process: process.pid });
      const add = this.#db.prepare('INSERT OR IGNORE INTO phone_numbers VALUES (?, ?)');
      for (const [number, carrier] of numbers) add.run(number, carrier);
    });
    this.#attempt(begin);
  }

  /** States that were sent when nobody wrote them down any more. */
  add(states: Iterable<MessageState>): void {
    const setState = this.#db.prepare(SET_STATE);
    const addAll = this.#db.transaction(() => {
      for (const { messageId, phoneNumber, status, timestamp } of states) {
        setState.run({ messageId, phoneNumber, status, timestamp });
      }
    });
    this.#attempt(addAll);
  }

  /**
   * What happened since the last time: all of it, or after a crash nothing.
   * @param waitMs for whoever else has it locked.
   * @throws LoadError SQLITE where it cannot be written, and then nothing of it is.
   */
  write(
    states: Iterable<MessageState>,
    now: Pick<SavedRun, 'elapsedMs' | 'ended' | 'settled'>,
    waitMs = LOCKED_MS_MAX,
  ): void {
    this.#db.pragma(`busy_timeout = ${waitMs}`);
    const settle = this.#db.prepare(
      'INSERT INTO lanes VALUES (?, ?) ON CONFLICT DO UPDATE SET settled = excluded.settled',
    );
    const writeAll = this.#db.transaction(() => {
      this.add(states);
      for (const [lane, settled] of Object.entries(now.settled)) settle.run(lane, settled);
      this.#db.prepare('UPDATE run SET elapsed_ms = ?, ended = ?').run(now.elapsedMs, now.ended ? 1 : 0);
    });
    this.#attempt(writeAll);
  }

  counts(): DatabaseCounts {
    return this.#attempt(() => this.#counts());
  }

  /** Without going through its rows. */
  bytes(): number {
    const size = 'SELECT page_count * page_size FROM pragma_page_count, pragma_page_size';
    return this.#attempt(() => this.#db.prepare(size).pluck().get() as number);
  }

  #counts(): DatabaseCounts {
    const by = (sql: string) => Object.fromEntries(this.#db.prepare(sql).raw().all() as [string, number][]);
    const one = (sql: string) => this.#db.prepare(sql).pluck().get() as number;
    return {
      states: by('SELECT state, count(*) FROM messages GROUP BY state'),
      carriers: by(
        'SELECT carrier, count(*) FROM messages JOIN phone_numbers ON number = phone_number GROUP BY carrier ORDER BY 2 DESC',
      ),
      phoneNumbers: one('SELECT count(*) FROM phone_numbers'),
      bytes: this.bytes(),
    };
  }

  /** @throws LoadError SQLITE */
  #attempt<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw describeError(error, this.file);
    }
  }

  close(): void {
    try {
      // The file alone has everything: for whoever copies it, and without empty files beside it.
      this.#db.exec('PRAGMA wal_checkpoint(PASSIVE); PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE');
    } catch {
      // Somebody has it open, or the disk is full: SQLite finds what is missing in the -wal file.
    }
    this.#db.close();
    this.#lock.release();
  }
}

/** @throws InputError where the tables are another program's. */
function checkTables(db: Sqlite, file: string): void {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  if (tables.length === 0 || TABLES.every((table) => tables.includes(table))) return;
  throw noDatabase(file, `its tables are ${tables.join(', ')}`);
}

function writerOf(db: Sqlite): unknown {
  const isNew = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'run'").get() === undefined;
  return (isNew ? undefined : db.prepare('SELECT process FROM run').pluck().get()) ?? 'of another start';
}

function noDatabase(file: string, why: string): InputError {
  const message = `${file} is not the database of such a run: ${why}`;
  return new InputError([{ place: 'database', message, hint: 'name another file' }]);
}

/** In a person's words what SQLite throws; anything else stays as it is. */
function describeError(error: unknown, file: string): unknown {
  const { message } = error as Error;
  const code = sqliteCodeOf(error);
  if (code === undefined || code === SQLITE.CONSTRAINT) return error;
  if (code === SQLITE.NOTADB || code === SQLITE.ERROR) return noDatabase(file, message);
  return new LoadError('SQLITE', `${file} cannot be read or written: ${message}`, { cause: error });
}
