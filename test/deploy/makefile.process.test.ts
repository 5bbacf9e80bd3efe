import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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
  expect(line).toMatch(/^docker compose -f \S+compose\.yaml --profile sms-queue up -d --wait rabbitmq redis$/);
  expect(services).toMatchObject({ rabbitmq: {}, redis: {} });
  expect(would('down').at(-1)).toMatch(/^docker compose -f \S+compose\.yaml --profile sms-queue down$/);
  // Without their profile they would be left running.
  for (const server of ['rabbitmq', 'redis']) expect(services[server].profiles).toEqual(['sms-queue']);
});

test.each([
  ['run-senders', ['SENDER_COUNT=3'], { count: 3, meanTimeUs: 100_000, failureRate: 0.2 }],
  ['run-sender', ['MEAN_TIME=2.0', 'FAIL_RATE=0.1'], { count: 1, meanTimeUs: 2_000_000, failureRate: 0.1 }],
  ['run-sender', [], { count: 1, meanTimeUs: 100_000, failureRate: 0.2 }],
  ['run-senders', ['SENDER_COUNT=2', 'SENDER_MEAN_TIME=0.5'], { count: 2, meanTimeUs: 500_000, failureRate: 0.2 }],
])('%s %j', async (target, variables, { count, ...each }) => {
  const env = Object.fromEntries(variables.map((variable) => variable.split('=') as [string, string]));
  const { senders } = await interpret(wordsOf(would(target, ...variables)), { ...SERVERS, ...env });
  expect(senders!.senders).toEqual(Array.from({ length: count }, () => expect.objectContaining(each)));
});

test('producer and monitor are told by the environment', () => {
  expect(would('run-producer')).toEqual(['load sms-alerts']);
  expect(would('run-monitor')).toEqual(['load monitor']);
});

describe('what the program finds in its environment', () => {
  const NAMES = ['QUEUE_URL', 'METRICS_URL', 'MESSAGE_COUNT', 'MONITOR_INTERVAL', 'SENDER_MEAN_TIME'];

  function environment(dotEnv: string | undefined, ...variables: readonly string[]): Record<string, string> {
    const folder = mkdtempSync(join(tmpdir(), 'load-make-'));
    try {
      copyFileSync('deploy/Makefile', join(folder, 'Makefile'));
      if (dotEnv !== undefined) writeFileSync(join(folder, '.env'), dotEnv);
      const args = ['-s', '-C', folder, '--eval', 'show:; @env', 'show', ...variables];
      const out = execFileSync('make', args, { encoding: 'utf8', env: { PATH: process.env.PATH } });
      const pairs = out.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]);
      return Object.fromEntries(pairs.filter(([name]) => NAMES.includes(name)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test.each([
    ['the two servers', undefined, [], SERVERS],
    [
      'what make was given',
      undefined,
      ['MESSAGE_COUNT=5', 'QUEUE_URL=amqp://q'],
      { MESSAGE_COUNT: '5', QUEUE_URL: 'amqp://q' },
    ],
    ['topics, where both are empty', undefined, ['QUEUE_URL=', 'METRICS_URL='], { QUEUE_URL: '', METRICS_URL: '' }],
  ])('%s', (_, dotEnv, variables, expected) => {
    expect(environment(dotEnv, ...variables)).toEqual({ ...SERVERS, ...expected });
  });

  test('nothing that .env says', () => {
    const dotEnv = 'QUEUE_URL=amqp://guest:a$b#c@localhost\nexport METRICS_URL="redis://localhost"\nMESSAGE_COUNT=7\n';
    expect(environment(dotEnv)).toEqual({});
    expect(environment(dotEnv, 'QUEUE_URL=amqp://q')).toEqual({ QUEUE_URL: 'amqp://q' });
    expect(environment('#QUEUE_URL=amqp://q\nMY_QUEUE_URL=amqp://q\n')).toEqual(SERVERS);
  });
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
