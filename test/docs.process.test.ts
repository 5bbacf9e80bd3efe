import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const execute = promisify(execFile);

test("the API's example runs against the package by its own name", async () => {
  const code = /```ts\n([\s\S]*?)```/.exec(readFileSync('docs/api.md', 'utf8'))![1]!;
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, KAFKA_BOOTSTRAP_SERVERS: 'embedded' },
  });
  expect(stdout).toContain('1000 messages planned');
  expect(stdout).toContain('1000 of 1000 acknowledged');
  expect(stdout).toMatch(/response p99 in µs: [\d.]+\n$/);
});
