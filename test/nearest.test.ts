import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearest, suggest } from '../src/nearest.ts';

test.each([
  ['topc', ['key', 'topic'], 'topic'],
  ['sceanrios', ['scenarios', 'version'], 'scenarios'],
  ['lingerMs', ['linger.ms', 'acks'], 'linger.ms'],
  ['Graceful_Stop', ['gracefulStop'], 'gracefulStop'],
  ['zzz', ['topic', 'key'], undefined],
  ['x', ['y'], undefined],
  // A third of six letters, and half of them.
  ['reqxxt', ['report'], undefined],
  ['repoxx', ['report'], 'report'],
])('%s among %j is %s', (name, candidates, expected) => {
  expect(nearest(name, candidates)).toBe(expected);
});

test('without a near name the few there are, without a readable list nothing', () => {
  expect(suggest('zzzzz', ['atm', 'bytes'])).toBe('one of atm, bytes');
  expect(suggest('bites', ['atm', 'bytes'])).toBe('did you mean `bytes`?');
  const names = Array.from({ length: 25 }, (_, i) => `name${i}`);
  expect(suggest('zzzzz', names)).toBeUndefined();
  expect(suggest('zzzzz', names.slice(1))).toBe(`one of ${names.slice(1).join(', ')}`);
});

test('one edit is distance one, and the distance is symmetric', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), fc.string(), (name, at, other) => {
      const i = at % name.length;
      expect(editDistance(name, name.slice(0, i) + name.slice(i + 1))).toBe(1);
      expect(editDistance(name, other)).toBe(editDistance(other, name));
      expect(editDistance(name, other) === 0).toBe(name === other);
    }),
  );
  expect(editDistance('acsk', 'acks')).toBe(1);
  expect(editDistance('kitten', 'sitting')).toBe(3);
});
