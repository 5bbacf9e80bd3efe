import { expect, test } from 'vitest';
import stringWidth from '../src/text-width.ts';

test.each([
  ['', 0],
  ['--rate N', 8],
  ['1 – 2 × …', 9],
  ['日本語', 6],
  ['한국어 a', 8],
  ['🚀 go', 5],
  ['「支払い」。', 12],
  ['e\u0301te\u0301', 3],
  ['\u202bשלום\u202c', 4],
])('%s takes %i columns', (text, columns) => {
  expect(stringWidth(text)).toBe(columns);
});
