/** Which scenario's messages are written into a database while they are sent, and whether that can be. */
import type { Problem } from '../errors.ts';
import type { Profile } from '../profile/profile.ts';
import { formatRate } from '../units.ts';
import type { Trails } from '../workload/trail.ts';
import type { LaneLoad } from './lanes.ts';
import type { DatabasePlan } from './plan.ts';
import { peakRate } from './scenario-load.ts';

/** New messages that one thread writes beside all else it does, with the later states of others: half a second of each. */
const PER_SEC_MAX = 10_000;

/** @param trails of the scenarios, in their order. */
export function planDatabase(
  scenarios: Profile['scenarios'],
  trails: readonly (Trails | undefined)[],
  lanes: readonly LaneLoad[],
  problems: Problem[],
): Omit<DatabasePlan, 'startNs'> | undefined {
  const wanted = Object.keys(scenarios).flatMap((scenario, i) => {
    const file = trails[i]?.database;
    return file === undefined ? [] : [{ scenario, file }];
  });
  const [first, second] = wanted;
  const problem = (scenario: string, message: string, hint: string) =>
    problems.push({ path: `scenarios.${scenario}.params.database`, message, hint });
  if (second !== undefined) {
    problem(second.scenario, `a run writes one database, and ${first!.scenario} has one`, 'run them one by one');
  }
  for (const { scenario } of wanted) {
    const { overload, mess, mark } = scenarios[scenario]!;
    if (mark === 'none') {
      problem(scenario, 'what was sent before a crash is known in the topic by its mark', 'leave out mark: none');
    }
    if (overload.kind === 'shed') {
      problem(scenario, 'which messages are shed is known at the end only', 'use overload: wait, or database: none');
    }
    if (mess !== undefined)
      problem(scenario, 'it has no place for records that are wrong on purpose', 'leave out one of mess and database');
    const load = lanes.find(({ name }) => name === scenario)?.load;
    if (load?.kind === 'closed') {
      problem(
        scenario,
        'as fast as acknowledgements allow is too fast for a database',
        'give a rate, or database: none',
      );
    } else if (load !== undefined && peakRate(load) > PER_SEC_MAX) {
      const message = `${formatRate(peakRate(load))} new messages are too many for a database`;
      problem(scenario, message, `at most ${formatRate(PER_SEC_MAX)}, or database: none`);
    }
  }
  return first;
}
