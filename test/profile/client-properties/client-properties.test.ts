import { expect, test } from 'vitest';
import {
  checkClientProperties,
  clientPropertyDefault,
} from '../../../src/profile/client-properties/client-properties.ts';
import { CLIENT_PROPERTIES_TABLE } from '../../../src/profile/client-properties/client-properties-table.ts';

const accept = (name: string, value: string) => checkClientProperties({ [name]: value }, 'producer').properties;
const refuse = (name: string, value = '1', role: 'producer' | 'consumer' | 'both' = 'producer') => {
  const { properties, problems } = checkClientProperties({ [name]: value }, role);
  expect(properties).toEqual({});
  return problems.map(({ message, hint }) => `${message} ${hint ?? ''}`).join('\n');
};

test('every line of the table is a property', () => {
  for (const line of CLIENT_PROPERTIES_TABLE.trim().split('\n')) {
    expect(line).toMatch(
      /^[a-z_.]+ \| (both|producer|consumer) \| (string|integer|float|boolean|enum|flags|api) \| .* \|/,
    );
  }
  expect(clientPropertyDefault('batch.size')).toBe('1000000');
  expect(clientPropertyDefault('linger.ms')).toBe('5');
  expect(clientPropertyDefault('nonsense')).toBe('');
});

test.each([
  ['acks', 'all', 'acks', 'all'],
  ['acks', 'ALL', 'acks', 'all'],
  ['request.required.acks', '1', 'acks', '1'],
  ['queue.buffering.max.ms', '0.5', 'linger.ms', '0.5'],
  ['linger.ms', '10', 'linger.ms', '10'],
  ['compression.codec', 'ZSTD', 'compression.type', 'zstd'],
  ['message.timeout.ms', '5000', 'delivery.timeout.ms', '5000'],
  ['message.send.max.retries', '3', 'retries', '3'],
  ['max.in.flight', '5', 'max.in.flight.requests.per.connection', '5'],
  ['security.protocol', 'SASL_SSL', 'security.protocol', 'sasl_ssl'],
  ['enable.idempotence', 'True', 'enable.idempotence', 'true'],
  ['sasl.mechanism', 'PLAIN', 'sasl.mechanism', 'PLAIN'],
  ['partitioner', 'murmur2_random', 'partitioner', 'murmur2_random'],
  ['debug', 'broker,msg', 'debug', 'broker,msg'],
  ['client.id', ' mine ', 'client.id', 'mine'],
  ['buffer.memory', '33554433', 'queue.buffering.max.kbytes', '32769'],
  ['max.request.size', '2000000', 'message.max.bytes', '2000000'],
  ['send.buffer.bytes', '-1', 'socket.send.buffer.bytes', '0'],
  ['compression.zstd.level', '3', 'compression.level', '3'],
  ['batch_size', '3', 'batch.size', '3'],
  ['linger_ms', '3', 'linger.ms', '3'],
  ['max_request_size', '2000', 'message.max.bytes', '2000'],
  ['max_in_flight_requests_per_connection', '3', 'max.in.flight.requests.per.connection', '3'],
  ['sasl_plain_username', 'u', 'sasl.username', 'u'],
  ['ssl_cafile', '/ca.pem', 'ssl.ca.location', '/ca.pem'],
])('%s=%s becomes %s=%s', (name, value, finalName, finalValue) => {
  expect(accept(name, value)).toEqual({ [finalName]: finalValue });
});

test.each([
  ['batch_sise', '1', /unknown client property `batch_sise` did you mean `batch\.size`/],
  ['value_serializer', 'x', /`value_serializer` is a property of the Java client only/],
  ['statistics_interval_ms', '1', /belongs to the engine/],
  ['log_level', '7', /`log_level` belongs to the engine/],
  ['client.id', 'my "load"', /`client\.id` has a quote, a backslash or a control character/],
  ['client.id', 'C:\\load', /`client\.id` has a quote/],
  ['client.id', 'a\nb', /`client\.id` has a quote/],
  ['linger.ms', 'soon', /a number from 0 to 900000, not `soon`/],
  ['linger.ms', '900001', /from 0 to 900000/],
  ['batch.size', '1.5', /a whole number/],
  ['batch.size', '', /a whole number/],
  ['acks', '-2', /from -1 to 1000, or `all`/],
  ['enable.idempotence', 'yes', /true or false/],
  ['compression.type', 'zsdt', /did you mean `zstd`/],
  ['partitioner', 'murmur', /not a value of `partitioner`/],
  ['debug', 'broker,mgs', /`mgs` is not a value/],
  ['max.request.size', '1', /`message.max.bytes` must be/],
])('%s=%s is refused', (name, value, says) => {
  expect(refuse(name, value)).toMatch(says);
});

test.each([
  'delivery.report.only.error',
  'enabled_events',
  'log.queue',
  'log.connection.close',
  'log_level',
  'test.mock.num.brokers',
  'plugin.library.paths',
  'statistics.interval.ms',
  'dr_cb',
  'dr_msg_cb',
  'error_cb',
  'opaque',
  'interceptors',
])('%s belongs to the engine', (name) => {
  expect(refuse(name)).toMatch(/belongs to the engine/);
});

test.each([
  ['key.serializer', /workload and `format` decide/],
  ['sasl.jaas.config', /`sasl.username` and `sasl.password`/],
  ['ssl.truststore.location', /`ssl.ca.location`/],
  ['partitioner.class', /murmur2_random/],
])('%s of the Java client gets a hint', (name, says) => {
  expect(refuse(name)).toMatch(says);
});

test('a property has its place', () => {
  expect(refuse('group.id', 'x')).toMatch(/consumer property put it under `consumer:`/);
  expect(refuse('linger.ms', '1', 'consumer')).toMatch(/put it under `producer:`/);
  expect(refuse('linger.ms', '1', 'both')).toMatch(/put it under `producer:`/);
  expect(refuse('lingre.ms')).toMatch(/unknown client property `lingre.ms` did you mean `linger.ms`/);
  expect(checkClientProperties({ 'group.id': 'x' }, 'consumer').problems).toEqual([]);
});

test('two names of one property are one too many', () => {
  const { problems } = checkClientProperties({ 'linger.ms': '1', 'queue.buffering.max.ms': '2' }, 'producer');
  expect(problems).toMatchObject([{ name: 'queue.buffering.max.ms', message: expect.stringContaining('`linger.ms`') }]);
});
