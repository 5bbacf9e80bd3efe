/** Live views on a terminal that the kernel makes: `script` gives the command one, and the bytes go into an emulator. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { RecordedTerminal, type Shown } from '../terminal/recorded-terminal.ts';

/** Of util-linux; that of other systems takes other arguments. */
const SCRIPT = '/usr/bin/script';
const ROWS = 30;
const QUICK = 'run bytes -r 500 -t 2s --out none';

const folder = mkdtempSync(join(tmpdir(), 'terminal-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What stderr leaves on a terminal so wide; stdout goes to a file, for the summary is wider. */
async function shownBy(args: string, columns: number, more = {}): Promise<Shown & { readonly out: string }> {
  const load = `${process.execPath} ${resolve('dist/src/cli.js')} ${args} --bootstrap-servers null > out`;
  const env = { PATH: process.env.PATH, TERM: 'xterm-256color', ...more };
  const command = `stty cols ${columns} rows ${ROWS}; ${load}; true`;
  const { stdout } = await promisify(execFile)(SCRIPT, ['-qec', command, '/dev/null'], { cwd: folder, env });
  const terminal = new RecordedTerminal(columns, ROWS);
  terminal.write(stdout);
  return { ...(await terminal.shown()), out: readFileSync(join(folder, 'out'), 'utf8') };
}

const labelsOf = ({ lines }: Shown) => lines.map((line) => line.trim().split(/ {2,}/)[0]!.replaceAll(/[█░]+/g, '#'));

describe.skipIf(!existsSync(SCRIPT))('on a terminal', () => {
  test.each([60, 100])('a run, %i columns: its last state, once', async (columns) => {
    const shown = await shownBy(`${QUICK} --log-level warn`, columns);
    expect(labelsOf(shown).slice(-4)).toEqual(
      ['# 100 %', 'time', 'rate', 'messages'].map((text) => expect.stringMatching(text)),
    );
    expect(shown.lines.filter((line) => line.startsWith('rate'))).toHaveLength(1);
    expect(shown.lines.join('\n')).not.toMatch(/acked {3}|in flight ░/);
    expect(shown.isCursorBelow).toBe(true);
    expect(shown.out).toMatch(/^(VALID|GENERATOR_LIMITED)/);
    expect(shown.out, 'stdout is no terminal').not.toContain('Response latency');
  });

  test('a sweep: its cells with their figures, and a line for each run', async () => {
    const shown = await shownBy('sweep smoke --vary linger.ms=0,5 --repeat 1 -t 2s --out sweep', 80);
    const labels = labelsOf(shown);
    expect(labels.filter((label) => /^run \d\/2: /.test(label))).toHaveLength(2);
    const [head, title, ...cells] = shown.lines.slice(-4);
    expect(head).toMatch(/^█{40} {2}runs 2, done$/);
    expect(title).toMatch(/^ {2}cell +runs +rate +p99, ms$/);
    expect(cells).toEqual([
      expect.stringMatching(/^ {2}linger\.ms=0 +1\/1 +[\d,.]+\/s +[\d.]+/),
      expect.stringMatching(/^ {2}linger\.ms=5 +1\/1 +[\d,.]+\/s +[\d.]+/),
    ]);
    expect(shown.isCursorBelow).toBe(true);
  });

  test('CI: plain lines', async () => {
    const shown = await shownBy(`${QUICK} --log-level warn`, 200, { CI: 'true' });
    expect(shown.lines.at(-1)).toMatch(/^0:\d\d\/0:02 done \| .* acked on average \| /);
    expect(shown.lines.join()).not.toMatch(/[█░]/);
  });
});
