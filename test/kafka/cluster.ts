/** A real Apache Kafka on this machine: KRaft, each node broker and controller, own ports, own data folder. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts, answering, freePorts, killed, spawnServer } from '../server-process.ts';
import { JAVA_LOGGING, kafkaClasspath, runJavaTool } from './java.ts';

export interface KafkaOptions {
  /** Nodes, default 1; internal topics are replicated to at most 3 of them. */
  readonly nodes?: number;
  /** Heap of each node, default 768. */
  readonly heapMb?: number;
  /** Broker properties added to every node's server.properties, over our own. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Beside the plain one, on the first node alone. */
  readonly listeners?: readonly Listener[];
  /** How long a node may take to start; default 90 s, less than a test may take, so that what it said is told. */
  readonly startLimitMs?: number;
}

export interface Listener {
  /** Upper case. */
  readonly name: string;
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT';
  /** HOST:PORT that clients are sent to; the listener's own address by default. */
  readonly advertised?: string;
  /** Broker properties of this listener, e.g. `ssl.keystore.location`. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** Nodes are counted from 0, in the order of `bootstrapServers`. */
export interface Kafka {
  readonly bootstrapServers: string;
  /** HOST:PORT of each of the `listeners`, by name. */
  readonly listeners: Readonly<Record<string, string>>;
  /** kill -9: what was acknowledged but not flushed stays in the page cache, as with any crashed process. */
  kill(node?: number): Promise<void>;
  /**
   * Starts a stopped node again on the same port and data, and waits until it listens: after a kill that is
   * `broker.session.timeout.ms` (9 s unless set), until which the controller believes the old one is alive.
   */
  restart(node?: number): Promise<void>;
  /** Stops every node and deletes its data. */
  stop(): Promise<void>;
}

interface Node {
  readonly port: number;
  readonly folder: string;
  process: ChildProcess | undefined;
}

/** Any 16 bytes in base64url will do; one cluster a data folder. */
const CLUSTER_ID = 'bG9hZC1lbmdpbmUtdGVzdA';

/** @throws KafkaUnavailable where Java or the artifacts are not available; Error with the log when a node does not start. */
export async function startKafka(options: KafkaOptions = {}): Promise<Kafka> {
  const count = options.nodes ?? 1;
  const classpath = await kafkaClasspath();
  const root = await mkdtemp(join(tmpdir(), 'kafka-'));
  const more = options.listeners ?? [];
  const ports = await freePorts(2 * count + more.length);
  const nodes: Node[] = ports
    .slice(0, count)
    .map((port, id) => ({ port, folder: join(root, `node-${id}`), process: undefined }));
  const listeners = Object.fromEntries(more.map(({ name }, i) => [name, `127.0.0.1:${ports[2 * count + i]}`]));
  const voters = ports.slice(count, 2 * count).map((port, id) => `${id}@127.0.0.1:${port}`);

  const cleanUp = () => {
    for (const node of nodes) node.process?.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  };
  process.once('exit', cleanUp);

  const start = async (node: Node) => {
    const child = spawnNode(classpath, node.folder, options.heapMb ?? 768);
    node.process = child;
    // A node opens its port only once it is registered and may lead partitions.
    const answers = () => accepts(node.port);
    const output = () => readFileSync(logFile(node.folder), 'utf8');
    const limitMs = options.startLimitMs ?? 90_000;
    await answering(child, { name: 'Kafka', answers, limitMs, output });
  };
  const cluster: Kafka = {
    bootstrapServers: nodes.map(({ port }) => `127.0.0.1:${port}`).join(','),
    listeners,
    kill: (node = 0) => killed(nodes[node]!.process),
    restart: (node = 0) => start(nodes[node]!),
    stop: async () => {
      // Data is thrown away, so there is nothing that an orderly stop would save.
      await Promise.all(nodes.map((node) => killed(node.process)));
      process.off('exit', cleanUp);
      cleanUp();
    },
  };
  try {
    await Promise.all(
      nodes.map(async (node, id) => {
        const file = join(node.folder, 'server.properties');
        await mkdir(node.folder);
        await writeFile(
          file,
          serverProperties(node, id, voters, options.properties ?? {}, id === 0 ? more : [], listeners),
        );
        await runJavaTool('kafka.tools.StorageTool', ['format', '-t', CLUSTER_ID, '-c', file]);
        await start(node);
      }),
    );
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

function serverProperties(
  node: Node,
  id: number,
  voters: readonly string[],
  own: Readonly<Record<string, string>>,
  more: readonly Listener[],
  addresses: Readonly<Record<string, string>>,
): string {
  const plain = `PLAINTEXT://127.0.0.1:${node.port}`;
  const replicas = String(Math.min(voters.length, 3));
  const minInSync = String(voters.length >= 3 ? 2 : 1);
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: [
      plain,
      ...more.map(({ name }) => `${name}://${addresses[name]}`),
      `CONTROLLER://${voters[id]!.split('@')[1]}`,
    ].join(),
    'advertised.listeners': [
      plain,
      ...more.map(({ name, advertised }) => `${name}://${advertised ?? addresses[name]}`),
    ].join(),
    'listener.security.protocol.map': [
      'PLAINTEXT:PLAINTEXT',
      ...more.map(({ name, protocol }) => `${name}:${protocol}`),
      'CONTROLLER:PLAINTEXT',
    ].join(),
    ...Object.fromEntries(
      more.flatMap(({ name, properties = {} }) =>
        Object.entries(properties).map(([key, value]) => [`listener.name.${name.toLowerCase()}.${key}`, value]),
      ),
    ),
    'log.dirs': join(node.folder, 'data'),
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': minInSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minInSync,
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': minInSync,
    'group.initial.rebalance.delay.ms': '0',
    ...own,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const logFile = (folder: string) => join(folder, 'broker.log');

function spawnNode(classpath: string, folder: string, heapMb: number): ChildProcess {
  const log = openSync(logFile(folder), 'a');
  // It unpacks libraries there, and being killed leaves them.
  const temporary = `-Djava.io.tmpdir=${folder}`;
  const heap = [`-Xms${heapMb}m`, `-Xmx${heapMb}m`];
  const args = [...heap, temporary, JAVA_LOGGING, '-cp', classpath, 'kafka.Kafka', join(folder, 'server.properties')];
  const child = spawnServer('java', args, { stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}
