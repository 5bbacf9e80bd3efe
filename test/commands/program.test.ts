import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { COMMANDS } from '../../src/commands/command-table.ts';
import { EXIT } from '../../src/errors.ts';
import type { PlanSummary } from '../../src/plan/summary.ts';
import { bundledExperiments, bundledProfiles } from '../../src/profile/bundled.ts';
import { load } from './fake-terminal.ts';

async function planned(...args: string[]): Promise<PlanSummary> {
  const { exitCode, out, err } = await load('plan', ...args, '--format', 'json');
  expect(err).toBe('');
  expect(exitCode).toBe(EXIT.ok);
  return JSON.parse(out);
}

function profile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'program-')), 'test.yaml');
  writeFileSync(file, text);
  return file;
}

describe('a bundled profile by the name of a file', () => {
  const note = 'profile bytes.yaml: the bundled profile `bytes`; there is no such file in this directory\n';

  test.each([['sample bytes.yaml -n 1'], ['sample -p bytes.yaml -n 1'], ['schema show bytes.yaml']])(
    'load %s',
    async (line) => {
      const { exitCode, err } = await load(...line.split(' '));
      expect(err).toContain(note);
      expect(exitCode).toBe(EXIT.ok);
    },
  );

  test('its parameters are flags, and its help is its own', async () => {
    expect((await planned('bytes.json', '--size', '7', '-n', '1')).bytes).toBe(7);
    expect((await load('bytes.yml', '--help')).out).toContain('Plain bytes, for measuring the pipe');
  });
});

describe('flags mean what they say', () => {
  const HOUR_SEC = 3600;
  test.each([
    ['-r 10 -t 60', 600, 60],
    ['-t 300', 1_500, 300],
    ['-r 50 -t 120', 6_000, 120],
    ['-r 25 -t 3600', 90_000, HOUR_SEC],
    ['-r 600/m --ttl 1m', 600, 60],
    ['--rate=1000/h --duration=2h', 2_000, 2 * HOUR_SEC],
    ['-r10 -t5m', 3_000, 300],
    ['-r 10 -t 010', 100, 10],
    ['-r 10 -n 25', 25, 2.5],
    ['-r 7 -r 10 -t 1h -t 60', 600, 60],
  ])('atm %s: %i messages', async (flags, messages, seconds) => {
    const summary = await planned('atm', ...flags.split(' '));
    expect(summary.messages).toBe(messages);
    expect(summary.durationNs! / 1e9).toBe(seconds);
    expect(summary.scenarios[0]!.executor).toBe('constant-arrival-rate');
  });

  test.each([
    ['-r 100 -t 10 -b', 1_000],
    ['-r 20 -b -t 600', 12_000],
    ['-b -r 20 -t 600', 12_000],
    ['-bt 600 -r=20', 12_000],
  ])('atm %s: bursts, %i messages', async (flags, messages) => {
    const summary = await planned('atm', ...flags.split(' '));
    expect(summary.scenarios[0]!.executor).toBe('burst');
    expect(summary.messages).toBe(messages);
  });

  test('-b alone is as fast as acknowledgements allow, and takes no value from what follows', async () => {
    for (const flags of [
      ['-b', '-t', '30', 'atm'],
      ['-b', 'atm', '-t', '30'],
      ['atm', '-t', '30', '--burst'],
    ]) {
      const summary = await planned(...flags);
      expect(summary.name).toBe('atm');
      expect(summary.scenarios[0]!.executor).toBe('max-throughput');
      expect(summary.durationNs).toBe(30e9);
    }
  });

  test('-X and --set may be repeated and leave the profile where it is', async () => {
    const args = ['-X', 'linger.ms=5', '-Xacks=1', '--set', 'workers=3', '--set', 'scenarios.atm.key=none', 'atm'];
    const summary = await planned(...args);
    expect(summary.name).toBe('atm');
    expect(summary.workers).toBe(3);
  });

  test('every flag that changes a profile arrives there', async () => {
    const { exitCode, err } = await load(
      ...['plan', 'atm', '--topic', '?', '--key', 'amount', '--workers', '0', '--seed', 'x'],
      ...['-X', 'ack=all', '--set', 'nme=x', '--atms', '0'],
    );
    expect(exitCode).toBe(EXIT.badInput);
    for (const flag of ['--topic', '--key', '--workers', '--seed', '-X ack', '--set nme', '--atms']) {
      expect(err).toContain(`  ${flag}: `);
    }
  });

  test('-p is PROFILE; two different ones are refused', async () => {
    expect((await planned('-p', 'burst')).name).toBe('burst');
    expect((await planned('--profile', 'burst', 'burst')).name).toBe('burst');
    const { exitCode, err } = await load('plan', 'burst', '-p', 'atm');
    expect(exitCode).toBe(EXIT.badInput);
    expect(err).toBe('error: --profile: `atm`, but also `burst` (name the profile once)\n');
  });

  test('without a profile it is quickstart', async () => {
    expect((await planned()).name).toBe('quickstart');
  });
});

describe('what nobody asked for is refused with the nearest name', () => {
  test.each([
    [['--rat', '5'], 'there is no flag `--rat` (did you mean `--rate`?)'],
    [['--bootstrap-server', 'x'], 'there is no flag `--bootstrap-server` (did you mean `--bootstrap-servers`?)'],
    [['--brokers', 'x'], 'there is no flag `--brokers` (did you mean `--bootstrap-servers`?)'],
    [['plan', '--num-records', '5'], 'there is no flag `--num-records` (did you mean `--messages`?)'],
    [['plan', 'bytes', '--record-size', '5'], 'there is no flag `--record-size` (did you mean `--size`?)'],
    [['atm', '--atm', '5'], 'there is no flag `--atm` (did you mean `--atms`?)'],
    [['--no-burst'], 'there is no flag `--no-burst` (did you mean `--burst`?)'],
    [['-x'], 'there is no flag `-x` (--help lists the flags)'],
    [['plan', '--dry-run'], 'there is no flag `--dry-run` (--help lists the flags)'],
    [['plna'], 'there is no command or profile `plna` (did you mean `plan`?)'],
    [['docter'], 'there is no command or profile `docter` (did you mean `doctor`?)'],
    [['plna', 'atm', '-n', '3'], 'there is no command or profile `plna` (did you mean `plan`?)'],
    [['snders', '--count', '3'], 'there is no command or profile `snders` (did you mean `senders`?)'],
    [['quikstart'], 'there is no profile `quikstart` (did you mean `quickstart`?)'],
    [['run', 'plna'], expect.stringContaining('there is no profile `plna`')],
    [['nowhere.yaml'], expect.stringContaining('there is no file `nowhere.yaml`')],
    [['atm', 'burst'], 'unexpected argument `burst` (--help lists the arguments)'],
    [['doctor', 'atm'], 'unexpected argument `atm` (--help lists the arguments)'],
    [['--format', 'jsn'], '--format: `jsn` is not known (did you mean `json`?)'],
    [['--log-level', 'loud'], '--log-level: `loud` is not known (one of error, warn, info, debug)'],
    [['-r'], '-r: a value is missing'],
    [['--topic'], '--topic: a value is missing'],
    [['-X', '-b'], '-X: a value is missing'],
    [
      ['--topic-suffix', '-test1'],
      '--topic-suffix: a value is missing (if `-test1` is the value: --topic-suffix=-test1)',
    ],
    [['-r', '0'], '--rate: must be greater than 0, not `0`'],
    [['-r', '-5'], expect.stringContaining('--rate: `-5` is not a rate')],
    [['-t', '5x'], expect.stringContaining('--duration: `5x` is not a duration')],
    [['atm', '--size', '5'], "--size: no scenario's workload has this parameter (one of atms, users)"],
    [['--schema-registry-url', 'x'], expect.stringContaining('not the address of a schema registry')],
    [['-b', '--log-events'], expect.stringContaining('as fast as possible (give a --rate)')],
    [['-r', '1001', '--log-events'], expect.stringContaining('is too fast to print')],
  ])('%j', async (args, message) => {
    const { exitCode, out, err } = await load(...args);
    expect(exitCode).toBe(EXIT.badInput);
    expect(out).toBe('');
    expect(err.replace(/^error: /, '').trimEnd()).toEqual(message);
  });

  test('all of it at once', async () => {
    const { err } = await load('--rat', '5', 'atm', '--formt', 'json', 'burst');
    expect(err.split('\n')).toEqual([
      'error: 3 problems',
      '  there is no flag `--rat` (did you mean `--rate`?)',
      '  there is no flag `--formt` (did you mean `--format`?)',
      '  unexpected argument `burst` (--help lists the arguments)',
      '',
    ]);
  });
});

describe('a bad profile is one clear message', () => {
  const good = ['version: 1', 'scenarios:', '  s:', '    workload: atm', '    executor: constant-arrival-rate'];

  test('two problems at once, each with its line', async () => {
    const file = profile([...good, '    rate: -1', '    duraton: 10s', ''].join('\n'));
    const { exitCode, err } = await load(file);
    expect(exitCode).toBe(EXIT.badInput);
    expect(err).toMatch(/^error: \d problems\n/);
    expect(err).toMatch(/test\.yaml:6: scenarios\.s\.rate: .*-1/);
    expect(err).toMatch(/test\.yaml:7: scenarios\.s: unknown key `duraton` \(did you mean `duration`/);
  });

  test('YAML that is none, with its line', async () => {
    const { exitCode, err } = await load(profile('version: 1\nscenarios: [a\nworkers: 2\n'));
    expect(exitCode).toBe(EXIT.badInput);
    expect(err).toMatch(/test\.yaml:[23]: invalid YAML: /);
  });

  test('an environment variable that is not set', async () => {
    const file = profile([...good, '    rate: 1', '    duration: "$' + '{NOBODY_SETS_THIS}"', ''].join('\n'));
    const { exitCode, err } = await load(file);
    expect(exitCode).toBe(EXIT.badInput);
    expect(err).toContain('test.yaml:7: the environment variable NOBODY_SETS_THIS is not set');
  });
});

describe('help', () => {
  test('of the whole: commands, flags in groups, profiles', async () => {
    const { exitCode, out, err } = await load('--help');
    expect(exitCode).toBe(EXIT.ok);
    expect(err).toBe('');
    expect(out).toMatch(/^load \[run\] \[PROFILE\]\n/);
    for (const command of Object.keys(COMMANDS)) expect(out).toContain(`load ${command}`);
    for (const flag of ['-r, --rate', '-t, --duration, --ttl', '-b, --burst', '-X, --producer-config', '-o, --out']) {
      expect(out).toContain(flag);
    }
    expect(out).toMatch(/Profiles: .*atm-1h.*quickstart/);
    expect(out).not.toContain('--atms');
  });

  test('of a profile: its workload’s parameters too', async () => {
    for (const args of [
      ['atm', '--help'],
      ['run', 'atm', '-h'],
      ['--help', '-p', 'atm'],
      ['plan', 'atm', '--help'],
    ]) {
      const { out } = await load(...args);
      expect(out).toMatch(/Parameters of atm:\n\s+--atms .*\[default: 100\]/);
      expect(out).not.toContain('--size-max');
    }
    expect((await load('bytes', '--help')).out).toMatch(/Parameters of bytes:[\s\S]*--size-max/);
  });

  test('of a profile: what its file says of itself, once, in place of the commands', async () => {
    for (const args of [
      ['ecommerce', '--help'],
      ['run', 'ecommerce', '-h'],
      ['-h', '-p', 'ecommerce'],
    ]) {
      const { out } = await load(...args);
      expect(out).toMatch(/^load ecommerce\n\nTransactions of a web shop: /);
      expect(out.match(/Transactions of a web shop/g)).toHaveLength(1);
      expect(out).toContain('GENERATION_RATE');
      expect(out).toMatch(/^ *load ecommerce -r 500\/s -t 60 +500 a second/m);
      expect(out).not.toContain('Commands:');
      expect(out).not.toContain('Examples:');
    }
    expect((await load('no-such-profile', '--help')).out).toContain('Commands:');
    expect((await load('plan', 'ecommerce', '--help')).out).toMatch(/^load plan \[PROFILE\]/);
  });

  test('of every command, with examples', async () => {
    for (const command of Object.keys(COMMANDS)) {
      const { exitCode, out } = await load(command, '--help');
      expect(exitCode).toBe(EXIT.ok);
      expect(out).toMatch(new RegExp(`^load ${command}`));
      expect(out).toContain('Examples:');
    }
  });

  test('its examples name profiles and flags that are there', async () => {
    for (const [command, { examples, flags, actions, takesProfile, takesExperiment }] of Object.entries(COMMANDS)) {
      const names = Object.entries(flags).flatMap(([name, { alias }]) => [name, ...[alias ?? []].flat()]);
      for (const [line] of examples) {
        const words = line.split(' ').filter((word) => word !== '' && word !== command);
        const used = words.filter((word) => /^--?[a-zA-Z]/.test(word)).map((word) => word.replace(/^--?/, ''));
        expect([...names, 'help']).toEqual(expect.arrayContaining(used));
        if (actions !== undefined) expect(actions).toContain(words.shift());
        const [profile] = words;
        if (takesProfile && profile !== undefined && !profile.startsWith('-'))
          expect([...bundledProfiles(), ...(takesExperiment ? bundledExperiments() : [])]).toContain(profile);
      }
    }
    for (const [line] of COMMANDS.plan!.examples) expect((await load(...line.split(' '))).exitCode).toBe(EXIT.ok);
  });

  test('--version', async () => {
    expect((await load('--version')).out).toBe('9.9.9\n');
  });
});

test('more workers than sensible are warned about', async () => {
  const { out } = await load('plan', 'atm', '--workers', '500');
  expect(out).toMatch(/^Warning +500 workers on \d+ cores?: more than \d+ take turns/m);
});

test('plan for people', async () => {
  const { exitCode, out, err } = await load('plan', 'atm', '-r', '10', '-t', '60');
  expect(exitCode).toBe(EXIT.ok);
  expect(err).toBe('');
  expect(out).toMatch(/^Plan atm: 10\/s, 600 messages, .* in 1m\. Nothing is sent\.\n/);
});

describe('log levels', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test.each(Object.keys(COMMANDS))('%s refuses a level that is none, without a stack trace', async (name) => {
    const { actions = [], positionals: words = [] } = COMMANDS[name]!;
    const positionals = [name, ...actions.slice(0, 1), ...words.map(() => 'x')];
    const { exitCode, out, err } = await load(...positionals, '--log-level', 'debgu');
    expect(err).toBe('error: --log-level: `debgu` is not known (did you mean `debug`?)\n');
    expect({ exitCode, out }).toEqual({ exitCode: EXIT.badInput, out: '' });
    vi.stubEnv('LOG_LEVEL', 'loud');
    expect((await load(...positionals)).err).toBe(
      'error: LOG_LEVEL: `loud` is not known (one of error, warn, info, debug)\n',
    );
  });

  test('debug tells decisions and timings of our own; other levels do not', async () => {
    const { err } = await load('plan', 'atm', '--log-level', 'DEBUG');
    expect(err).toMatch(/^debug: \+0 ms load 9\.9\.9, Node\.js/);
    for (const line of [
      /profile: read from .*atm\.yaml/,
      /profile atm: [\d.]+ ms/,
      /plan: .*workers \d+: /,
      /plan: atm: /,
    ]) {
      expect(err).toMatch(line);
    }
    for (const level of ['info', 'warn', 'Error']) {
      expect((await load('plan', 'atm', '--log-level', level)).err).not.toContain('debug:');
    }
  });

  test('what is wrong with an input has no stack trace at debug', async () => {
    const { err } = await load('plan', 'atm', '-r', 'x', '--log-level', 'debug');
    expect(err).toContain('error: --rate: `x` is not a rate');
    expect(err).not.toMatch(/^ +at /m);
  });
});

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('--%s is no flag', async (name) => {
  const { exitCode, err } = await load('plan', 'bytes', `--${name}`, '5');
  expect(err).toContain(`there is no flag \`--${name}\``);
  expect(exitCode).toBe(EXIT.badInput);
});
