/** The page of a result, a file beside the numbers. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../whole-file.ts';

export const PAGE_FILE = 'report.html';

/** The last line of a summary: what to open, or where no page was written the directory. Whole, so that it can be copied. */
export function resultsLines(directory: string | undefined): string[] {
  if (directory === undefined) return [];
  const page = join(directory, PAGE_FILE);
  return [`Results     ${isFile(page) ? page : directory}`];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** In the head of every page, so that a file is known to be ours. */
export const GENERATOR = 'Kafka load engine';

/** Whether a file is a page of this engine, which may be written again. */
export function isOwnPage(file: Buffer): boolean {
  return file.subarray(0, 1_000).includes(`<meta name="generator" content="${GENERATOR}">`);
}

/**
 * All that was measured is in the other files: a page that cannot be made or written is a warning.
 * @returns its absolute path, or nothing.
 */
export async function writePage(
  path: string,
  page: string | Promise<string>,
  onWarning: (warning: string) => void,
): Promise<string[]> {
  try {
    return [await writeWhole(path, await page)];
  } catch (error) {
    onWarning(`${path} is not written: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
