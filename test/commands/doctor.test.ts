import { expect, test } from 'vitest';
import { checkNode, formatFinding } from '../../src/commands/doctor.ts';

test.each([
  ['20.19.0', 'ok'],
  ['20.20.2', 'ok'],
  ['22.1.0', 'ok'],
  ['20.18.3', 'missing'],
  ['18.20.0', 'missing'],
] as const)('Node.js %s: %s', (version, status) => {
  expect(checkNode(version).status).toBe(status);
});

test('a line each', () => {
  expect(formatFinding({ what: 'librdkafka', status: 'missing', detail: 'does not load' }, false)).toBe(
    'missing  librdkafka        does not load',
  );
  expect(formatFinding({ what: 'librdkafka', status: 'ok', detail: '2.15.1' }, true)).toContain('\x1b[32m');
});
