/** A mistake in a rule. */
import type { Problem } from '../../../errors.ts';

/** `at`: the steps below `fields`, the field first. */
export interface RuleProblem extends Pick<Problem, 'message' | 'hint'> {
  readonly at: RulePath;
}

export type RulePath = readonly (string | number)[];

export type AddProblem = (at: RulePath, message: string, hint?: string) => void;
