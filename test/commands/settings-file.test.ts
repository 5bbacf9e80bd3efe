import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readConsumeSettings } from '../../src/commands/consume-settings.ts';
import { consumeFlags, runFlags } from '../../src/commands/flags.ts';
import { settingArguments } from '../../src/commands/setting-arguments.ts';
import { readSettings } from '../../src/commands/settings-file.ts';
import { EXIT } from '../../src/errors.ts';
import { load } from './fake-terminal.ts';

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'settings-')), 'settings.yaml');
  writeFileSync(path, text);
  return path;
}

const argumentsOf = (text: string, ...typed: string[]) =>
  settingArguments(readSettings(file(text)), runFlags, new Set(typed)).args;

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a setting is the flag of its name', () => {
  test.each([
    ['rate: 5', ['--rate=5']],
    ['rate: 600/m\ntopic: atm-transactions', ['--rate=600/m', '--topic=atm-transactions']],
    ['burst_mode: true', ['--burst=true']],
    ['burst: false', ['--burst=false']],
    ['ttl: 5m', ['--duration=5m']],
    ['key: { uniform: 10 }', ['--key={"uniform":10}']],
    ['producer_config: { linger.ms: 5, acks: all }', ['--producer-config=linger.ms=5', '--producer-config=acks=all']],
    ['set: [workers=2, seed=3]', ['--set=workers=2', '--set=seed=3']],
    ['topic: 0042\nquiet: True', ['--topic=0042', '--quiet=true']],
    [
      'set: { scenarios.b.headers: { v: 1.10 }, seed: 0007 }',
      ['--set=scenarios.b.headers={"v":1.1}', '--set=seed=0007'],
    ],
    ['producer_config: { client.id: 0042 }', ['--producer-config=client.id=0042']],
    ['producer_config: [sasl.password=0123, 1.10]', ['--producer-config=sasl.password=0123', '--producer-config=1.10']],
    ['rate: 1e3\nmessages: 1e6\nttl: 0x10', ['--rate=1e3', '--messages=1e6', '--duration=0x10']],
    ['', []],
  ])('%j', (text, args) => {
    expect(argumentsOf(text)).toEqual(args);
  });

  test('the environment is put in', () => {
    vi.stubEnv('ATM_RATE', '12');
    expect(argumentsOf(`rate: \${ATM_RATE}\nttl: \${ATM_TTL:-60}`)).toEqual(['--rate=12', '--duration=60']);
  });

  test('one on the command line wins, lists are joined', () => {
    expect(argumentsOf('rate: 5\nset: [workers=2]', 'rate', 'set')).toEqual(['--set=workers=2']);
  });
});

describe('the producer of settings', () => {
  const planned = async (text: string, ...more: string[]) => {
    const { exitCode, out, err } = await load('plan', ...more, '--config', file(text), '--format', 'json');
    expect(err).toBe('');
    expect(exitCode).toBe(EXIT.ok);
    return JSON.parse(out).scenarios[0] as { name: string; topic: string; executor: string; messages: number };
  };

  test('rate, topic and burst mode', async () => {
    const steady = await planned('rate: 5\ntopic: cash\nburst_mode: false', 'atm', '-t', '60');
    expect(steady).toMatchObject({ topic: 'cash', executor: 'constant-arrival-rate', messages: 300 });
    const bursts = await planned('rate: 100\ntopic: cash\nburst_mode: true', 'atm', '-t', '10');
    expect(bursts).toMatchObject({ topic: 'cash', executor: 'burst', messages: 1000 });
  });

  test('flags win over it, it wins over the profile', async () => {
    expect(await planned('rate: 5\nburst_mode: true', 'atm', '-r', '7', '--burst=false', '-t', '10')).toMatchObject({
      executor: 'constant-arrival-rate',
      messages: 70,
    });
  });

  test('names a profile, whose parameters are settings too', async () => {
    expect((await planned('profile: bytes\nsize: 10\nrate: 1\nttl: 5s')).name).toBe('bytes');
    expect((await planned('profile: bytes\nrate: 1\nttl: 5s', 'atm')).name).toBe('atm');
  });
});

test('the consumer of settings: topic, group_id and auto_offset_reset', async () => {
  const text = 'topic: atm-transactions\ngroup_id: audit\nauto_offset_reset: latest\nconsumer_config: { client.id: c }';
  const { args, problems } = settingArguments(readSettings(file(text)), consumeFlags, new Set());
  expect(problems).toEqual([]);
  const values = Object.fromEntries(args.map((arg) => /^--([^=]+)=(.*)$/.exec(arg)!.slice(1)));
  const settings = await readConsumeSettings({ ...values, 'bootstrap-servers': 'localhost:9092', format: 'text' });
  expect(settings).toMatchObject({ topics: ['atm-transactions'], group: 'audit', commits: true });
  expect(settings.properties).toMatchObject({ 'auto.offset.reset': 'latest', 'client.id': 'c' });
});

describe('what is wrong is told where it stands, all at once', () => {
  test.each([
    [
      'rat: 5\nburst_mode: perhaps\ntopic:',
      [
        'settings.yaml:1: there is no setting `rat` (did you mean `rate`?)',
        ':2: burst_mode: expected true or false, not `perhaps`',
        ':3: topic: a value is missing',
      ],
    ],
    ['\nrate: ten', ['settings.yaml:2: rate: `ten` is not a rate']],
    ['atms: -1', ['settings.yaml:1: atms: ', 'not `-1`']],
    ['- rate', ['settings.yaml:1: settings are a map of keys']],
    ['rate: [', ['settings.yaml:', 'invalid YAML']],
    [`rate: \${NOT_SET_AT_ALL}`, ['settings.yaml:1: the environment variable NOT_SET_AT_ALL is not set']],
    ['config: other.yaml', ['there is no setting `config`']],
  ])('%j', async (text, messages) => {
    const { exitCode, out, err } = await load('atm', '--config', file(text));
    for (const message of messages) expect(err).toContain(message);
    expect(out).toBe('');
    expect(exitCode).toBe(EXIT.badInput);
  });

  test('with what is wrong on the command line', async () => {
    const { err } = await load('atm', '--config', file('rat: 5'), '--topc', 'x');
    expect(err).toContain('there is no setting `rat`');
    expect(err).toContain('there is no flag `--topc` (did you mean `--topic`?)');
  });

  test('a value that the command line replaces is not looked at, nor blamed', async () => {
    const { err } = await load('plan', 'atm', '--config', file('rate: 5'), '--rate', 'ten');
    expect(err).toContain('error: --rate: `ten` is not a rate');
  });

  test('a file that is not there', async () => {
    const { exitCode, err } = await load('consume', '--config', 'nowhere.yaml');
    expect(err).toContain('--config nowhere.yaml: cannot be read');
    expect(exitCode).toBe(EXIT.badInput);
  });
});

test('help is given whatever the file says', async () => {
  const { exitCode, out } = await load('atm', '--config', 'nowhere.yaml', '--help');
  expect(exitCode).toBe(EXIT.ok);
  expect(out).toContain('--burst, --burst-mode');
});
