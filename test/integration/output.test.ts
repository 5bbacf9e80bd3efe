/** Where the output goes: a reader that has read enough, a disk that is full. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCommand } from './command.ts';

const RUN = ['quickstart', '-t', '1s', '--bootstrap-servers', 'null', '--allow-invalid', '--out', 'none'];

test.each([
  ['sample', 'atm', '-n', '100000', '-t', '6h'],
  ['sample', 'atm', '-n', '100000', '-t', '6h', '--format', 'json'],
  ['sample', 'atm', '-n', '100000', '-t', '6h', '--format', 'avro'],
])('load %s %s %s %s … | head -1', async (...args) => {
  const { child, ended } = startCommand(args);
  child.stdout!.once('data', () => child.stdout!.destroy());
  expect(await ended).toMatchObject({ code: 0, err: '' });
});

describe.skipIf(!existsSync('/dev/full'))('on a full disk', () => {
  /** Exit code, and what the other stream says. */
  async function load(args: readonly string[], full: 'stdout' | 'stderr') {
    const fd = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [resolve('dist/src/cli.js'), ...args], {
      stdio: ['ignore', full === 'stdout' ? fd : 'pipe', full === 'stderr' ? fd : 'pipe'],
      env: { PATH: process.env.PATH },
    });
    let said = '';
    (full === 'stdout' ? child.stderr! : child.stdout!).setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    return { code, said };
  }

  test.each([
    [['plan', 'atm-1h'], 1],
    [['sample', 'atm', '-n', '100'], 1],
    [[...RUN, '--quiet'], 1],
    [['nosuch'], 2],
  ])('load %j: told in a line, exit code %i', async (args, code) => {
    const ended = await load(args, 'stdout');
    expect(ended.code).toBe(code);
    expect(ended.said.split('\n').at(-2)).toMatch(/^error: the output could not be written: ENOSPC/);
    expect(ended.said).not.toContain('    at ');
  });

  test('a run outlives its log', async () => {
    const { code, said } = await load(RUN, 'stderr');
    expect([code, said]).toEqual([0, expect.stringContaining('1,000 scheduled')]);
  });
});
