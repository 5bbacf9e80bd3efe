/** Commands of the built program, as processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const CLI = resolve('dist/src/cli.js');
const POLL_MS = 20;

export interface Command {
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly said: { readonly out: string; readonly err: string };
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

const running = new Set<ChildProcess>();

/** `load ARGS`; nothing of this process's environment but the path, unless told, and in its folder. */
export function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { cwd = process.cwd() }: { readonly cwd?: string } = {},
): Command {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env: { PATH: process.env.PATH, ...env } });
  running.add(child);
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code: code as number | null, ...said };
  });
  return { child, said, ended };
}

/** An embedded cluster with these topics, `NAME:PARTITIONS`; resolves with its address. */
export async function startCluster(...topics: readonly string[]): Promise<string> {
  const { said } = startCommand(['embedded', ...topics.flatMap((topic) => ['--topics', topic])]);
  await until(() => said.out.includes('\n'));
  return said.out.trim();
}

/** For `afterAll`: whatever a failed test left. */
export function killCommands(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Waits as long as the test may take. */
export async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

/** Where a command with `--metrics-port 0` says that its metrics are. */
export async function metricsUrlOf({ child, said }: Command): Promise<string> {
  await until(() => /metrics at \S+\n/.test(said.err) || child.exitCode !== null);
  return /metrics at (\S+)\n/.exec(said.err)![1]!;
}

/** Whole lines only. */
export function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}
