/** What the shards of this machine have said to each other, when all of them have ended. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Shard 0 removes it where the result is whole. What is there with data in it is of another run: one that lost some, or
 * that left no result. Without data it is of no use, and goes away. @returns whether it is kept.
 */
export function keepData(bus: string): boolean {
  if (hasData(bus)) return true;
  rmSync(bus, { recursive: true, force: true });
  return false;
}

function hasData(bus: string): boolean {
  try {
    const files = readdirSync(bus, { recursive: true, encoding: 'utf8' });
    return files.some((file) => /(^|\/)data-[^/]*$/.test(file) && statSync(join(bus, file)).size > 0);
  } catch {
    return false;
  }
}
