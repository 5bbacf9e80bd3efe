/**
 * A server program of this machine as an instance of the tests' own: its folder, its ports on 127.0.0.1, and nothing of
 * it left behind.
 */
import type { ChildProcess } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { answering, killed, spawnServer } from '../server-process.ts';

export interface Service {
  /** With user and password, so that a test can look for them in what is printed. */
  readonly url: string;
  readonly password: string;
  /** kill -9: every connection breaks. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Stops it and deletes its data. */
  stop(): Promise<void>;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment; the tests' own unless told. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface ServiceOptions {
  readonly name: string;
  readonly url: string;
  readonly password: string;
  readonly folder: string;
  /** In the order they are started; the last one is the server itself, the one that is killed and restarted. */
  readonly commands: readonly Command[];
  readonly answers: () => Promise<boolean>;
}

/** RabbitMQ takes some 5 s of CPU to start, on a machine that other tests may keep busy. */
const START_LIMIT_MS = 90_000;

/** @throws Error with the end of its output when it does not start. */
export async function startService({ name, url, password, folder, commands, answers }: ServiceOptions) {
  const log = join(folder, 'output.log');
  const running: ChildProcess[] = [];
  const cleanUp = () => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', cleanUp);
  const launch = ({ program, args, env = process.env }: Command) => {
    const output = openSync(log, 'a');
    const child = spawnServer(program, args, { cwd: folder, env, stdio: ['ignore', output, output] });
    closeSync(output);
    child.on('error', () => {}); // it never began: `answering` sees a process without an id
    running.push(child);
    return child;
  };
  const server = commands.at(-1)!;
  const start = async () => {
    const output = () => readFileSync(log, 'utf8');
    await answering(launch(server), { name, answers, limitMs: START_LIMIT_MS, output });
  };
  const service: Service = {
    url,
    password,
    kill: () => killed(running.pop()),
    restart: start,
    stop: async () => {
      // Data is thrown away, so there is nothing that an orderly stop would save.
      await Promise.all(running.map(killed));
      process.off('exit', cleanUp);
      cleanUp();
    },
  };
  try {
    for (const command of commands.slice(0, -1)) launch(command);
    await start();
  } catch (error) {
    await service.stop();
    throw error;
  }
  return service;
}

export const serviceFolder = (name: string) => mkdtemp(join(tmpdir(), `${name}-`));

/** Where a program is, or undefined. */
export function findProgram(name: string, moreFolders: readonly string[] = []): string | undefined {
  const folders = [...moreFolders, ...(process.env.PATH ?? '').split(delimiter)];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
