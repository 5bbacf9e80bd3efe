/** A real Apache Kafka on this machine: KRaft, each node broker and controller, own ports, own data folder. */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts, answering, ended, freePorts, killed, spawnServer } from '../server-process.ts';
import { brokerArchive } from './broker-archive.ts';
import { JAVA_LOGGING, kafkaClasspath, QUICK_JVM, runJavaTool } from './java.ts';

export interface KafkaOptions {
  /** Nodes, default 1; internal topics are replicated to at most 3 of them. */
  readonly nodes?: number;
  /** Heap of each node, default 768. */
  readonly heapMb?: number;
  /** For measurements: the JVM's optimizing compiler. Without it a node takes a third of the CPU until it listens. */
  readonly optimized?: boolean;
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
  /** SIGTERM: the node gives its partitions to others, tells the controller that it goes, and ends. */
  shutDown(node?: number): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers on them. */
  pause(node?: number): void;
  /** SIGCONT. */
  resume(node?: number): void;
  /**
   * Starts a stopped node again on the same port and data, and waits until it listens: after a kill that is
   * `broker.session.timeout.ms` (9 s unless set), until which the controller believes the old one is alive.
   */
  restart(node?: number): Promise<void>;
  /** The node that is the active controller, as the nodes' files have it. */
  activeController(): number;
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
  const classpath = await kafkaClasspath();
  const archive = await brokerArchive(classpath, async (flags) => {
    const kafka = await startNodes({ heapMb: 256 }, ['-cp', classpath, ...flags, ...QUICK_JVM]);
    await kafka.shutDown();
    await kafka.stop();
  });
  return startNodes(options, ['-cp', classpath, ...archive, ...(options.optimized ? [] : QUICK_JVM)]);
}

async function startNodes(options: KafkaOptions, jvmFlags: readonly string[]): Promise<Kafka> {
  const count = options.nodes ?? 1;
  const root = await mkdtemp(join(tmpdir(), 'kafka-'));
  const more = options.listeners ?? [];
  const ports = await freePorts(2 * count + more.length);
  const nodes: Node[] = ports
    .slice(0, count)
    .map((port, id) => ({ port, folder: join(root, `node-${id}`), process: undefined }));
  const listeners = Object.fromEntries(more.map(({ name }, i) => [name, `127.0.0.1:${ports[2 * count + i]}`]));
  const voters = ports.slice(count, 2 * count).map((port, id) => `${id}@127.0.0.1:${port}`);

  const heap = options.heapMb ?? 768;
  const jvm = [`-Xms${heap}m`, `-Xmx${heap}m`, ...jvmFlags];

  const cleanUp = () => {
    for (const node of nodes) node.process?.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  };
  process.once('exit', cleanUp);

  const start = async (node: Node) => {
    const child = spawnNode(node.folder, jvm);
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
    shutDown: (node = 0) => ended(nodes[node]!.process, 'SIGTERM'),
    pause: (node = 0) => void nodes[node]!.process?.kill('SIGSTOP'),
    resume: (node = 0) => void nodes[node]!.process?.kill('SIGCONT'),
    restart: (node = 0) => start(nodes[node]!),
    activeController: () => {
      const states = nodes.map(({ folder }) => JSON.parse(readFileSync(quorumFile(folder), 'utf8')) as QuorumState);
      return states.reduce((last, state) => (state.leaderEpoch >= last.leaderEpoch ? state : last)).leaderId;
    },
    stop: async () => {
      // Data is thrown away, so there is nothing that an orderly stop would save.
      await Promise.all(nodes.map((node) => killed(node.process)));
      process.off('exit', cleanUp);
      cleanUp();
    },
  };
  try {
    for (const [id, node] of nodes.entries()) {
      await mkdir(node.folder);
      await writeFile(
        propertiesFile(node.folder),
        serverProperties(node, id, voters, options.properties ?? {}, id === 0 ? more : [], listeners),
      );
    }
    await formatAll(nodes.map(({ folder }) => folder));
    await Promise.all(nodes.map(start));
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
    'log.dirs': dataFolder(node.folder),
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
    // Tests write records with timestamps of years ago, which the broker would delete when it next looks, every 5 minutes.
    'log.retention.ms': '-1',
    ...own,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const logFile = (folder: string) => join(folder, 'broker.log');
const dataFolder = (folder: string) => join(folder, 'data');
/** The only place where a node tells who leads without being asked; -1 while there is an election. */
const quorumFile = (folder: string) => join(dataFolder(folder), '__cluster_metadata-0', 'quorum-state');
interface QuorumState {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}
const propertiesFile = (folder: string) => join(folder, 'server.properties');

/** One JVM formats the first node's data folder; the others get copies with ids of their own, which saves a second each. */
async function formatAll([first, ...others]: readonly string[]): Promise<void> {
  await runJavaTool('kafka.tools.StorageTool', ['format', '-t', CLUSTER_ID, '-c', propertiesFile(first!)]);
  for (const [i, folder] of others.entries()) {
    await cp(dataFolder(first!), dataFolder(folder), { recursive: true });
    const meta = join(dataFolder(folder), 'meta.properties');
    const text = (await readFile(meta, 'utf8'))
      .replace(/^node\.id=.*$/m, `node.id=${i + 1}`)
      .replace(/^directory\.id=.*$/m, `directory.id=${randomBytes(16).toString('base64url')}`);
    await writeFile(meta, text);
  }
}

function spawnNode(folder: string, jvm: readonly string[]): ChildProcess {
  const log = openSync(logFile(folder), 'a');
  // It unpacks libraries there, and being killed leaves them.
  const temporary = `-Djava.io.tmpdir=${folder}`;
  const args = [...jvm, temporary, JAVA_LOGGING, 'kafka.Kafka', propertiesFile(folder)];
  const child = spawnServer('java', args, { stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}
