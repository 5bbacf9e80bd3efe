/**
 * Apache Kafka's own programs, from Maven's artifacts: the broker and tools that prove us right or wrong.
 * `pom.xml` names them; they are fetched once into `.jars/<hash of the pom>/`.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

/** Apache Kafka's brokers from 4.0 on need it. */
const JAVA_MIN = 17;

/** Java, Maven, kcat or the artifacts are not available here; the message says which. */
export class KafkaUnavailable extends Error {}

/** The folder of package.json, found upwards so that it is the same from source and from `dist/`. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** True when `program` can be run. */
export async function canRun(program: string, versionFlag: string): Promise<boolean> {
  return execFileAsync(program, [versionFlag]).then(
    () => true,
    () => false,
  );
}

/** @throws KafkaUnavailable without a Java that is new enough. */
export async function checkJava(): Promise<void> {
  // `java -version` writes `openjdk version "17.0.15" …` to stderr.
  const said = await execFileAsync('java', ['-version']).catch(() => undefined);
  const major = Number(/version "(\d+)/.exec(said?.stderr ?? '')?.[1]);
  if (!(major >= JAVA_MIN))
    throw new KafkaUnavailable(`Java ${JAVA_MIN} or later is needed (found: ${major || 'none'})`);
}

/**
 * Java's class path for the broker and its tools. Fetches the jars on first use (about 55 MB).
 * @throws KafkaUnavailable without Java 17, or without Maven on first use.
 */
export async function kafkaClasspath(): Promise<string> {
  await checkJava();
  const folder = join(packageRoot(), 'test/kafka');
  const pom = join(folder, 'pom.xml');
  const hash = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const jars = join(folder, '.jars', hash);
  if (!existsSync(jars)) await fetchJars(pom, jars);
  return `${jars}/*`;
}

/** @throws KafkaUnavailable where a broker cannot be started or its topics not be read. */
export async function checkKafka(): Promise<void> {
  if (!(await canRun('kcat', '-V'))) throw new KafkaUnavailable('kcat is needed to read topics back');
  await kafkaClasspath();
}

async function fetchJars(pom: string, jars: string): Promise<void> {
  if (!(await canRun('mvn', '-version'))) throw new KafkaUnavailable('Maven (mvn) is needed to fetch Apache Kafka');
  await mkdir(dirname(jars), { recursive: true });
  // Into a folder of our own, then renamed: whoever comes second, or half-way, finds all or nothing.
  const own = await mkdtemp(`${jars}-`);
  try {
    const args = ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${own}`];
    await execFileAsync('mvn', args, { maxBuffer: 1 << 26 });
    await rename(own, jars);
  } catch (error) {
    await rm(own, { recursive: true, force: true });
    if (existsSync(jars)) return;
    const said = (error as { stdout?: string }).stdout?.trim().split('\n').slice(0, 5).join('\n');
    throw new KafkaUnavailable(`Maven could not fetch Apache Kafka: ${said || error}`);
  }
}

/** Options every JVM here is started with; warnings and errors go to stderr. */
export const JAVA_LOGGING = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';

/** Only the first of the JVM's compilers and the simplest collector: starting takes less CPU than optimizing would save. */
export const QUICK_JVM = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** Runs one of Kafka's tools to its end and gives its stdout; throws with its stderr when it fails. */
export async function runJavaTool(mainClass: string, args: readonly string[], input = ''): Promise<Buffer> {
  return collect(
    'java',
    [...QUICK_JVM, '-Xmx256m', JAVA_LOGGING, '-cp', await kafkaClasspath(), mainClass, ...args],
    input,
  );
}

/** stdout of a program, byte for byte; throws with its stderr when it ends with anything but 0. */
export function collect(program: string, args: readonly string[], input = ''): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new Error(`${program} ended with ${code}: ${Buffer.concat(said)}`));
    });
    child.stdin.end(input);
  });
}
