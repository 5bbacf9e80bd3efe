import { expect, test } from 'vitest';
import { ErrorLog, LOCAL_ERROR } from '../../src/engine/error-log.ts';
import type { ClientLog } from '../../src/transport/transport.ts';

test('the first failure of each code is told as it happens, all are counted; a purge at the end is no failure', () => {
  const lines: ClientLog[] = [];
  const describe = (code: number) => ({ name: `E${code}`, text: `error ${code}` });
  const errors = new ErrorLog({ describe }, (line) => lines.push(line));
  errors.add(-192, 1e9, 'web-events', 7);
  errors.add(-192, 2e9, 'web-events', 8);
  errors.add(10, 3e9, 'web-events', 9);
  errors.add(LOCAL_ERROR.purgeQueue, 4e9, 'web-events', 10);
  errors.add(LOCAL_ERROR.purgeInFlight, 4e9, 'web-events', 11);
  expect(lines).toEqual([
    { level: 4, facility: 'ENGINE', message: 'message 7 of web-events failed: error -192; more like it are counted' },
    { level: 4, facility: 'ENGINE', message: 'message 9 of web-events failed: error 10; more like it are counted' },
  ]);
  expect(errors.counts().map(({ code, count, firstAtNs }) => [code, count, firstAtNs])).toEqual([
    [-192, 2, 1e9],
    [10, 1, 3e9],
    [-152, 1, 4e9],
    [-151, 1, 4e9],
  ]);
});
