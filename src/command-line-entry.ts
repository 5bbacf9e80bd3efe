/** The file that Node.js runs as the command line, for those that start it again as a process of its own. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `dist/src/cli.js`: beside this module, or beside or above the bundle's chunk that it is in. */
export function commandLineEntry(): string {
  const places = ['./cli.js', '../cli.js'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`the command line is missing from this installation: ${places[0]}`);
  return found;
}
