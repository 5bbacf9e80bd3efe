/** A file for the person to edit. */
import { writeFileSync } from 'node:fs';
import { InputError, LoadError } from '../errors.ts';
import { makeDirectoryOf } from '../report/result-directory.ts';

/** Makes its directory, and overwrites nothing. @throws InputError where there is such a file; LoadError where none can be made. */
export function writeNew(file: string, text: string): void {
  try {
    makeDirectoryOf(file);
    writeFileSync(file, text, { flag: 'wx' });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new InputError([{ message: `${file} already exists`, hint: 'name another file' }]);
    throw new LoadError('NEW_FILE', `${file} cannot be written: ${message}`, { cause });
  }
}
