import { expect, test } from 'vitest';
import { describeFailure } from '../../src/commands/failure.ts';
import { EXIT, InputError, LoadError } from '../../src/errors.ts';
import { rememberSecret } from '../../src/secrets.ts';

test('one problem is one line, several a list', () => {
  const rate = { place: 'x.yaml:3', path: 'scenarios.a.rate', message: 'must be greater than 0', hint: 'write 25' };
  expect(describeFailure(new InputError([rate]), false)).toEqual({
    exitCode: EXIT.badInput,
    lines: ['x.yaml:3: scenarios.a.rate: must be greater than 0 (write 25)'],
  });
  expect(describeFailure(new InputError([rate, { message: 'another' }]), false).lines).toEqual([
    '2 problems',
    '  x.yaml:3: scenarios.a.rate: must be greater than 0 (write 25)',
    '  another',
  ]);
});

test('an error with a code: its message, its hint, its exit code', () => {
  const error = new LoadError('TOPIC_MISSING', 'topic t does not exist', { hint: 'make it' });
  expect(describeFailure(error, false)).toEqual({
    exitCode: EXIT.failed,
    lines: ['topic t does not exist', '  make it'],
  });
});

test('anything else is our bug, and says so', () => {
  const { exitCode, lines } = describeFailure(new TypeError('x is not a function'), false);
  expect(exitCode).toBe(EXIT.failed);
  expect(lines[0]).toBe('this is a bug in the load engine: TypeError: x is not a function');
  expect(lines.join('\n')).not.toContain('failure.test.ts');
  expect(describeFailure('thrown text', false).lines[0]).toContain('thrown text');
});

test.each([
  [
    Object.assign(new Error("EMFILE: too many open files, open '/x'"), { code: 'EMFILE', syscall: 'open' }),
    /ulimit -n/,
  ],
  [Object.assign(new Error('spawn EAGAIN'), { code: 'EAGAIN' }), /ulimit -u/],
  [new Error('EAGAIN'), /ulimit -u/],
  [Object.assign(new Error('Worker initialization failure: ENOMEM'), { code: 'ERR_WORKER_INIT_FAILED' }), /memory/],
  [new RangeError('Array buffer allocation failed'), /ulimit -v/],
  [Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }), /EIO: i\/o error/],
])('what the system refuses is no bug: %s', (error, words) => {
  const { exitCode, lines } = describeFailure(error, false);
  expect(exitCode).toBe(EXIT.failed);
  expect(lines.join('\n')).toMatch(/^the system refuses: /);
  expect(lines.join('\n')).toMatch(words);
});

test('a working directory that is gone', () => {
  const error = Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), { syscall: 'uv_cwd' });
  const { exitCode, lines } = describeFailure(error, false);
  expect(exitCode).toBe(EXIT.badInput);
  expect(lines[0]).toBe('the working directory was removed');
});

test('debug shows where, causes included', () => {
  const error = new LoadError('X', 'outer', { cause: new RangeError('inner') });
  const text = describeFailure(error, true).lines.join('\n');
  expect(text).toMatch(/outer[\s\S]*failure\.test\.ts[\s\S]*caused by:[\s\S]*RangeError: inner/);
});

test('a secret is never in it', () => {
  rememberSecret('swordfish-17');
  expect(describeFailure(new LoadError('X', 'login swordfish-17 refused'), true).lines.join('\n')).not.toContain(
    'swordfish-17',
  );
});

test('what a terminal would obey is shown, not done: names and errors are those of files and servers', () => {
  const message = 'topic \x1b[2J\x9b31m\u202et\r is missing';
  expect(describeFailure(new LoadError('T', message, { hint: '\x07' }), false).lines).toEqual([
    'topic \\u001b[2J\\u009b31m\\u202et\\u000d is missing',
    '  \\u0007',
  ]);
});
