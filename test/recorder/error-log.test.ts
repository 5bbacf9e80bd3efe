import { expect, test } from 'vitest';
import { ErrorLog, LOCAL_ERROR } from '../../src/recorder/error-log.ts';
import { RunReader } from '../../src/recorder/reader.ts';
import { allocateRunMemory, errorCells } from '../../src/recorder/run-memory.ts';
import type { ClientLog } from '../../src/transport/transport.ts';

const SOURCE = { scenario: 'web-events', lane: 0, topic: 'user-events' };

test('the first failure of each code is told as it happens, all are counted; a purge at the end is no failure', () => {
  const lines: ClientLog[] = [];
  const describe = (code: number) => ({ name: `E${code}`, text: `error ${code}` });
  const errors = new ErrorLog(SOURCE, { describe }, (line) => lines.push(line));
  errors.add(-192, 1e9, 7, false);
  errors.add(-192, 1.9e9, 8, false);
  errors.add(-192, 5e9, 12, false);
  errors.add(87, 3e9, 9, false);
  errors.add(LOCAL_ERROR.purgeQueue, 4e9, 10, false);
  errors.add(LOCAL_ERROR.purgeInFlight, 4e9, 11, false);
  expect(lines).toEqual([
    { level: 4, facility: 'ENGINE', message: 'message 7 of web-events failed: error -192; more like it are counted' },
    { level: 4, facility: 'ENGINE', message: 'message 9 of web-events failed: error 87; more like it are counted' },
  ]);
  expect(errors.counts().map(({ code, count, firstAtNs, seconds }) => [code, count, firstAtNs, seconds])).toEqual([
    [
      -192,
      3,
      1e9,
      [
        [1, 2],
        [5, 1],
      ],
    ],
    [-152, 1, 4e9, [[4, 1]]],
    [-151, 1, 4e9, [[4, 1]]],
    [87, 1, 3e9, [[3, 1]]],
  ]);
});

test('counts of the lanes of a worker by code are in memory, which is read while they run', () => {
  const memory = allocateRunMemory(2, 2, 1);
  const describe = (code: number) => ({ name: `E${code}`, text: '' });
  const logs = [0, 0, 1].map((worker) => new ErrorLog(SOURCE, { describe }, () => {}, errorCells(memory, worker)));
  for (const [i, code] of [-192, 87, -192].entries()) logs[i]!.add(code, 1e9, 0, false);
  logs[1]!.add(-192, 1e9, 0, false);
  const reader = new RunReader(memory);
  expect([...reader.errors()]).toEqual([
    [-192, 3],
    [87, 1],
  ]);
  for (let code = 1; code <= 100; code++) logs[0]!.add(1000 + code, 1e9, 0, false);
  expect(reader.errors().size).toBe(32);
});

test('a message that is too large names who refused it, and the property; both may', () => {
  const describe = () => ({ name: 'MSG_SIZE_TOO_LARGE', text: 'Broker: Message size too large' });
  const errors = new ErrorLog(SOURCE, { describe });
  errors.add(10, 1e9, 1, true);
  errors.add(10, 2e9, 2, false);
  errors.add(10, 3e9, 3, false);
  expect(errors.counts().map(({ by, count, example }) => [by, count, example])).toEqual([
    ['client', 1, 'the client refuses it: above message.max.bytes (message 1 of web-events)'],
    [
      'broker',
      2,
      'the broker refuses it: record or batch above max.message.bytes of topic user-events (message 2 of web-events)',
    ],
  ]);
});

test('a message that timed out names the last error behind it, where the client knows one', () => {
  const describe = () => ({ name: '_MSG_TIMED_OUT', text: 'Local: Message timed out' });
  const behind = { name: 'NOT_ENOUGH_REPLICAS', text: 'Broker: Not enough in-sync replicas' };
  const examples = (lastRetry: () => typeof behind | undefined) => {
    const errors = new ErrorLog(SOURCE, { describe, lastRetry });
    errors.add(LOCAL_ERROR.timedOut, 1e9, 1, false);
    return errors.counts().map(({ example }) => example);
  };
  expect(examples(() => undefined)).toEqual(['Local: Message timed out (message 1 of web-events)']);
  expect(examples(() => behind)).toEqual([
    'Local: Message timed out, after NOT_ENOUGH_REPLICAS (Broker: Not enough in-sync replicas) (message 1 of web-events)',
  ]);
});

test('what was behind messages that timed out stays with them when the client has got over it', () => {
  const describe = () => ({ name: '_MSG_TIMED_OUT', text: 'Local: Message timed out' });
  let last: { name: string; text: string } | undefined;
  const errors = new ErrorLog(SOURCE, { describe, lastRetry: () => last });
  errors.add(LOCAL_ERROR.timedOut, 1e9, 1, false);
  last = { name: 'A', text: 'first' };
  errors.add(LOCAL_ERROR.timedOut, 2e9, 2, false);
  last = undefined;
  errors.add(LOCAL_ERROR.timedOut, 3e9, 3, false);
  const [{ count, example } = { count: 0, example: '' }] = errors.counts();
  expect([count, example]).toEqual([3, 'Local: Message timed out, after A (first) (message 1 of web-events)']);
});
