/** What can be split over several processes, and what needs one. */
import { InputError, type Problem } from '../errors.ts';
import type { Plan } from './plan.ts';

/** @throws InputError with all that needs one process. */
export function checkShardable({ lanes, database, faults, target, clock }: Plan): void {
  const problems: Problem[] = [];
  const alone = 'run it in one process';
  if (lanes.length === 0) {
    const message = 'a run without scenarios is not split: only what is sent is';
    problems.push({ path: 'scenarios', message, hint: 'give a consumer group more `members`' });
  }
  if (database !== undefined) {
    const message = 'the message database is one file of one process';
    problems.push({ path: `scenarios.${database.scenario}`, message, hint: alone });
  }
  if (clock.speed === 'max') {
    problems.push({
      path: 'clock.speed',
      message: '`max` is as fast as one process can, and is not split',
      hint: alone,
    });
  }
  if (faults?.some(({ action }) => action.kind !== 'exec') === true && target.kind === 'embedded') {
    const message = 'faults of the embedded cluster need it in the process of the run';
    problems.push({ path: 'faults', message, hint: 'run it in one process, or use `exec` faults' });
  }
  if (problems.length > 0) throw new InputError(problems);
}
