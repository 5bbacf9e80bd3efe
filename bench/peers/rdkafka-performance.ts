/**
 * librdkafka's own benchmark in C, compiled against the very librdkafka the engine loads: what is left between the
 * two is the engine's doing. The source is an example in Debian's librdkafka-dev, which the npm package leaves out.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../test/kafka/java.ts';
import { LIBRDKAFKA_PROPERTIES, LOAD, type Peer, PeerUnavailable } from './peer.ts';

const run = promisify(execFile);

const folder = join(packageRoot(), 'bench/.rdkafka_performance');
export const program = join(folder, 'rdkafka_performance');
const source = 'usr/share/doc/librdkafka-dev/examples/rdkafka_performance.c';

export const rdkafkaPerformance: Peer = {
  name: 'rdkafka_performance (C)',
  settings: 'same librdkafka and properties; one payload buffer for all messages, not copied',
  messages: 5_000_000,
  prepare: async () => {
    if (!existsSync(program)) await compile();
  },
  command: async (target, topic, messages) => ({
    program,
    args: [
      ...['-P', '-q', '-t', topic, '-b', target.bootstrapServers],
      ...['-s', String(LOAD.messageBytes), '-c', String(messages)],
      ...Object.entries(LIBRDKAFKA_PROPERTIES).flatMap(([name, value]) => ['-X', `${name}=${value}`]),
    ],
  }),
  report: (stdout) => {
    // % 1000 messages produced (200000 bytes), 1000 delivered (offset 0, 0 failed) in 12ms: …
    const found = [...stdout.matchAll(/(\d+) delivered \(.*?\) in (\d+)ms/g)].at(-1)!;
    return { acked: Number(found[1]), seconds: Number(found[2]) / 1000 };
  },
};

async function compile(): Promise<void> {
  const kafkaJavascript = dirname(
    createRequire(import.meta.url).resolve('@confluentinc/kafka-javascript/package.json'),
  );
  const library = join(kafkaJavascript, 'build/deps');
  if (!existsSync(join(library, 'librdkafka.so'))) {
    throw new PeerUnavailable(
      'the prebuilt addon has librdkafka inside: CKJS_LINKING=dynamic npm rebuild gives one to link with',
    );
  }
  await mkdir(join(folder, 'include'), { recursive: true });
  await fetchSource();
  // Its rd.h includes ../config.h, which only librdkafka's own configure writes; an empty one beside include/ does.
  await writeFile(join(folder, 'config.h'), '');
  const include = ['-I', join(folder, 'include'), '-I', join(kafkaJavascript, 'deps/librdkafka/src')];
  const link = ['-L', library, '-lrdkafka', '-lpthread', `-Wl,-rpath,${library}`];
  const made = join(folder, 'compiled');
  await run('gcc', ['-O2', '-w', ...include, join(folder, source), '-o', made, ...link]).catch(unavailable('gcc'));
  await rename(made, program);
}

/** Unpacks the package without installing it. */
async function fetchSource(): Promise<void> {
  if (existsSync(join(folder, source))) return;
  await run('apt-get', ['download', 'librdkafka-dev'], { cwd: folder }).catch(
    unavailable('apt-get download librdkafka-dev'),
  );
  const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'))!;
  await run('dpkg', ['-x', join(folder, archive), folder]).catch(unavailable('dpkg -x'));
}

const unavailable = (what: string) => (error: Error) => {
  throw new PeerUnavailable(`${what} failed: ${error.message.split('\n').slice(0, 3).join(' ')}`);
};
