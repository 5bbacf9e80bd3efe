import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Admin } from '../../src/transport/librdkafka/admin.ts';
import { EmbeddedCluster } from '../../src/transport/librdkafka/embedded-cluster.ts';

const TASKS = '/proc/self/task';

function threadsNamed(name: string): number[] {
  const ids = readdirSync(TASKS).map(Number);
  return ids.filter((id) => readFileSync(`${TASKS}/${id}/comm`, 'utf8').trim() === name);
}

test.skipIf(!existsSync(TASKS))('a signal does not end it, whichever thread it is for', async () => {
  const cluster = new EmbeddedCluster({ t: { partitions: 3 } });
  const admin = new Admin({ 'bootstrap.servers': cluster.bootstrapServers }, 10_000);
  try {
    expect((await admin.topic('t')).partitions).toBe(3);
    const [thread] = threadsNamed('rdk:mock');
    // Linux gives a signal to the thread that is named, unless it takes none; then to this one.
    const heard = once(process, 'SIGUSR2');
    process.kill(thread!, 'SIGUSR2');
    await heard;
    expect((await admin.topic('t')).partitions).toBe(3);
    // This thread goes on to hear them.
    const again = once(process, 'SIGUSR2');
    process.kill(process.pid, 'SIGUSR2');
    await again;
  } finally {
    await admin.close();
    cluster.close();
  }
});
