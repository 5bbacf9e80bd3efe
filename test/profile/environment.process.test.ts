import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { environmentOf } from '../../src/profile/environment.ts';

test('a named pipe that nobody writes to does not hold up the start', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'environment-'));
  execFileSync('mkfifo', [join(cwd, '.env')]);
  expect(environmentOf({ A: '1' }, cwd)).toEqual({ A: '1' });
});
