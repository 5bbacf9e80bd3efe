/** One folder for all that the tests of this run write under `tmpdir()`, and nothing of it left behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const PREFIX = 'load-tests-';

/** Before the first file. Vitest asks once for each of its projects; its worker processes inherit what is set here. */
export default function setup(): void {
  if (basename(tmpdir()).startsWith(PREFIX)) return;
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  process.env.TMPDIR = folder;
  // Not as soon as the tests are over: a project's servers may still write.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}
