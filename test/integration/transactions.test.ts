/** Transactions on the embedded cluster, where a call of librdkafka is over before the coordinator has answered. */
import { afterEach, expect, test } from 'vitest';
import { EmbeddedCluster } from '../../dist/src/transport/librdkafka/embedded-cluster.js';
import { LibrdkafkaProducer } from '../../dist/src/transport/librdkafka/producer.js';
import { MessageBatch } from '../../dist/src/transport/message-batch.js';
import type { TransactionError } from '../../src/transport/transport.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

test('commits that nobody waits for are committed, one after another', { timeout: 60_000 }, () => {
  const cluster = new EmbeddedCluster({ t: { partitions: 1 } });
  open.push(cluster);
  const properties = { 'bootstrap.servers': cluster.bootstrapServers, 'transactional.id': 'tx', 'linger.ms': '0' };
  const producer = new LibrdkafkaProducer({
    ...{ clients: [properties], onLog: () => {}, metadataTimeoutMs: 10_000 },
    lanes: [{ client: 0, topic: 't', partitions: 1, headers: {}, transactions: { messages: 1, abortRate: 0 } }],
  });
  open.push(producer);
  cluster.setRtt(3);
  const { transactions } = producer;
  const value = Buffer.from('value');
  const at = producer.address(value);
  for (let n = 0; n < 30; n++) {
    expect(transactions!.begin(0)).toBeUndefined();
    const batch = new MessageBatch(1);
    batch.set(0, at, value.length, 0, -1, 0);
    expect(producer.produce(0, 0, batch, 0, 1)).toBe(1);
    while (producer.poll(100) === 0);
    let error: TransactionError | undefined;
    do {
      error = n % 5 === 4 ? transactions!.abort(0, 10) : transactions!.commit(0, 0);
    } while (error?.isRetriable);
    expect(error).toBeUndefined();
  }
});
