/** Other readers of the same topic: what comes with Apache Kafka, and librdkafka's own benchmark in C. */
import { randomUUID } from 'node:crypto';
import { JAVA_LOGGING, kafkaClasspath } from '../../test/kafka/java.ts';
import { measureProcess } from '../peers/measure.ts';
import { program, rdkafkaPerformance } from '../peers/rdkafka-performance.ts';

export interface ReadRun {
  readonly records: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface Topic {
  readonly servers: string;
  readonly name: string;
  readonly partitions: number;
  readonly records: number;
}

export interface Contender {
  readonly name: string;
  readonly settings: string;
  prepare?(): Promise<void>;
  read(topic: Topic): Promise<ReadRun>;
}

export const javaReader: Contender = {
  name: 'kafka-consumer-perf-test (Java)',
  settings: 'its defaults; seconds are its fetch.time, without the time until its group is assigned',
  read: async ({ servers, name, records }) => {
    const { stdout, cpuSeconds } = await measureProcess({
      program: 'java',
      args: [
        ...[JAVA_LOGGING, '-cp', await kafkaClasspath(), 'org.apache.kafka.tools.ConsumerPerformance'],
        ...['--bootstrap-server', servers, '--topic', name, '--num-records', String(records)],
        ...['--group', `bench-${randomUUID()}`, '--timeout', '60000'],
      ],
    });
    // start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, …
    const cells = stdout.trim().split('\n').at(-1)!.split(', ');
    return { records: Number(cells[4]), seconds: Number(cells[7]) / 1000, cpuSeconds };
  },
};

export const rdkafkaReader: Contender = {
  name: 'rdkafka_performance -C (C)',
  settings:
    'its defaults (queued.min.messages=1000000); no group, all partitions by one queue; seconds from its first message',
  prepare: rdkafkaPerformance.prepare,
  read: async ({ servers, name, partitions, records }) => {
    const each = Array.from({ length: partitions }, (_, partition) => ['-p', String(partition)]).flat();
    const { stdout, cpuSeconds } = await measureProcess({
      program,
      args: ['-C', '-q', '-t', name, '-b', servers, ...each, '-o', 'beginning', '-c', String(records)],
    });
    // % 4000000 messages (800000000 bytes) consumed in 2731ms: 1464664 msgs/s (292.93 MB/s)
    const found = [...stdout.matchAll(/(\d+) messages \(\d+ bytes\) consumed in (\d+)ms/g)].at(-1);
    if (found === undefined) throw new Error(`rdkafka_performance said: ${stdout.slice(-500)}`);
    return { records: Number(found[1]), seconds: Number(found[2]) / 1000, cpuSeconds };
  },
};
