/** The command line as a person or a script meets it: the built program in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../src/result/result.ts';

const CLI = resolve('dist/src/cli.js');

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with all of the stream's text when it matches. */
  said(stream: 'stdout' | 'stderr', wanted: RegExp): Promise<string>;
}

/** Words between blanks are the arguments. */
function start(line: string, cwd: string): Running {
  const env = { PATH: process.env.PATH };
  const args = line.split(' ').filter((word) => word !== '');
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, out: text.stdout, err: text.stderr }));
  });
  const said = (stream: 'stdout' | 'stderr', wanted: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => wanted.test(text[stream]) && resolve(text[stream]);
      look();
      child[stream].on('data', look);
      void ended.then(({ err }) => reject(new Error(`ended without saying ${wanted}: ${err}`)));
    });
  return { child, ended, said };
}

const folder = () => mkdtempSync(join(tmpdir(), 'cli-'));

const load = (line: string, cwd = folder()) => start(line, cwd).ended;

function resultIn(directory: string): Result {
  return JSON.parse(readFileSync(join(directory, 'result.json'), 'utf8'));
}

// Takes the eight seconds that a broker is given to answer: the other tests go on meanwhile.
let unreachable: Promise<Ended>;
beforeAll(() => {
  unreachable = load('atm -t 1 -o none --bootstrap-servers 127.0.0.1:1');
});

test('help and version come without a run, on stdout', async () => {
  const help = await load('--help');
  expect(help).toMatchObject({ code: 0, err: '' });
  // Named as it was called: what stands there can be typed.
  expect(help.out).toMatch(/^node \S*cli\.js \[run\] \[PROFILE\]\n/);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(await load('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test('a wrong flag is exit code 2, with nothing on stdout', async () => {
  const err = 'error: there is no flag `--rat` (did you mean `--rate`?)\n';
  expect(await load('--rat 5')).toEqual({ code: 2, out: '', err });
});

/** Other tests may keep the machine busy, and a run that comes late for it would end with 3: only what is tested counts. */
describe('a run, whatever its verdict', () => {
  test('bursts: exactly 300 messages; summary on stdout, progress on stderr, files in load-results', async () => {
    const cwd = folder();
    const { code, out, err } = await load('atm -r 100 -t 3 -b --allow-invalid', cwd);
    expect(code).toBe(0);
    expect(out).toMatch(/^\w+ {2}atm on the embedded cluster/);
    expect(out).toMatch(/Results +load-results\/atm-\d{8}T\d{6}Z\/report\.html\n$/);
    expect(err).toMatch(
      /^atm: bursts of 100 every 1s, 300 messages in 3s, on the embedded cluster at 127\.0\.0\.1:\d+/,
    );
    // A line a second, and one at the end; a process that was stopped has only the last ones.
    expect(err).toMatch(/^0:0\d\/0:03 (load, 0:0\d left, ends \d\d:\d\d:\d\d|drain|done) \| .*\b[\d,]+ sent, /m);
    expect(err).not.toContain('\x1b');
    const [name] = readdirSync(join(cwd, 'load-results'));
    const directory = join(cwd, 'load-results', name!);
    expect(readdirSync(directory).sort()).toEqual([
      'histograms.hlog',
      'profile.yaml',
      'report.html',
      'result.json',
      'series.csv',
      'verify.json',
    ]);
    const { totals, run } = resultIn(directory);
    expect(totals).toMatchObject({ scheduled: 300, sent: 300, acked: 300, failed: 0, unresolved: 0 });
    expect(run.command).toBe('load atm -r 100 -t 3 -b --allow-invalid');
  });

  test('--format json: the result and nothing else on stdout; no files; secrets stay secret', async () => {
    const cwd = folder();
    const flags = '--format json -o none --quiet --allow-invalid -X sasl.password=hunter22';
    const { code, out, err } = await load(`atm -r 200 -t 250ms ${flags}`, cwd);
    expect(code).toBe(0);
    const result: Result = JSON.parse(out);
    expect(result.version).toBe(1);
    expect(result.totals.acked).toBe(50);
    expect(readdirSync(cwd)).toEqual([]);
    expect(out + err).not.toContain('hunter22');
  });

  test('a breached threshold is 99', async () => {
    const threshold = '--set thresholds.response_ms=["max<0.001"]';
    const { code, out } = await load(`atm -r 200 -t 250ms -o none --allow-invalid ${threshold}`);
    expect(code).toBe(99);
    expect(out).toContain('BREACH');
  });

  test('--log-events prints each message as it is sent', async () => {
    const { code, err } = await load('atm -r 40 -t 250ms -o none --allow-invalid --log-events --workers 2');
    expect(code).toBe(0);
    const indexes = [...err.matchAll(/ atm #(\d+) atm-transactions\[\d+\] ATM-/g)].map(([, index]) => Number(index));
    expect(indexes.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(err).toMatch(/^Total events sent: 10$/m);
  });
});

test('--dry-run writes no database, and says so of one that was named', async () => {
  const cwd = folder();
  const { code, err } = await load('message-lifecycle --dry-run --database run.db', cwd);
  expect(code).toBe(0);
  expect(err).toContain('warning: a dry run sends nothing: database run.db is not written');
  expect(readdirSync(cwd)).toEqual([]);
});

test('--dry-run: samples and the ceiling, without a broker', async () => {
  const cwd = folder();
  const { code, out, err } = await load('atm --bootstrap-servers 127.0.0.1:1 --dry-run --format json', cwd);
  expect(err).not.toContain('error');
  expect(code).toBe(0);
  const { scenarios, ceiling } = JSON.parse(out);
  expect(scenarios.atm.samples).toHaveLength(3);
  expect(scenarios.atm.samples[0].key).toBe(scenarios.atm.samples[0].value.atm_id);
  expect(ceiling.recordsPerSec).toBeGreaterThan(1_000);
  expect(readdirSync(cwd)).toEqual([]);
});

test('a result directory that cannot be written is found before the run', async () => {
  const cwd = folder();
  writeFileSync(join(cwd, 'file'), '');
  const { code, out, err } = await load('-t 1 -o file/results', cwd);
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toMatch(/^error: cannot write results to file\/results: ENOTDIR/);
  expect(err).not.toContain(' load, ');
});

describe('signals', () => {
  const firstProgress = /\d:\d\d\/0:30 load, /;
  /** Without an acknowledgement a stopped run is a failed one. */
  const acknowledged = / load, .* [1-9][\d,]* acked/;

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: drained, partial result, %i', async (signal, code) => {
    const cwd = folder();
    const run = start('atm -r 1000 -t 30 -o out', cwd);
    await run.said('stderr', acknowledged);
    run.child.kill(signal);
    const { code: actual, out, err } = await run.ended;
    expect(actual).toBe(code);
    expect(err).toContain(`${signal}: sending stopped`);
    expect(out).toMatch(/^INCOMPLETE/);
    const { totals, run: facts, verdict } = resultIn(join(cwd, 'out'));
    expect(verdict.status).toBe('INCOMPLETE');
    expect(facts.stopped).toMatchObject({ by: signal });
    expect(totals.acked).toBeGreaterThan(0);
    expect(totals.acked + totals.failed + totals.unresolved).toBe(totals.sent);
    expect(totals.sent + totals.unsent).toBe(30_000);
  });

  test('a second one ends at once, without a result', async () => {
    const cwd = folder();
    // Acknowledgements that come after a minute keep the drain waiting.
    const run = start('atm -r 1000 -t 30 -o out --bootstrap-servers null --set nullTransport.latencyMs=60000', cwd);
    await run.said('stderr', firstProgress);
    run.child.kill('SIGINT');
    await run.said('stderr', /SIGINT: sending stopped/);
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(143);
    expect(existsSync(join(cwd, 'out', 'result.json'))).toBe(false);
  });

  test('one that comes when all is done ends it, though nobody reads what it said', async () => {
    const { child, said } = start('atm -r 1000 -n 2000 --log-events -o none --allow-invalid', folder());
    const ended = once(child, 'exit');
    child.stderr!.pause();
    await said('stdout', /^Next .*\n/m);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
  });
});

test('an embedded cluster serves another process; the first line is its address', async () => {
  const cwd = folder();
  const cluster = start('embedded --topics atm-transactions:12', cwd);
  const address = (await cluster.said('stdout', /\n/)).split('\n')[0]!;
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
  const run = await load(`atm -r 80 -t 250ms -o none --allow-invalid --bootstrap-servers ${address}`, cwd);
  expect(run.code).toBe(0);
  expect(run.err).not.toContain('warning');
  expect(run.out).toContain('20 sent = 20 acked');
  cluster.child.kill('SIGINT');
  const { code, out } = await cluster.ended;
  expect(code).toBe(130);
  expect(out).toBe(`${address}\n`);
});

test('doctor: what is needed is there', async () => {
  const { code, out } = await load('doctor');
  expect(code).toBe(0);
  for (const what of ['Node.js', 'koffi', 'librdkafka', 'embedded cluster']) {
    expect(out).toMatch(new RegExp(`^ok +${what}`, 'm'));
  }
  expect(out).toMatch(/Ready to run\.\n$/);
});

test('nobody reads the summary any more: the exit code still says how it went', async () => {
  const { child, ended } = start('atm -r 40 -t 250ms -o none --allow-invalid', folder());
  child.stdout!.destroy();
  const { code, err } = await ended;
  expect(code).toBe(0);
  expect(err).not.toContain('EPIPE');
});

test('a broker that does not answer: one message, no endless retries', async () => {
  const { code, out, err } = await unreachable;
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toMatch(/^error: no broker of 127\.0\.0\.1:1 answers: .*refused.*\n {2}is it running/);
  expect(err.trimEnd().split('\n')).toHaveLength(2);
});

describe('in a shell', () => {
  const inShell = (script: string): Promise<Ended> => {
    const args = ['-c', script, 'sh', process.execPath, CLI];
    const child = spawn('sh', args, {
      cwd: folder(),
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  };
  const RUN = '"$1" "$2" bytes -r 10 -t 1 --bootstrap-servers null --out none';

  test('a secret in free text is in no output', async () => {
    const scenario = 'workload: bytes, executor: constant-arrival-rate, rate: 10, duration: 1s, headers: { h: "$P" }';
    const profile = `name: "n-$P"\ntopics: { "t-$P": {} }\nscenarios: { "s-$P": { ${scenario}, topic: "t-$P" } }`;
    const commands = [
      'plan p.yaml',
      'p.yaml -o r',
      'p.yaml --format json',
      'p.yaml --dry-run -t 1',
      'sample p.yaml -n 1',
    ];
    const { out, err } = await inShell(
      `cat > p.yaml <<'END'\n${profile.replaceAll('$P', `\${MY_PASSWORD}`)}\nEND\nexport MY_PASSWORD=Swordfish17\n` +
        `${commands.map((each) => `"$1" "$2" ${each} --bootstrap-servers null`).join('\n')}\ncat r/*; ls load-results`,
    );
    expect(err).not.toMatch(/error:/);
    expect(out).toContain('"profile": "n-REDACTED"');
    expect(out).toMatch(/^n-REDACTED-\d/m);
    expect(out + err).not.toContain('Swordfish17');
  });

  test('a working directory that was removed', async () => {
    const { code, err } = await inShell(`mkdir gone && cd gone && rmdir ../gone && ${RUN}`);
    expect(err).toBe('error: the working directory was removed\n  start from an existing directory\n');
    expect(code).toBe(2);
  });

  test.each([22, 28, 34])('no more than %i open files', async (files) => {
    const { code, err } = await inShell(`ulimit -n ${files} && ${RUN}`);
    expect(err).toMatch(/^error: the system refuses: .*EMFILE.*\n.*ulimit -n/);
    expect(code).toBe(1);
  });

  test.skipIf(process.platform !== 'linux')('little address space', async () => {
    const { code, err } = await inShell(`ulimit -v 1300000 && ${RUN}`);
    expect(err).toMatch(/error: too little address space: 1\.24 GiB \(ulimit -v\)/);
    expect(code).toBe(1);
  });
});
