/** The JavaScript clients, each in a Node process of its own: see javascript/. */
import { join } from 'node:path';
import type { Peer, Target } from './peer.ts';

function javascriptPeer(name: string, script: string, messages: number, settings: string): Peer {
  return {
    name,
    settings,
    messages,
    prepare: async () => {},
    command: async (target: Target, topic: string, count: number) => ({
      program: process.execPath,
      args: [join(import.meta.dirname, 'javascript', script), target.bootstrapServers, topic, String(count)],
    }),
    report: (stdout) => JSON.parse(stdout),
  };
}

export const javascriptPeers: readonly Peer[] = [
  javascriptPeer(
    'kafka-javascript, node-rdkafka style',
    'confluent-rdkafka.js',
    1_000_000,
    'same librdkafka and properties, a delivery report for every message',
  ),
  javascriptPeer(
    '@platformatic/kafka',
    'platformatic.js',
    1_000_000,
    'send() of 1,000 messages, five at a time; it has no linger',
  ),
  javascriptPeer(
    'kafka-javascript, KafkaJS style',
    'confluent-kafkajs.js',
    600_000,
    'same librdkafka and properties, send() of 1,000 messages, five at a time',
  ),
  javascriptPeer('kafkajs', 'kafkajs.js', 600_000, 'send() of 1,000 messages, five at a time; it has no linger'),
];
