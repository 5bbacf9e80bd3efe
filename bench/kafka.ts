/** `npm run kafka [-- TOPIC:PARTITIONS…]`: an Apache Kafka of one node to try things on; Ctrl-C throws it away. */
import { once } from 'node:events';
import { startKafka } from '../test/kafka/cluster.ts';
import { createTopic } from '../test/kafka/topics.ts';

const kafka = await startKafka({ optimized: true, properties: { 'auto.create.topics.enable': 'true' } });
try {
  for (const argument of process.argv.slice(2)) {
    const [topic, partitions = '1'] = argument.split(':');
    await createTopic(kafka.bootstrapServers, topic!, { partitions: Number(partitions) });
  }
  process.stdout.write(`${kafka.bootstrapServers}\n`);
  // A pending promise alone does not keep Node running.
  const alive = setInterval(() => {}, 2 ** 30);
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  clearInterval(alive);
} finally {
  await kafka.stop();
}
