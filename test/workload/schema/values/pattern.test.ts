import { describe, expect, test } from 'vitest';
import { CounterRng } from '../../../../src/workload/random.ts';
import { openPattern, patternProblem } from '../../../../src/workload/schema/values/pattern.ts';
import { textOf } from '../../../../src/workload/schema/values/texts.ts';

const open = (pattern: string) => openPattern(pattern, new CounterRng(42, 'pattern'));
const texts = (pattern: string, count = 500) => {
  const raw = open(pattern);
  return Array.from({ length: count }, (_, draw) => textOf(raw, draw));
};
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('texts', () => {
  test.each<[string, number, number]>([
    ['x*', 0, 10],
    ['x+', 1, 11],
    ['x{3,}', 3, 13],
    ['x{2,4}', 2, 4],
    ['x?', 0, 1],
    ['(?:xx){1,}y', 3, 23],
  ])('of %s are of every length that they can have', (pattern, min, max) => {
    const lengths = new Set(texts(pattern).map(({ length }) => length));
    const step = pattern.startsWith('(') ? 2 : 1;
    expect([...lengths].sort((a, b) => a - b)).toEqual(range(min, max).filter((each) => (each - min) % step === 0));
  });

  test('take each alternative and each character', () => {
    expect(new Set(texts('a|b|[c-e]'))).toEqual(new Set(['a', 'b', 'c', 'd', 'e']));
  });

  test('depend on no text made before, whichever groups they leave out', () => {
    const pattern = '(?:(a)|x)([b-f])\\2\\1?';
    const once = range(0, 49).map((draw) => textOf(open(pattern), draw));
    const [forth, back] = [open(pattern), open(pattern)];
    expect(once.map((_, draw) => textOf(forth, draw))).toEqual(once);
    expect(once.map((_, draw) => textOf(back, 49 - draw)).reverse()).toEqual(once);
    for (const text of once) expect(text).toMatch(/^(?:(a)|x)([b-f])\2\1?$/);
    expect(new Set(once).size).toBeGreaterThan(10);
  });

  test('have the room that their longest one takes: three bytes for each UTF-16 unit', () => {
    const units = (pattern: string) => open(pattern).bytesMax / 3;
    expect(units('^ab$')).toBe(2);
    expect(units('(abc)-\\1')).toBe(7);
    expect(units('a|bcd|(?:ef){2}')).toBe(4);
    expect(units('x{3,}')).toBe(13);
    expect(units('𝄞')).toBe(2);
    for (const pattern of ['𝄞{3}', '€{9}', '(ü|𝄞𝄞)\\1', '[€-₰]{5}']) {
      for (const text of texts(pattern, 50)) {
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(open(pattern).bytesMax);
      }
    }
  });
});

describe('what is wrong with a pattern', () => {
  test('nothing, up to ten thousand characters', () => {
    for (const pattern of ['[A-Z]{3}-[0-9]+', 'x{10000}', '(?:xy){5000}', '^x$', '(a)\\1']) {
      expect([pattern, patternProblem(pattern)]).toEqual([pattern, undefined]);
    }
    expect(patternProblem('x{10001}')?.message).toBe('matches strings of up to 10001 characters');
    expect(patternProblem('(x{600}){20}')?.message).toBe('matches strings of up to 12000 characters');
  });

  test.each<[string, RegExp]>([
    ['[a', /invalid regular expression: .*Unterminated character class/],
    ['a(?=b)', /do not always match it, as "a"/],
  ])('%s', (pattern, message) => {
    expect(patternProblem(pattern)?.message).toMatch(message);
  });
});
