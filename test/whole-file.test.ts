import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { writeAll, writeWhole } from '../src/whole-file.ts';

test('where one of several cannot be written, none is under way when that is known', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'whole-file-'));
  const slow = writeWhole(join(directory, 'slow'), async (file) => {
    for (let i = 0; i < 50; i++) await setImmediate();
    await file.writeFile('x');
  });
  await expect(writeAll([writeWhole(join(directory, 'none', 'x'), 'x'), slow])).rejects.toThrow('ENOENT');
  expect(readdirSync(directory)).toEqual(['slow']);
});
