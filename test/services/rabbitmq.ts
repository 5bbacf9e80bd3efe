/** A RabbitMQ of the tests' own, as far from the one of the system as can be: own epmd, cookie, node name and data. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { freePorts } from '../server-process.ts';
import { findProgram, type Service, serviceFolder, startService } from './service.ts';

/** Debian's own wrapper on the path becomes the user rabbitmq; this is what it calls. */
const SCRIPTS = '/usr/lib/rabbitmq/bin';

export const rabbitmqProgram = () => findProgram('rabbitmq-server', [SCRIPTS]);

const PASSWORD = 'hare-and-hounds';

export async function startRabbitmq(): Promise<Service> {
  const folder = await serviceFolder('rabbitmq');
  const [port, distributionPort, epmdPort] = await freePorts(3);
  const url = `amqp://load:${PASSWORD}@127.0.0.1:${port}`;
  const settings = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    'default_user = load',
    `default_pass = ${PASSWORD}`,
    'vm_memory_high_watermark.absolute = 256MB',
    'disk_free_limit.absolute = 10MB',
  ];
  await writeFile(join(folder, 'rabbitmq.conf'), settings.map((line) => `${line}\n`).join(''));
  await writeFile(join(folder, 'none.conf'), ''); // in place of the system's
  const env = {
    PATH: process.env.PATH,
    HOME: folder, // the Erlang cookie's
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `load-${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none.conf'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RUNNING_UNDER_SYSTEMD: 'true', // the script becomes the server, so that a signal reaches it
  };
  // Erlang would start one by itself, and leave it.
  const epmd = { program: 'epmd', args: ['-port', String(epmdPort), '-address', '127.0.0.1'], env };
  const server = { program: rabbitmqProgram() ?? 'rabbitmq-server', args: [], env };
  const answers = () => canConnect(url);
  return startService({ name: 'RabbitMQ', url, password: PASSWORD, folder, commands: [epmd, server], answers });
}

/** It opens its port before it lets anybody in. */
async function canConnect(url: string): Promise<boolean> {
  try {
    const connection = await connect(url, { timeout: 5_000 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
