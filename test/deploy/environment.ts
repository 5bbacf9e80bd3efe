import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const texts = ['src', 'profiles'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|yaml)$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8')),
);

/** Named in the sources, or in a bundled profile as `${NAME}` or `${NAME:-default}`. */
export function readByTheEngine(variable: string): boolean {
  const name = new RegExp(`['".]${variable}\\b|\\$\\{${variable}[:}]`);
  return texts.some((text) => name.test(text));
}
