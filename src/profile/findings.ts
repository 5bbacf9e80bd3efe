/** What is wrong with a profile, collected while its parts are read one by one. */
import type { z } from 'zod';
import { InputError, type Problem } from '../errors.ts';
import type { Path } from './document.ts';

/** A Problem before its line is known; `place` is there when it is another file's. */
export interface Finding extends Omit<Problem, 'path'> {
  readonly path: Path;
  /** Set when it is this key of the map at `path` that is wrong. */
  readonly key?: string;
}

export class Findings {
  readonly problems: Finding[];

  constructor(problems: Finding[] = []) {
    this.problems = problems;
  }

  add(path: Path, problem: Omit<Problem, 'path'>): void {
    this.problems.push({ path, ...problem });
  }

  /** A part's value, when it can be read; what is wrong with it the whole schema has reported already. */
  read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | undefined {
    return schema.safeParse(value).data;
  }

  /** Runs a parser that throws InputError; its problems are then about `path`, and say where inside of it they are. */
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
