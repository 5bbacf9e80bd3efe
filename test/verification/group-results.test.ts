/** Several groups that verify one scenario. */
import { expect, test } from 'vitest';
import type { GroupVerification } from '../../src/result/reading-result.ts';
import { joinGroups } from '../../src/verification/group-results.ts';

const CLEAN: GroupVerification = {
  ...{ expected: 95, consumed: 95, lost: 0, duplicated: 0, outOfOrder: 0, corrupted: 0, foreign: 0 },
  ...{ notAckedInLog: 0, abortedInLog: 0, notes: [], examples: [] },
};
const lost = { kind: 'lost', text: 'acknowledged, and not in the log', index: 3 } as const;
const aborted = { kind: 'aborted', text: 'its transaction was aborted, and it was read', index: 7 } as const;
const LOSING: GroupVerification = { ...CLEAN, consumed: 92, lost: 3, examples: [lost], notes: ['a', 'b'] };
const DIRTY: GroupVerification = { ...CLEAN, consumed: 100, abortedInLog: 5, examples: [aborted], notes: ['b'] };
const REFUSED: GroupVerification = { ...CLEAN, ...{ refused: 'not read to its end', expected: 0, consumed: 0 } };

test('one group alone has its own result', () => {
  expect(joinGroups([{ group: 'g', result: LOSING }])).toBe(LOSING);
});

test('what one finds does not hide what another one finds', () => {
  const joined = joinGroups([
    { group: 'committed', result: LOSING },
    { group: 'dirty', result: DIRTY },
  ]);
  expect(joined).toEqual({
    ...CLEAN,
    ...{ consumed: 100, lost: 3, abortedInLog: 5, notes: ['a', 'b'], examples: [lost, aborted] },
    groups: { committed: LOSING, dirty: DIRTY },
  });
});

test('a group that may read aborted messages does not fail the others, and hides none that may not', () => {
  const free: GroupVerification = { ...DIRTY, abortedInLog: 8, abortedAllowed: true, examples: [] };
  const allowed = joinGroups([
    { group: 'clean', result: CLEAN },
    { group: 'free', result: free },
  ]);
  expect(allowed).toMatchObject({ abortedInLog: 8, abortedAllowed: true, examples: [] });
  const wrong = joinGroups([
    { group: 'free', result: free },
    { group: 'dirty', result: DIRTY },
  ]);
  expect(wrong).toMatchObject({ abortedInLog: 5, examples: [aborted] });
  expect(wrong.abortedAllowed).toBeUndefined();
  const refused = joinGroups([
    { group: 'slow', result: REFUSED },
    { group: 'free', result: free },
  ]);
  expect(refused.refused).toBe('group slow: not read to its end');
});

test('a refusal counts where nothing is wrong, and is a note where something is', () => {
  const results = [
    { group: 'slow', result: REFUSED },
    { group: 'clean', result: CLEAN },
  ];
  expect(joinGroups(results)).toMatchObject({ refused: 'group slow: not read to its end', lost: 0, expected: 0 });
  const wrong = joinGroups([...results, { group: 'losing', result: LOSING }]);
  expect(wrong).toMatchObject({ lost: 3, expected: 95 });
  expect(wrong.refused).toBeUndefined();
  expect(wrong.notes).toContain('group slow did not verify it: not read to its end');
});
