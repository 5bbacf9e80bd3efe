import { expect, test } from 'vitest';
import { ERROR_LOOKS } from '../../src/page/run/error-chart.tsx';
import { CURVE_LOOKS } from '../../src/page/run/percentile-chart.tsx';
import { STYLE } from '../../src/page/style.ts';

test.each([
  ['curves', CURVE_LOOKS],
  ['errors', ERROR_LOOKS],
])('no two %s have the same colour or the same dashes', (_, looks) => {
  const words = looks.map((look) => look.split(' '));
  expect(new Set(words.map(([colour]) => colour)).size).toBe(looks.length);
  expect(new Set(words.map(([, dashes]) => dashes)).size).toBe(looks.length);
  for (const name of words.flat()) expect(STYLE).toContain(`.${name} { stroke`);
});

test('colours of series differ, on light and on dark pages', () => {
  const colours = [...STYLE.matchAll(/--c\d: #(\w{2})(\w{2})(\w{2})/g)].map(([, ...rgb]) =>
    rgb.map((hex) => Number.parseInt(hex, 16)),
  );
  expect(colours).toHaveLength(12);
  for (const page of [colours.slice(0, 6), colours.slice(6)]) {
    for (const [i, a] of page.entries()) {
      for (const b of page.slice(0, i)) expect(Math.hypot(...a.map((value, j) => value - b[j]!))).toBeGreaterThan(60);
    }
  }
});
