import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** False for what has ended and was not waited for, too. */
function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, 'utf8'));
}

// Without it nobody ends them: see spawnServer.
test.skipIf(!existsSync('/usr/bin/setpriv'))(
  'servers are gone when the tests that started them are killed, one that was stopped too',
  async () => {
    const script = join(import.meta.dirname, 'orphaned-server.ts');
    const parent = spawn(process.execPath, ['node_modules/jiti/lib/jiti-cli.mjs', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(parent.stdout.setEncoding('utf8'), 'data');
    const servers = String(line).trim().split(' ').map(Number);
    expect(servers.map(isRunning)).toEqual([true, true]);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await expect.poll(() => servers.map(isRunning), { timeout: 30_000 }).toEqual([false, false]);
  },
);
