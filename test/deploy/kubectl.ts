/** A `kubectl` that only writes down how it was called and what it was given. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Call {
  readonly args: readonly string[];
  readonly stdin: string;
}

export interface ScriptEnd {
  readonly code: number;
  readonly err: string;
  readonly out: string;
  readonly calls: readonly Call[];
  /** Seconds that it waited. */
  readonly slept: number | undefined;
}

export interface Cluster {
  /** What `get pods` lists. */
  readonly pods?: string;
  /** The producer's settings in its ConfigMap, which is not there without. */
  readonly settings?: string;
}

export function atm(args: readonly string[], { pods = '', settings }: Cluster = {}): Promise<ScriptEnd> {
  const directory = mkdtempSync(join(tmpdir(), 'kubectl-'));
  const kubectl = join(directory, 'kubectl');
  const script = `#!/usr/bin/env bash
n=$(ls '${directory}' | grep -c '[.]args') || true
file=$(printf '${directory}/%03d' "$n")
printf '%s\\n' "$@" > "$file.args"
if [[ "$*" == *'-f -' ]]; then cat > "$file.stdin"; fi
if [[ "$*" == *' get pods '* ]]; then printf '%s' '${pods}'; fi
if [[ "$*" == *' get configmap '*jsonpath* ]]; then cat '${directory}/settings'
elif [[ "$*" == *' get configmap '* && -s '${directory}/settings' ]]; then echo configmap/there; fi
`;
  writeFileSync(join(directory, 'settings'), settings ?? '');
  writeFileSync(join(directory, 'sleep'), `#!/bin/sh\necho "$1" > '${directory}/slept'\n`, { mode: 0o755 });
  writeFileSync(kubectl, script);
  chmodSync(kubectl, 0o755);
  return new Promise((resolve) => {
    const env = { PATH: `${directory}:${process.env.PATH}` };
    const options = { env };
    execFile('bash', ['deploy/kubernetes/atm.sh', ...args], options, (error, out, err) => {
      const calls = readdirSync(directory)
        .filter((name) => name.endsWith('.args'))
        .sort()
        .map((name): Call => {
          const read = (file: string) => readFileSync(join(directory, file), 'utf8');
          const input = name.replace('.args', '.stdin');
          const stdin = readdirSync(directory).includes(input) ? read(input) : '';
          return { args: read(name).split('\n').slice(0, -1), stdin };
        });
      const slept = join(directory, 'slept');
      resolve({
        code: error === null ? 0 : Number(error.code ?? -1),
        ...{ err, out, calls },
        slept: existsSync(slept) ? Number(readFileSync(slept, 'utf8')) : undefined,
      });
    });
  });
}
