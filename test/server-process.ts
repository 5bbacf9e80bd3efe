/** Server programs as tests start them: ports of their own, waited for until they answer, ended at once. */
import type { ChildProcess } from 'node:child_process';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Readiness {
  /** What the error calls the server. */
  readonly name: string;
  readonly answers: () => Promise<boolean>;
  readonly limitMs: number;
  /** What it has said so far. */
  readonly output: () => string;
}

/** @throws Error with the end of its output when it never began, has ended or takes too long. */
export async function answering(child: ChildProcess, { name, answers, limitMs, output }: Readiness): Promise<void> {
  const giveUpMs = Date.now() + limitMs;
  while (!(await answers())) {
    if (child.pid === undefined || hasEnded(child) || Date.now() > giveUpMs) {
      throw new Error(`${name} did not start:\n${output().slice(-4000)}`);
    }
    await sleep(50);
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** kill -9: every connection breaks, nothing is flushed. */
export async function killed(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined || hasEnded(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Ports nobody listens on, all held at once while they are chosen so that no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  for (let i = 0; i < count; i++) {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
