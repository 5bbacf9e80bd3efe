import kafkajs from 'kafkajs';
import { LOAD } from '../peer.ts';
import { brokers, reportOn, sendAll, topic, value } from './send-all.ts';

const client = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.ERROR });
const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
await producer.connect();
await reportOn(() => sendAll({ value }, (messages) => producer.send({ topic, acks: LOAD.acks, messages })));
await producer.disconnect();
