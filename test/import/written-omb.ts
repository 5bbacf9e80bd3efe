/** Files of the OpenMessaging Benchmark, written as it lays them out. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { drivers, workloads } from './omb-tables.ts';

/** A folder with payload/, and what is written into it. */
export function ombFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'omb-'));
  mkdirSync(join(folder, 'payload'));
  mkdirSync(join(folder, 'workloads'));
  // As published: hexadecimal digits.
  for (const [name, bytes] of [
    ['100b', 100],
    ['1Kb', 1024],
  ] as const) {
    const digits = Array.from({ length: bytes / 4 }, (_, i) =>
      createHash('md5').update(String(i)).digest('hex').slice(0, 4),
    );
    writeFileSync(join(folder, 'payload', `payload-${name}.data`), digits.join(''));
  }
  const write = (name: string, content: object | string): string => {
    const file = join(folder, name);
    writeFileSync(file, typeof content === 'string' ? content : stringify(content));
    return file;
  };
  return { folder, write };
}

export function workloadNamed(name: string) {
  return workloads.find(({ file }) => file === `${name}.yaml`)!.values;
}

export function driverNamed(name: string) {
  return drivers.find(({ file }) => file === `${name}.yaml`)!.values;
}
