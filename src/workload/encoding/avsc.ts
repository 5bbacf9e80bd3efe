/** avsc, loaded when the first schema is made a type of it: most runs and their worker threads never do. */
import { createRequire } from 'node:module';
import type avsc from 'avsc';

const require = createRequire(import.meta.url);

export function loadAvsc(): typeof avsc {
  return require('avsc');
}
