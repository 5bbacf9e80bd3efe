import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import confluent from '@confluentinc/kafka-javascript';
import { LIBRDKAFKA_PROPERTIES } from '../peer.ts';
import { brokers, count, reportOn, topic, value } from './send-all.ts';

/** Messages sent between two looks at the event loop, where the reports come in. */
const BURST = 1000;

const properties = { ...LIBRDKAFKA_PROPERTIES, 'bootstrap.servers': brokers.join(','), dr_cb: true };
const producer = new confluent.Producer(properties as unknown as confluent.ProducerGlobalConfig, {});
let reported = 0;
producer.on('delivery-report', (error) => {
  if (error) throw error;
  reported++;
});
producer.connect();
await once(producer, 'ready');
await reportOn(async () => {
  for (let sent = 0; reported < count; await turn()) {
    producer.poll();
    const free = Number(LIBRDKAFKA_PROPERTIES['queue.buffering.max.messages']) - (sent - reported);
    const burst = Math.min(BURST, count - sent, free);
    for (let i = 0; i < burst; i++) producer.produce(topic, null, value, null, null, sent++);
  }
});
await new Promise((resolve) => producer.disconnect(resolve));
