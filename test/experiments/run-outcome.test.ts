import { expect, test } from 'vitest';
import { failureReason } from '../../src/experiments/run-outcome.ts';

const ended = { exitCode: 1, result: null, stderrTail: '', warnings: [], wallMs: 1 };

test.each([
  [{ stderrTail: 'run: 1 s\nerror: it broke\n  do this' }, 'it broke'],
  [{ stderrTail: 'one\ntwo' }, 'two'],
  [{ stderrTail: '^\nError [ERR_X]: no module a\n    at b\n\nNode.js v20.1.0' }, 'Error [ERR_X]: no module a'],
  [{ exitCode: 7 }, 'it ended with exit code 7'],
  [{ stderrTail: 'run: 1 s', endedBy: 'SIGSEGV' }, 'its process was ended by SIGSEGV'],
  [{ endedBy: 'SIGKILL' }, 'its process was ended by SIGKILL, as the system does when memory runs out'],
])('why a run left no result: %j', (child, reason) => {
  expect(failureReason({ ...ended, ...child })).toBe(reason);
});
