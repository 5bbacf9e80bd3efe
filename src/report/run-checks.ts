/** What a build must look at in one run: its verdict, its thresholds, and whether the log is as it should be. */
import { allowedWords, exampleAt, isVerified, verificationFaults } from '../result/reading-words.ts';
import type { Result, ThresholdOutcome } from '../result/result.ts';
import { verdictWord } from '../result/run-words.ts';
import { describeOutcome } from '../result/thresholds.ts';
import { countOf } from '../units.ts';

export interface RunCheck {
  readonly name: string;
  /** `undecided`: not found to be broken, and a build must not pass either; `skipped`: nobody looked. */
  readonly outcome: 'pass' | 'fail' | 'undecided' | 'skipped';
  readonly kind: 'verdict' | 'threshold' | 'verification';
  readonly words: string;
}

export function checksOf(result: Result): RunCheck[] {
  const { verdict, thresholds, verification = {} } = result;
  const isMeasured = verdict.status !== 'INCOMPLETE' && verdict.status !== 'GENERATOR_LIMITED';
  const why = verdict.reasons.length === 0 ? '' : `: ${verdict.reasons.join('; ')}`;
  return [
    {
      ...{ name: 'the run counts', kind: 'verdict', outcome: isMeasured ? 'pass' : 'undecided' },
      words: `${verdictWord(verdict)}${why}`,
    },
    ...thresholds.map(thresholdCheck),
    ...Object.entries(verification).map(([name, each]): RunCheck => {
      const outcome = isVerified(each) ? 'pass' : each.refused === undefined ? 'fail' : 'undecided';
      return { name: `verification of ${name}`, kind: 'verification', outcome, words: verificationCheckWords(each) };
    }),
  ];
}

function thresholdCheck(outcome: ThresholdOutcome): RunCheck {
  const name = `${outcome.metric} ${outcome.expression}`;
  if (outcome.ok === null) return { name, kind: 'threshold', outcome: 'skipped', words: `${name} is not judged` };
  return { name, kind: 'threshold', outcome: outcome.ok ? 'pass' : 'fail', words: describeOutcome(outcome) };
}

function verificationCheckWords(each: NonNullable<Result['verification']>[string]): string {
  if (each.refused !== undefined) return `not verified: ${each.refused}`;
  const faults = verificationFaults(each);
  const checked = `of ${countOf(each.expected, 'expected message')}`;
  const allowed = allowedWords([each]);
  if (faults === '') return `0 ${checked} lost${allowed === '' ? '' : `; ${allowed}`}`;
  const examples = each.examples.slice(0, EXAMPLES_MAX).map((example) => {
    const at = exampleAt(example);
    return `${at}${at === '' ? '' : ': '}${example.text}`;
  });
  return `${faults} ${checked}${examples.length === 0 ? '' : `, e.g. ${examples.join('; ')}`}`;
}

/** More of them are in result.json. */
const EXAMPLES_MAX = 3;
