import { afterEach, expect, test } from 'vitest';
import { debug, debugTo, timed } from '../src/debug.ts';
import { rememberSecret } from '../src/secrets.ts';

afterEach(() => debugTo(undefined));

test('nothing is described where nobody reads', async () => {
  debug(() => {
    throw new Error('described');
  });
  expect(await timed('work', async () => 5)).toBe(5);
});

test('lines have a time and no secrets; work tells how it ended', async () => {
  const lines: string[] = [];
  debugTo((line) => lines.push(line));
  rememberSecret('hush-hush-1');
  debug(() => 'with hush-hush-1');
  await timed('work', async () => {});
  const failing = async () => {
    throw new Error('no luck');
  };
  await expect(timed('more', failing)).rejects.toThrow('no luck');
  expect(lines).toEqual([
    expect.stringMatching(/^\+\d+ ms with \*\*\*$/),
    expect.stringMatching(/^\+\d+ ms work: \d+\.\d ms$/),
    expect.stringMatching(/^\+\d+ ms more: failed after \d+\.\d ms: no luck$/),
  ]);
});
