/** Collects the problems of a profile while its parts are read. */
import type { z } from 'zod';
import { InputError, type Problem } from '../errors.ts';
import type { Path } from './document.ts';

/** A Problem before its line is known; `place` is set if it is in another file. */
export interface ProblemAt extends Omit<Problem, 'path'> {
  readonly path: Path;
  /** The wrong key of the map at `path`, if the key itself is the problem. */
  readonly key?: string;
}

export class Problems {
  readonly found: ProblemAt[];

  constructor(problems: ProblemAt[] = []) {
    this.found = problems;
  }

  add(path: Path, problem: Omit<Problem, 'path'>): void {
    this.found.push({ path, ...problem });
  }

  /** A part's value, if valid; otherwise the whole schema has already reported the problem. */
  read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | undefined {
    return schema.safeParse(value).data;
  }

  /** Runs a parser that throws InputError and reports its problems at `path`. */
  attempt<T>(path: Path, parse: () => T): T | undefined {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const { path: inside, message, ...problem } of error.problems) {
        this.add(path, { ...problem, message: inside === undefined ? message : `${inside}: ${message}` });
      }
      return undefined;
    }
  }
}
