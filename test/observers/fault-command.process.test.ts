/** Commands of the faults timeline, by real processes. */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { monotonicMs } from '../../src/clock.ts';
import type { StartedRun } from '../../src/coordinator/observer.ts';
import { FaultCommand } from '../../src/observers/fault-command.ts';
import { FaultObserver } from '../../src/observers/faults.ts';
import type { FaultSpec } from '../../src/profile/profile.ts';
import { forgetSecrets, rememberSecret } from '../../src/secrets.ts';

afterEach(forgetSecrets);

async function outcomeOf(command: string) {
  const lines: string[] = [];
  let failure: string | undefined = 'it did not end';
  const running = new FaultCommand({
    command,
    onLine: (line) => lines.push(line),
    onEnd: (outcome) => {
      failure = outcome.failure;
    },
  });
  await running.ended;
  return { lines: lines.sort(), failure };
}

test('its output, stderr as well, and how it ended', async () => {
  expect(await outcomeOf('echo out; echo err >&2')).toEqual({ lines: ['err', 'out'], failure: undefined });
  expect(await outcomeOf('exit 3')).toEqual({ lines: [], failure: 'exit code 3' });
  expect(await outcomeOf('kill -9 $$')).toEqual({ lines: [], failure: 'ended by SIGKILL' });
});

/** What has ended may stay in the table where nobody waits for it. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Until it holds: the processes are real. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('ends with all that it started, even what ignores the request', async () => {
  const lines: string[] = [];
  const command = 'trap "" TERM; (trap "" TERM; while :; do sleep 0.05; done) & echo $!; wait';
  let isStarted: () => void = () => {};
  const started = new Promise<void>((resolve) => {
    isStarted = resolve;
  });
  const running = new FaultCommand({ command, onLine: (line) => lines.push(line) && isStarted(), onEnd: () => {} });
  await started;
  await running.kill();
  // The kernel ends what got SIGKILL a moment after the signal; without the kill it would never end.
  await until(() => !isRunning(Number(lines[0])));
});

async function rehearse(faults: readonly FaultSpec[]) {
  const log: string[] = [];
  const warnings: string[] = [];
  const observer = new FaultObserver(faults, {
    log: (line) => log.push(line),
    warn: (warning) => warnings.push(warning),
  });
  observer.start({ reader: { epochMs: monotonicMs() }, plan: { target: { kind: 'kafka' } } } as unknown as StartedRun);
  return { log, warnings, observer };
}

test('what mends runs at the end of the run as well, where `for` is not over', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'faults-')), 'state');
  const exec = { kind: 'exec' as const, command: `echo broken > ${file}; sleep 60`, until: `echo mended > ${file}` };
  const { observer } = await rehearse([{ atNs: 0, forNs: 60e9, action: exec }]);
  await until(() => existsSync(file) && readFileSync(file, 'utf8') === 'broken\n');
  const { events } = await observer.finish({ series: [] } as never);
  expect(readFileSync(file, 'utf8')).toBe('mended\n');
  expect(events).toHaveLength(1);
  expect(events![0]!.until).toBeLessThan(60);
});

test('a command that fails is in the event and a warning; secrets are in neither', async () => {
  rememberSecret('hunter22');
  const { observer, warnings, log } = await rehearse([
    { atNs: 0, action: { kind: 'exec', command: 'echo hunter22; exit 4' } },
  ]);
  await until(() => warnings.length > 0);
  const { events } = await observer.finish({ series: [] } as never);
  expect(events![0]!.text).toBe('exec: echo ***; exit 4: exit code 4');
  expect(warnings).toEqual(['fault exec: echo ***; exit 4: exit code 4']);
  expect(log.join('\n')).not.toContain('hunter22');
});

test('what escaped into a session of its own is not waited for', async () => {
  const lines: string[] = [];
  const running = new FaultCommand({
    command: 'setsid sh -c "echo \\$\\$; sleep 20" & wait',
    onLine: (line) => lines.push(line),
    onEnd: () => {},
  });
  await until(() => lines.length > 0);
  await running.kill();
  process.kill(-Number(lines[0]), 'SIGKILL');
});
