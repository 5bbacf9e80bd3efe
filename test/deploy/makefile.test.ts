import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { interpret } from './interpreted.ts';

/** What a target would run, a line each; `load …` for the program. */
function would(target: string, ...variables: readonly string[]): string[] {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const out = execFileSync('make', ['-n', '-C', 'deploy', target, ...variables], { encoding: 'utf8', env });
  return out
    .replaceAll(/node \S+\/\.\.\/dist\/src\/cli\.js/g, 'load')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('make'));
}

/** The words of the program's command line among the lines. */
const wordsOf = (lines: readonly string[]) => /load ([^>&\\]*)/.exec(lines.join(' '))![1]!.trim().split(/\s+/);
const SERVERS = { QUEUE_URL: 'amqp://localhost:5672', METRICS_URL: 'redis://localhost:6379' };

test('services: those of the compose file', () => {
  const { services } = parse(readFileSync('deploy/compose.yaml', 'utf8'), { merge: true });
  const [line] = would('run-services');
  expect(line).toMatch(/^docker compose -f \S+compose\.yaml up -d --wait rabbitmq redis$/);
  expect(services).toMatchObject({ rabbitmq: {}, redis: {} });
  expect(would('down').at(-1)).toMatch(/^docker compose -f \S+compose\.yaml down$/);
});

test.each([
  ['run-senders', ['SENDER_COUNT=3'], { count: 3, meanTimeUs: 100_000, failureRate: 0.2 }],
  ['run-sender', ['MEAN_TIME=2.0', 'FAIL_RATE=0.1'], { count: 1, meanTimeUs: 2_000_000, failureRate: 0.1 }],
  ['run-sender', [], { count: 1, meanTimeUs: 100_000, failureRate: 0.2 }],
  ['run-senders', ['SENDER_COUNT=2', 'SENDER_MEAN_TIME=0.5'], { count: 2, meanTimeUs: 500_000, failureRate: 0.2 }],
])('%s %j', async (target, variables, { count, ...each }) => {
  const { senders } = await interpret(wordsOf(would(target, ...variables)), SERVERS);
  expect(senders!.senders).toEqual(Array.from({ length: count }, () => expect.objectContaining(each)));
});

test('producer and monitor are told by the environment that the Makefile exports', () => {
  expect(would('run-producer')).toEqual(['load sms-alerts']);
  expect(would('run-monitor')).toEqual(['load monitor']);
  const text = readFileSync('deploy/Makefile', 'utf8');
  const exported = /^export (.*)$/m.exec(text)![1]!.split(' ');
  expect(exported).toEqual(['QUEUE_URL', 'METRICS_URL', 'MESSAGE_COUNT', 'MONITOR_INTERVAL']);
});

test('tests, coverage, clean; help without a target', () => {
  expect(would('test')[0]).toMatch(/&& npm test$/);
  expect(would('coverage')[0]).toMatch(/&& npm run coverage$/);
  expect(would('clean').at(-1)).toMatch(/^rm -rf \S+deploy\/\.run$/);
  const help = execFileSync('make', ['-s', '-C', 'deploy'], { encoding: 'utf8' });
  for (const target of ['run-services', 'run-senders', 'run-sender', 'run-producer', 'run-monitor', 'stop']) {
    expect(help).toContain(` ${target} `);
  }
});
