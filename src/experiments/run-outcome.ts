/** What a finished run counts for: the record of it, from its process or from its directory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failedRecord, type RunPlace, type RunRecord, recordOf, recordOfResult } from '../compare/run-record.ts';
import { readResultText } from '../compare/stored-run.ts';
import type { Measure } from '../objective-grammar.ts';
import type { ChildRun } from './child-run.ts';
import type { RunEntry } from './experiment-directory.ts';

type Place = Omit<RunPlace, 'measures'> & { readonly measures?: readonly Measure[] | undefined };

export function recordFrom(child: ChildRun, { measures = [], ...place }: Place): RunRecord {
  const { result, exitCode } = child;
  const where = { ...place, measures, exitCode };
  return result === null ? failedRecord(where, failureReason(child)) : recordOfResult(result, where);
}

/** Of a run that an earlier process of the experiment finished. */
export function recordOnDisk(directory: string, entry: RunEntry, measures: readonly Measure[] = []): RunRecord {
  const { path, round, attempt, exitCode, id, reason = 'no result' } = entry;
  const where = { path, round, attempt, exitCode, measures };
  if (id === null) return failedRecord(where, reason);
  const file = join(directory, path, 'result.json');
  const { measured, identity } = readResultText(file, readFileSync(file, 'utf8'));
  return recordOf(measured, identity, where);
}

/** Of this engine, or of Node.js where it does not start. */
const ERROR_LINE = /^(?:error|\w*Error(?: \[\w+\])?): /;

/** The error's own line. */
export function failureReason({ stderrTail, exitCode, endedBy }: ChildRun): string {
  if (endedBy !== undefined) {
    return `its process was ended by ${endedBy}${endedBy === 'SIGKILL' ? ', as the system does when memory runs out' : ''}`;
  }
  const lines = stderrTail.split('\n');
  const error = lines.findLast((line) => ERROR_LINE.test(line)) ?? lines.at(-1);
  return error ? error.replace(/^error: /, '') : `it ended with exit code ${exitCode}`;
}
