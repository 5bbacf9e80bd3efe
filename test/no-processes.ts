/** Before each file of the unit tests: starting a process takes longer than most of them, and may need dist/. */
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const) {
  const refuse = (command: unknown): never => {
    throw new Error(`a unit test starts ${command}: tests that start processes are in *.process.test.ts`);
  };
  Object.assign(childProcess, { [name]: refuse });
}
syncBuiltinESMExports();
