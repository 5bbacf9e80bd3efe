/** The lines by which the docs start an embedded cluster and wait for its address, typed as they are printed. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const execute = promisify(execFile);

test.each(['docs/cli.md', 'docs/consume.md', 'docs/workloads/sms-alerts.md'])(
  '%s: the address is that of the cluster, not empty and not one of earlier',
  async (file) => {
    const [, lines] = /```\n((?:\$ .*\n)*?\$ .*load embedded.*&\n\$ until .*\n)/.exec(readFileSync(file, 'utf8'))!;
    const folder = mkdtempSync(join(tmpdir(), 'docs-cluster-'));
    const load = join(folder, 'load');
    writeFileSync(load, `#!/bin/sh\nexec '${process.execPath}' '${resolve('dist/src/cli.js')}' "$@"\n`);
    chmodSync(load, 0o755);
    writeFileSync(join(folder, 'address'), '127.0.0.1:1\n');
    const typed = lines!.replaceAll(/^\$ /gm, '');
    // However it ends, the cluster ends with it: what was typed may wait for an address that never comes.
    const script = `trap 'kill $! && wait' EXIT\n${typed}head -1 address`;
    const { stdout } = await execute('bash', ['-c', script], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env.PATH}` },
      timeout: 50_000,
    });
    expect(stdout).toMatch(/^127\.0\.0\.1:(?!1\n)\d+\n$/);
  },
);
