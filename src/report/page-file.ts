/** The page of a result, a file beside the numbers. */
import { writeWhole } from '../whole-file.ts';

export const PAGE_FILE = 'report.html';

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
