import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readByTheEngine } from './environment.ts';
import { interpret } from './interpreted.ts';

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly restart?: string;
  readonly healthcheck?: { readonly test: readonly string[]; readonly [key: string]: unknown };
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly deploy?: { readonly replicas: number };
}

const FILE = 'deploy/compose.yaml';
const ENGINE = 'kafka-load-engine';
const PORT = 9464;

const compose = parse(readFileSync(FILE, 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};
const { services } = compose;
const engines = Object.entries(services).filter(([, { image }]) => image === ENGINE);

/** `${NAME:-default}` with nothing in the environment. */
const settled = (text: string) => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
const environmentOf = ({ environment = {} }: Service) =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, settled(String(value))]));
const read = (name: string) => interpret(services[name]!.command!, environmentOf(services[name]!));

/** The names of the Compose specification that this file uses: one misspelled would be refused, or silently do nothing. */
const SERVICE_KEYS = [
  ...[
    'image',
    'build',
    'hostname',
    'command',
    'environment',
    'depends_on',
    'profiles',
    'restart',
    'healthcheck',
    'ports',
  ],
  ...['volumes', 'deploy', 'read_only', 'tmpfs', 'cap_drop', 'security_opt', 'stop_grace_period'],
];
const HEALTH_KEYS = ['test', 'interval', 'timeout', 'start_period', 'retries'];

test('every key is one of the Compose specification', () => {
  const unknown = Object.entries(services).flatMap(([name, service]) => [
    ...Object.keys(service).flatMap((key) => (SERVICE_KEYS.includes(key) ? [] : [`${name}.${key}`])),
    ...Object.keys(service.healthcheck ?? {}).flatMap((key) => (HEALTH_KEYS.includes(key) ? [] : [`${name}.${key}`])),
  ]);
  expect(unknown).toEqual([]);
  expect(Object.keys(compose).toSorted()).toEqual(['name', 'services', 'x-engine']);
});

describe('broker', () => {
  const { image, healthcheck, environment, ports, profiles } = services.kafka!;

  test('Apache Kafka of the version that the tests run against, in every profile', () => {
    const [, version] = /<kafka\.version>(.+)<\/kafka\.version>/.exec(readFileSync('test/kafka/pom.xml', 'utf8'))!;
    expect(image).toBe(`apache/kafka:${version}`);
    expect(profiles).toBeUndefined();
  });

  test('healthy when it answers, on the listener that the engine uses', () => {
    expect(healthcheck!.test.slice(0, 2)).toEqual(['CMD', '/opt/kafka/bin/kafka-broker-api-versions.sh']);
    expect(healthcheck!.test).toContain('localhost:9092');
    expect(environment!.KAFKA_ADVERTISED_LISTENERS).toContain('PLAINTEXT://kafka:9092');
  });

  test('from this machine by the port it advertises, and only from here', () => {
    expect(environment!.KAFKA_ADVERTISED_LISTENERS).toContain('HOST://localhost:29092');
    expect(ports).toEqual(['127.0.0.1:29092:29092']);
  });

  test('every listener has a protocol', () => {
    const names = environment!.KAFKA_LISTENERS!.split(',').map((listener) => listener.split('://')[0]);
    const protocols = environment!.KAFKA_LISTENER_SECURITY_PROTOCOL_MAP!.split(',').map((each) => each.split(':')[0]);
    expect(protocols.toSorted()).toEqual(names.toSorted());
  });
});

describe.each(engines)('%s', (name, service) => {
  test('starts when the broker is healthy', () => {
    expect(service.depends_on).toEqual({ kafka: { condition: 'service_healthy' } });
    expect(environmentOf(service).KAFKA_BROKER).toBe('kafka:9092');
  });

  test('its command is one that the program takes, on that broker', async () => {
    const { plan, senders, command } = await read(name);
    if (plan !== undefined) expect(plan.clients[0]!.properties['bootstrap.servers']).toBe('kafka:9092');
    if (senders !== undefined) expect(senders.properties['bootstrap.servers']).toBe('kafka:9092');
    expect(['run', 'senders', 'monitor']).toContain(command);
  });

  test('each variable is one that the engine reads', () => {
    expect(Object.keys(service.environment!).filter((variable) => !readByTheEngine(variable))).toEqual([]);
  });

  test('writes no files, is started again where it goes on for ever, and has its own profile', () => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    // What sends a number of messages would send them once more.
    expect(service.restart).toBe(name === 'sms-producer' ? 'no' : 'unless-stopped');
    expect(service.profiles).toHaveLength(1);
  });
});

test('random: one event every three seconds, each one printed, into a topic of one partition', async () => {
  const { plan, values } = await read('random');
  expect(services.random!.profiles).toEqual(['random']);
  expect(services.random!.restart).toBe('unless-stopped');
  expect(values['log-events']).toBe(true);
  expect(plan!.lanes[0]).toMatchObject({ topic: 'user-events', load: { targetPerSec: 1 / 3 } });
  expect(plan!.topics['user-events']).toMatchObject({ partitions: 1 });
});

test('sms-alerts: a thousand alerts, three senders alike beside a slow one, a monitor', async () => {
  expect((await read('sms-producer')).plan!.lanes[0]).toMatchObject({
    topic: 'sms-alerts',
    load: { count: 1_000 },
  });
  const { senders } = (await read('sms-sender')).senders!;
  expect(services['sms-sender']!.deploy!.replicas).toBe(3);
  expect(senders).toEqual([expect.objectContaining({ meanTimeUs: 100_000, failureRate: 0.2 })]);
  const slow = (await read('sms-sender-slow')).senders!.senders;
  expect(slow).toEqual([expect.objectContaining({ meanTimeUs: 2_000_000, failureRate: 0.1 })]);
  expect((await read('sms-monitor')).command).toBe('monitor');
});

test('RabbitMQ and Redis are healthy when they answer, and keep what they have confirmed', () => {
  for (const name of ['rabbitmq', 'redis']) expect(services[name]!.healthcheck!.test[0]).toBe('CMD');
  expect(services.rabbitmq!.ports).toEqual(['127.0.0.1:5672:5672']);
  expect(services.redis!.ports).toEqual(['127.0.0.1:6379:6379']);
  expect(services.redis!.command!.join(' ')).toBe('redis-server --appendonly yes --appendfsync always');
});

describe('dashboards', () => {
  const scrape = parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')) as {
    readonly scrape_configs: readonly [
      {
        readonly job_name: string;
        readonly dns_sd_configs: readonly [{ readonly names: string[]; readonly port: number }];
      },
    ];
  };

  test('Prometheus asks every service that has an endpoint, at its port', async () => {
    const [{ names, port }] = scrape.scrape_configs[0].dns_sd_configs;
    const serving: string[] = [];
    for (const [name] of engines) {
      const { metrics } = await read(name);
      if (metrics === undefined) continue;
      expect(metrics).toMatchObject({ port: PORT, host: '0.0.0.0' });
      serving.push(name);
    }
    expect(names.toSorted()).toEqual(serving.toSorted());
    expect(port).toBe(PORT);
  });

  test('what is mounted is there', () => {
    const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((each) => each.split(':')[0]!));
    expect(mounted.length).toBeGreaterThan(2);
    expect(mounted.filter((path) => !existsSync(join(dirname(FILE), path)))).toEqual([]);
  });

  test('only this machine can look at them', () => {
    const open = Object.values(services).flatMap(({ ports = [] }) =>
      ports.filter((port) => !port.startsWith('127.0.0.1:')),
    );
    expect(open).toEqual([]);
  });
});
