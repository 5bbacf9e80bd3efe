/** Commands of the built program, as processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const CLI = resolve('dist/src/cli.js');
const POLL_MS = 20;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Command {
  readonly args: readonly string[];
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly said: { readonly out: string; readonly err: string };
  readonly ended: Promise<Ended>;
}

const running = new Map<ChildProcess, Promise<Ended>>();

/** `load ARGS`; nothing of this process's environment but the path, unless told, and in its folder. */
export function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { cwd = process.cwd() }: { readonly cwd?: string } = {},
): Command {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env: { PATH: process.env.PATH, ...env } });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  const ended = once(child, 'close').then(([code]): Ended => {
    running.delete(child);
    return { code: code as number | null, ...said };
  });
  running.set(child, ended);
  return { args, child, said, ended };
}

/** An embedded cluster with these topics, `NAME:PARTITIONS`; resolves with its address. */
export async function startCluster(...topics: readonly string[]): Promise<string> {
  const cluster = startCommand(['embedded', ...topics.flatMap((topic) => ['--topics', topic])]);
  await until(() => cluster.said.out.includes('\n'), cluster);
  return cluster.said.out.trim();
}

/** For `afterAll`: whatever a failed test left, and the clusters. Nothing of it is there any more when it resolves. */
export async function killCommands(): Promise<void> {
  for (const child of running.keys()) child.kill('SIGKILL');
  await Promise.all(running.values());
}

/** Waits as long as the test may take, but not for a command that has ended. */
export async function until(
  reached: () => boolean | Promise<boolean>,
  ...waitedFor: readonly Command[]
): Promise<void> {
  for (;;) {
    // First who has ended, then what it said: with its end all of that is here.
    const gone = waitedFor.find(({ child }) => !running.has(child));
    if (await reached()) return;
    if (gone !== undefined) {
      const { code, err } = await gone.ended;
      throw new Error(`\`load ${gone.args.join(' ')}\` ended with ${code} before what is waited for:\n${err}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Where a command with `--metrics-port 0` says that its metrics are. */
export async function metricsUrlOf(command: Command): Promise<string> {
  await until(() => /metrics at \S+\n/.test(command.said.err), command);
  return /metrics at (\S+)\n/.exec(command.said.err)![1]!;
}

/** Whole lines only. */
export function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}
