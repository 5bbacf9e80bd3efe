/** `load collect` where there is nothing to collect; what it makes of a run: test/integration/shards.test.ts. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { load } from './fake-terminal.ts';

let bus: string;
beforeEach(() => {
  bus = mkdtempSync(join(tmpdir(), 'collect-'));
});
afterEach(() => rmSync(bus, { recursive: true }));

test('a run that is not there is refused with the nearest one, and nothing is made', async () => {
  mkdirSync(join(bus, 'load-bus-monday-1'));
  const { exitCode, err } = await load('collect', 'mondya-1', '--bus', bus);
  expect(err).toBe(`error: there is no run \`mondya-1\` on directory ${bus}\n  did you mean \`monday-1\`?\n`);
  expect([exitCode, readdirSync(bus)]).toEqual([EXIT.badInput, ['load-bus-monday-1']]);
});

test('nor is a directory made', async () => {
  const { exitCode, err } = await load('collect', 'night', '--bus', join(bus, 'none'));
  expect(err).toContain(`there is no run \`night\` on directory ${join(bus, 'none')}\n  the ID and the bus are those`);
  expect([exitCode, readdirSync(bus)]).toEqual([EXIT.badInput, []]);
});
