/** Apicurio Registry on this machine: a schema registry with the Confluent REST API that nobody here wrote, in memory. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { answering, freePorts, killed, spawnServer } from '../server-process.ts';
import { canRun, checkJava, KafkaUnavailable, packageRoot } from './java.ts';

const execFileAsync = promisify(execFile);

const VERSION = '2.6.13.Final';
/** Of seconds on an idle machine; less than a test may take, so that what it said is told. */
const START_LIMIT_MS = 90_000;

export interface Registry {
  /** With its path. */
  readonly url: string;
  /** kill -9: gone at once. */
  kill(): Promise<void>;
}

/** @throws KafkaUnavailable where Java or the artifact is not available; Error with its output when it does not start. */
export async function startRegistry(): Promise<Registry> {
  await checkJava();
  const folder = await registryFolder();
  const [port] = await freePorts(1);
  const heap = ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
  const address = [`-Dquarkus.http.port=${port}`, '-Dquarkus.http.host=127.0.0.1'];
  const args = [...heap, ...address, '-jar', `apicurio-registry-app-${VERSION}-runner.jar`];
  const child = spawnServer('java', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream!.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-4000);
    });
  }
  const cleanUp = () => child.kill('SIGKILL');
  process.once('exit', cleanUp);
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const kill = async () => {
    process.off('exit', cleanUp);
    await killed(child);
  };
  try {
    const readiness = { name: 'the schema registry', limitMs: START_LIMIT_MS, output: () => said };
    await answering(child, { ...readiness, answers: () => answers(url) });
  } catch (error) {
    await kill();
    throw error;
  }
  return { url, kill };
}

function answers(url: string): Promise<boolean> {
  return fetch(`${url}/subjects`, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Where the unpacked application is; fetches it on first use (140 MB). */
async function registryFolder(): Promise<string> {
  const folder = join(packageRoot(), `test/kafka/.jars/apicurio-registry-${VERSION}`);
  if (existsSync(folder)) return folder;
  if (!(await canRun('mvn', '-version')))
    throw new KafkaUnavailable('Maven (mvn) is needed to fetch a schema registry');
  await mkdir(dirname(folder), { recursive: true });
  // Into a folder of our own, then renamed: whoever comes second, or half-way, finds all or nothing.
  const own = await mkdtemp(`${folder}-`);
  try {
    const artifact = `io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`;
    const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
    await execFileAsync('mvn', ['-B', '-q', copy, `-Dartifact=${artifact}`, `-DoutputDirectory=${own}`], { cwd: own });
    const archive = `apicurio-registry-app-${VERSION}-all.tar.gz`;
    await execFileAsync('tar', ['-xzf', archive], { cwd: own });
    await rm(join(own, archive));
    await rename(own, folder);
    return folder;
  } catch (error) {
    await rm(own, { recursive: true, force: true });
    if (existsSync(folder)) return folder;
    const output = (error as { stdout?: string }).stdout?.trim().split('\n').slice(0, 5).join('\n');
    throw new KafkaUnavailable(`Maven could not fetch a schema registry: ${output || error}`);
  }
}
