import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EventLines } from '../../src/commands/event-lines.ts';
import { readEvent } from '../../src/kubernetes/event-lines.ts';
import type { Progress } from '../../src/recorder/progress.ts';
import { resultJson } from '../../src/report/result-json.ts';
import type { RunReport } from '../../src/run.ts';
import { fakeTerminal } from '../commands/fake-terminal.ts';
import { sharded } from '../result/shards.ts';

const PROGRESS: Progress = {
  ...{ phase: 'done', elapsedNs: 5, plannedNs: null, endsAtMs: null, plannedCount: 7, scheduled: 7, sent: 6, acked: 5 },
  ...{ failed: 1, shed: 0, inFlight: 0, inFlightMax: 10, targetPerSec: 2.5, scenarios: 1 },
};

test('what a run prints is what is read of it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'event-lines-'));
  const terminal = fakeTerminal();
  const lines = new EventLines(terminal.stdout);
  const result = sharded();
  try {
    writeFileSync(join(directory, 'profile.yaml'), 'name: ä\n');
    lines.start('0123456789abcdef', 'atm: 10/s');
    lines.progress(PROGRESS);
    lines.note('a note\nof two lines');
    lines.warning('a warning');
    const report: RunReport = { result, exitCode: 99, directory, files: [] };
    await lines.end(report);
  } finally {
    rmSync(directory, { recursive: true });
  }
  const events = terminal.out().trimEnd().split('\n').map(readEvent);
  expect(events).toEqual([
    { event: 'start', run: '0123456789abcdef', text: 'atm: 10/s' },
    { event: 'progress', progress: PROGRESS },
    { event: 'note', text: 'a note\nof two lines' },
    { event: 'warning', text: 'a warning' },
    { event: 'file', file: { name: 'result.json', content: Buffer.from(await resultJson(result)) } },
    { event: 'file', file: { name: 'profile.yaml', content: Buffer.from('name: ä\n') } },
    { event: 'end', exitCode: 99 },
  ]);
});

test('other lines, and lines that are cut, are not events', () => {
  const lines = [
    'warning: the shards talk through the cluster under test',
    '{"event":"progress","progr',
    '{"event":"progress","progress":{}}',
    '{"event":"shards","count":2}',
    '{"event":"file","name":"../result.json","gzip":""}',
    '{"event":"file","name":"result.json","gzip":"H4sIAAAAAAAAA"}',
    '{"event":"end","exitCode":"0"}',
    '["event"]',
    '',
  ];
  expect(lines.map(readEvent)).toEqual(lines.map(() => undefined));
});
