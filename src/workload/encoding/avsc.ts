/** Loads avsc on first use: most runs and worker threads never need it. */
import { createRequire } from 'node:module';
import type avsc from 'avsc';

const require = createRequire(import.meta.url);

export function loadAvsc(): typeof avsc {
  return require('avsc');
}
