/** What never comes back, and a wall clock that steps: a run ends all the same, and says what happened. */
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { directoryOf } from '../workload/own-files.ts';
import { killCommands, startCommand, until } from './command.ts';

afterAll(killCommands);

const STUCK = {
  'in JavaScript': 'for (;;);',
  'in a C call': "execFileSync('sleep', ['300']);",
};

// At the same time: each waits out how long a thread may be silent.
test.concurrent.each(Object.entries(STUCK))('a value() that never returns, %s', async (_, forEver) => {
  const cwd = directoryOf({
    'stuck.mjs': `
      import { execFileSync } from 'node:child_process';
      import { isMainThread } from 'node:worker_threads';
      import { defineWorkload } from 'kafka-load-engine';
      export default defineWorkload({
        value: ({ index }) => {
          if (index === 2500 && !isMainThread) ${forEver}
          return { n: index };
        },
      });`,
    'profile.yaml': JSON.stringify({
      version: 1,
      workers: 1,
      scenarios: {
        s: {
          workload: './stuck.mjs',
          topic: 't',
          payload: { mode: 'fresh' },
          executor: 'constant-arrival-rate',
          rate: 2000,
          duration: '2s',
          gracefulStop: '100ms',
        },
      },
    }),
  });
  const { code, out } = await startCommand(['profile.yaml', '--bootstrap-servers', 'null'], {}, { cwd }).ended;
  expect(code).toBe(3);
  expect(out).toMatch(/^INCOMPLETE /);
  expect(out).toContain('worker 0 was lost: it did not come back from its load');
});

/** libfaketime, of Debian's package faketime. */
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

test.skipIf(!existsSync(FAKETIME)).concurrent.each([3600, -3600])('the wall clock steps by %i s', async (stepS) => {
  const offset = join(mkdtempSync(join(tmpdir(), 'clock-')), 'offset');
  const setClock = (seconds: number) => writeFileSync(offset, `${seconds < 0 ? '' : '+'}${seconds}`);
  setClock(0);
  const monotonicAsItIs = { FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
  const args = ['bytes', '-r', '500', '-t', '7', '--bootstrap-servers', 'embedded', '--out', 'none', '--allow-invalid'];
  const command = startCommand(args, {
    LD_PRELOAD: FAKETIME,
    FAKETIME_TIMESTAMP_FILE: offset,
    FAKETIME_NO_CACHE: '1',
    ...monotonicAsItIs,
  });
  await until(() => / [\d,]+ acked/.test(command.said.err), command);
  setClock(stepS);
  const { code, out } = await command.ended;
  expect(code).toBe(0);
  expect(out).toMatch(/3,500 sent = 3,500 acked/);
});

test('SIGHUP is SIGTERM', async () => {
  const command = startCommand(['atm', '-r', '100', '--bootstrap-servers', 'null', '--out', 'none']);
  await until(() => command.said.err.includes('on no broker'), command);
  command.child.kill('SIGHUP');
  const { code, err } = await command.ended;
  expect([code, err]).toEqual([143, expect.stringContaining('SIGTERM: sending stopped')]);
});
