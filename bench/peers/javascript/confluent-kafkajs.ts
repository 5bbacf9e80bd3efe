import confluent from '@confluentinc/kafka-javascript';
import { LIBRDKAFKA_PROPERTIES } from '../peer.ts';
import { brokers, reportOn, sendAll, topic, value } from './send-all.ts';

const { acks, ...properties } = LIBRDKAFKA_PROPERTIES;
const { Kafka, logLevel } = confluent.KafkaJS;
const client = new Kafka({ kafkaJS: { brokers, logLevel: logLevel.ERROR } });
const producer = client.producer({ kafkaJS: { acks: Number(acks) }, ...numbers(properties) });
await producer.connect();
await reportOn(() => sendAll({ value }, (messages) => producer.send({ topic, messages })));
await producer.disconnect();

function numbers(texts: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Number(text)]));
}
