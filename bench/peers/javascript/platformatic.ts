import { Producer } from '@platformatic/kafka';
import { LOAD } from '../peer.ts';
import { brokers, reportOn, sendAll, topic, value } from './send-all.ts';

const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({ clientId: 'bench', bootstrapBrokers: brokers });
await reportOn(() => sendAll({ topic, value }, (messages) => producer.send({ acks: LOAD.acks, messages })));
await producer.close();
