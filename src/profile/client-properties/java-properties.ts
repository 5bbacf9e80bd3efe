/**
 * Names of the Java and Python clients: those that mean the same are translated, the others are answered with what to use
 * instead. Names that librdkafka has itself, under whatever meaning, are not listed.
 */

export interface Translation {
  readonly name: string;
  readonly value: (value: string) => string;
}

const same = (value: string): string => value;
/** The Java client writes -1 for the system's own buffer size, librdkafka 0. */
const systemDefault = (value: string): string => (value === '-1' ? '0' : value);

export const JAVA_TRANSLATIONS: Readonly<Record<string, Translation>> = {
  'buffer.memory': {
    name: 'queue.buffering.max.kbytes',
    value: (bytes) => (/^\d+$/.test(bytes) ? String(Math.ceil(Number(bytes) / 1024)) : bytes),
  },
  'max.request.size': { name: 'message.max.bytes', value: same },
  'send.buffer.bytes': { name: 'socket.send.buffer.bytes', value: systemDefault },
  'receive.buffer.bytes': { name: 'socket.receive.buffer.bytes', value: systemDefault },
  'compression.gzip.level': { name: 'compression.level', value: same },
  'compression.lz4.level': { name: 'compression.level', value: same },
  'compression.zstd.level': { name: 'compression.level', value: same },
};

/** Where Python's clients do not just write underscores for dots. */
export const PYTHON_NAMES: Readonly<Record<string, string>> = {
  sasl_plain_username: 'sasl.username',
  sasl_plain_password: 'sasl.password',
  ssl_cafile: 'ssl.ca.location',
  ssl_certfile: 'ssl.certificate.location',
  ssl_keyfile: 'ssl.key.location',
  ssl_password: 'ssl.key.password',
};

const SERIALIZER = 'it has no meaning here: the workload and `format` decide how records are written';
const TRUST = 'librdkafka takes PEM files: use `ssl.ca.location`';
const KEYS = 'librdkafka takes PEM files or PKCS#12: use `ssl.certificate.location` and `ssl.key.location`';
const METRICS = 'it has no meaning here: the engine measures, and writes result.json';
const PARTITIONER = 'use `partitioner: murmur2_random`, which places keys as the Java client does';

export const JAVA_HINTS: Readonly<Record<string, string>> = {
  'key.serializer': SERIALIZER,
  'value.serializer': SERIALIZER,
  'key.deserializer': SERIALIZER,
  'value.deserializer': SERIALIZER,
  'sasl.jaas.config': 'use `sasl.username` and `sasl.password`',
  'sasl.login.callback.handler.class': 'use `sasl.oauthbearer.method: oidc` and its properties',
  'sasl.client.callback.handler.class': 'use `sasl.oauthbearer.method: oidc` and its properties',
  'sasl.login.class': 'it has no meaning here',
  'ssl.truststore.location': TRUST,
  'ssl.truststore.password': TRUST,
  'ssl.truststore.type': TRUST,
  'ssl.truststore.certificates': 'use `ssl.ca.pem`',
  'ssl.keystore.type': KEYS,
  'ssl.keystore.key': 'use `ssl.key.pem`',
  'ssl.keystore.certificate.chain': 'use `ssl.certificate.pem`',
  'ssl.protocol': 'it has no meaning here: OpenSSL negotiates the version',
  'ssl.enabled.protocols': 'it has no meaning here: OpenSSL negotiates the version',
  'interceptor.classes': 'it has no meaning here',
  'metric.reporters': METRICS,
  'metrics.num.samples': METRICS,
  'metrics.recording.level': METRICS,
  'metrics.sample.window.ms': METRICS,
  'max.block.ms': 'the engine never blocks: see `overload` of the scenario',
  'metadata.max.idle.ms': 'use `metadata.max.age.ms`',
  'socket.connection.setup.timeout.max.ms': 'use `socket.connection.setup.timeout.ms`',
  'partitioner.class': PARTITIONER,
  'partitioner.ignore.keys': 'use `key: none` in the scenario',
  'partitioner.adaptive.partitioning.enable': PARTITIONER,
  'partitioner.availability.timeout.ms': PARTITIONER,
  'max.poll.records': 'it has no meaning here: use `fetch.max.bytes`',
  'default.api.timeout.ms': 'use `socket.timeout.ms`',
};
