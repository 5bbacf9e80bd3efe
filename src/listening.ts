/** Ports of this machine that a command serves on: how they are written, opened, and named where that fails. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PORT_MAX } from './address.ts';
import { LoadError, type Problem } from './errors.ts';

/** Anyone who can reach a port sees what a run does: beyond this machine only on request. */
export const LOOPBACK = '127.0.0.1';

export interface ListenAddress {
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
}

/** The words of an error about it. */
export interface Endpoint {
  readonly code: 'METRICS_PORT' | 'WEB_PORT';
  /** `the metrics port` */
  readonly name: string;
  readonly hostFlag: string;
  /** What picks a free port. */
  readonly freePort: string;
}

export function portProblem(text: string, place: string): Problem | undefined {
  if (/^\d{1,5}$/.test(text) && Number(text) <= PORT_MAX) return undefined;
  return { place, message: `\`${text}\` is not a port`, hint: `0 to ${PORT_MAX}; 0 takes any free one` };
}

export function originOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * @returns the port.
 * @throws LoadError with the endpoint's code when it is not available.
 */
export function listen(server: Server, { port, host }: ListenAddress, endpoint: Endpoint): Promise<number> {
  return new Promise((resolve, reject) => {
    // Later ones as well, e.g. that files are used up: a connection that is not taken costs no run.
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is in use' : `is not available: ${cause.message}`;
      const isHost = cause.code === 'EADDRNOTAVAIL' || cause.code === 'ENOTFOUND';
      const hint = isHost
        ? `check that ${endpoint.hostFlag} is an address of this machine`
        : `${endpoint.freePort} picks a free port`;
      reject(new LoadError(endpoint.code, `${endpoint.name} ${host}:${port} ${why}`, { hint, cause }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
