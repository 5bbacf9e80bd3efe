/** Before each file of the unit tests. */
import childProcess from 'node:child_process';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, expect, vi } from 'vitest';

// Starting a process takes longer than most unit tests, and may need dist/.
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const) {
  const refuse = (command: unknown): never => {
    throw new Error(`a unit test starts ${command}: tests that start processes are in *.process.test.ts`);
  };
  Object.assign(childProcess, { [name]: refuse });
}
syncBuiltinESMExports();

// Files share a process and the packages in it (`isolate: false`); the modules of src, which keep secrets and more, and
// what stands in for a module are each file's own.
const file = expect.getState().testPath!;
const replaced = [...readFileSync(file, 'utf8').matchAll(/^vi\.mock\('([^']+)'/gm)].map(([, path]) => path!);
afterAll(() => {
  for (const path of replaced) vi.doUnmock(path.startsWith('.') ? join(dirname(file), path) : path);
  vi.resetModules();
});
