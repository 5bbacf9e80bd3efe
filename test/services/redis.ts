/** A Redis of the tests' own. */
import { accepts, freePorts } from '../server-process.ts';
import { findProgram, type Service, serviceFolder, startService } from './service.ts';

export const redisProgram = () => findProgram('redis-server');

const PASSWORD = 'plain-sailing';

/** @param options.port where it will listen, when a test has to know before it starts. */
export async function startRedis(options: { readonly port?: number } = {}): Promise<Service> {
  const folder = await serviceFolder('redis');
  const port = options.port ?? (await freePorts(1))[0]!;
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    requirepass: PASSWORD,
    dir: folder,
    // What is answered is kept: with the default, a write may wait for the fsync of the last second, and a kill -9 lose it.
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    maxmemory: '64mb',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = { program: redisProgram() ?? 'redis-server', args };
  const url = `redis://:${PASSWORD}@127.0.0.1:${port}`;
  return startService({
    name: 'Redis',
    url,
    password: PASSWORD,
    folder,
    commands: [server],
    answers: () => accepts(port),
  });
}
