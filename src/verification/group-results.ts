/** What the groups that verify one scenario found, as one result. */
import type { CheckExample } from '../recorder/reading-measurement.ts';
import type { GroupVerification, VerificationResult } from '../result/reading-result.ts';
import { wrongCount } from '../result/reading-words.ts';

export interface GroupResult {
  readonly group: string;
  readonly result: GroupVerification;
}

/** Of each kind. */
export const EXAMPLES_MAX = 10;

const WRONG = ['lost', 'duplicated', 'outOfOrder', 'corrupted', 'abortedInLog'] as const;
const FACTS = ['expected', 'consumed', 'foreign', 'notAckedInLog'] as const;
type Counts = Record<(typeof WRONG | typeof FACTS)[number], number>;

/** Where one found something wrong, that counts; else a refusal of one is that of all: not every group was checked. */
export function joinGroups(results: readonly GroupResult[]): VerificationResult {
  const [first] = results;
  if (results.length === 1) return first!.result;
  const groups = Object.fromEntries(results.map(({ group, result }) => [group, result]));
  const judged = results.filter(({ result: { refused } }) => refused === undefined);
  const refusals = results.flatMap(({ group, result: { refused } }) =>
    refused === undefined ? [] : [{ group, refused }],
  );
  const isWrong = judged.some(({ result }) => WRONG.some((count) => wrongCount(result, count) > 0));
  if (refusals.length > 0 && !isWrong) {
    const refused = refusals.map((each) => `group ${each.group}: ${each.refused}`).join('; ');
    return { ...results.find(({ result }) => result.refused !== undefined)!.result, refused, groups };
  }
  const max = (count: keyof Counts) => Math.max(...judged.map(({ result }) => result[count]));
  const counts = Object.fromEntries([...WRONG, ...FACTS].map((count) => [count, max(count)])) as Counts;
  // Groups that may read aborted messages do not hide how many one read that may not.
  const wrongAborted = Math.max(...judged.map(({ result }) => wrongCount(result, 'abortedInLog')));
  const isAllowed = wrongAborted === 0 && counts.abortedInLog > 0;
  if (!isAllowed) counts.abortedInLog = wrongAborted;
  const notes = new Set([
    ...judged.flatMap(({ result }) => result.notes),
    ...refusals.map(({ group, refused }) => `group ${group} did not verify it: ${refused}`),
  ]);
  const examples = judged.flatMap(({ result }) => result.examples);
  const allowed = isAllowed ? { abortedAllowed: true as const } : {};
  return { ...counts, ...allowed, notes: [...notes], examples: firstOfEach(examples, counts), groups };
}

const KINDS = {
  lost: 'lost',
  duplicated: 'duplicated',
  outOfOrder: 'outOfOrder',
  corrupted: 'corrupted',
  foreign: 'foreign',
  aborted: 'abortedInLog',
} as const satisfies Record<CheckExample['kind'], keyof Counts>;

/** What one member took for a duplicate may be what another one lacks: no more examples than there are. */
export function firstOfEach(examples: readonly CheckExample[], counts: Omit<Counts, 'expected'>): CheckExample[] {
  return (Object.keys(KINDS) as CheckExample['kind'][]).flatMap((kind) => {
    const own = examples.filter((each) => each.kind === kind).toSorted((a, b) => positionsOf(b) - positionsOf(a));
    return own.slice(0, Math.min(EXAMPLES_MAX, counts[KINDS[kind]]));
  });
}

/** Those with a place in the log first. */
function positionsOf({ offset }: CheckExample): number {
  return offset === undefined ? 0 : 1;
}
