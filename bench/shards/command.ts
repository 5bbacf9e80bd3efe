/** `load run` as a process, in one or in several, and the result that it wrote. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../../src/errors.ts';
import type { Result } from '../../src/result/result.ts';
import { packageRoot } from '../../test/kafka/java.ts';

export interface RunOptions {
  /** Ctrl-C is sent so many ms after its start. */
  readonly stopAfterMs?: number;
  /** What of its result directory is looked at while it runs, every so many ms. */
  readonly watch?: { readonly everyMs: number; readonly look: (directory: string) => void };
}

/** @throws Error with what it printed where it ended with anything but a result of a complete run. */
export async function runCommand(args: readonly string[], { stopAfterMs, watch }: RunOptions = {}): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-shards-'));
  const out = join(folder, 'result');
  try {
    const typed = [join(packageRoot(), 'dist/src/cli.js'), 'run', ...args, '--out', out, '--allow-invalid'];
    const child = spawn(process.execPath, typed, { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-10_000);
      });
    }
    const stopping = stopAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGINT'), stopAfterMs);
    const watching = watch && setInterval(() => watch.look(out), watch.everyMs);
    const [code] = await once(child, 'close');
    clearTimeout(stopping);
    clearInterval(watching);
    if (code !== EXIT.ok && !(stopAfterMs !== undefined && code === EXIT.sigint)) {
      throw new Error(`load ${typed.slice(1).join(' ')} ended with ${code}:\n${printed}`);
    }
    return JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
