/** Before each file of the unit tests. */
import childProcess from 'node:child_process';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, expect, vi } from 'vitest';
import { debugTo } from '../src/debug.ts';
import { forgetSecrets } from '../src/secrets.ts';

// Starting a process takes longer than most unit tests, and may need dist/.
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const) {
  const refuse = (command: unknown): never => {
    throw new Error(`a unit test starts ${command}: tests that start processes are in *.process.test.ts`);
  };
  Object.assign(childProcess, { [name]: refuse });
}
syncBuiltinESMExports();

// Files share a process and the modules in it (`isolate: false`): evaluated once, not for every file. What src keeps for
// as long as a process lives is forgotten, and a file with stand-ins for modules has all modules to itself.
forgetSecrets();
debugTo(undefined);

const file = expect.getState().testPath!;
const replaced = [...readFileSync(file, 'utf8').matchAll(/^vi\.mock\('([^']+)'/gm)].map(([, path]) => path!);
if (replaced.length > 0) {
  vi.resetModules();
  afterAll(() => {
    for (const path of replaced) vi.doUnmock(path.startsWith('.') ? join(dirname(file), path) : path);
    vi.resetModules();
  });
}
