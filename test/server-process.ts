/** Server programs as tests start them: ports of their own, waited for until they answer, ended at once. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Of util-linux: the kernel kills what it starts when the process that started it is gone, however that ended. */
const SETPRIV = '/usr/bin/setpriv';

/** A server that does not outlive these tests, be they killed: another run would find it on its CPU and memory. */
export function spawnServer(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  if (!existsSync(SETPRIV)) return spawn(program, args, options);
  return spawn(SETPRIV, ['--pdeathsig', 'KILL', program, ...args], options);
}

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
  const giveUpMs = performance.now() + limitMs;
  for (;;) {
    // Asked first: with the server gone, whoever answers is another one.
    const isEnded = child.pid === undefined || hasEnded(child);
    if (!isEnded && (await answers())) return;
    if (isEnded || performance.now() > giveUpMs) {
      const how = isEnded ? `ended with ${child.signalCode ?? child.exitCode}` : `no answer within ${limitMs / 1000} s`;
      throw new Error(`${name} did not start (${how}):\n${output().slice(-4000)}`);
    }
    await sleep(50);
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** kill -9: every connection breaks, nothing is flushed. */
export function killed(child: ChildProcess | undefined): Promise<void> {
  return ended(child, 'SIGKILL');
}

/** Sends the signal and waits until the process is gone. */
export async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child?.pid === undefined || hasEnded(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
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

/**
 * Below the ports that Linux gives to outgoing connections (ip_local_port_range): none of those takes a server's port
 * while it is down, not even the server's own client, which on loopback may happen to be connected to itself.
 */
const PORTS = { from: 10_000, to: 32_768 };

/**
 * Each of vitest's processes that run at the same time chooses from its own part of them: else one could take a port that
 * another has just found free, or whose server is down for a while. The process that runs global setups has the first.
 */
const PARTS = 8;
const PART_SIZE = Math.floor((PORTS.to - PORTS.from) / PARTS);

function randomPort(): number {
  const part = Number(process.env.VITEST_POOL_ID ?? 0) % PARTS;
  const from = PORTS.from + part * PART_SIZE;
  return randomInt(from, from + PART_SIZE);
}

/** Ports nobody listens on, all held at once while they are chosen so that no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomPort();
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    held.push(server);
    ports.push(port);
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
