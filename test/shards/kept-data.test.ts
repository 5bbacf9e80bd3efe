import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepData } from '../../src/shards/kept-data.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['what shard 0 has left there', { 'control-0-a': 'x', 'data-1-b': 'x' }, true],
  ['only what they said before a message was sent', { 'control-0-a': 'x', 'data-1-b': '' }, false],
  ['nothing', {}, false],
])('kept with data in it: %s', (_, files, isKept) => {
  const bus = join(folder, 'bus');
  mkdirSync(join(bus, 'load-bus-1'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(bus, 'load-bus-1', name), text);
  expect([keepData(bus), existsSync(bus)]).toEqual([isKept, isKept]);
});

test('one that shard 0 has removed', () => {
  expect(keepData(join(folder, 'bus'))).toBe(false);
});
