/** Which scenario's messages are written into a database while they are sent, and whether that can be. */
import type { Problem } from '../errors.ts';
import type { Profile, ScenarioProfile } from '../profile/profile.ts';
import { formatRate } from '../units.ts';
import type { Trails } from '../workload/trail.ts';
import type { LaneLoad } from './lanes.ts';
import type { DatabasePlan, Plan } from './plan.ts';
import { type Load, peakRate } from './scenario-load.ts';

/** New messages that one thread writes beside all else it does, with the later states of others: half a second of each. */
const PER_SEC_MAX = 10_000;
/** Up to here nobody has to ask for it: a few hundred rows a second, 15 kB of them. */
export const UNASKED_PER_SEC_MAX = 100;

export interface DatabaseFacts {
  readonly target: Plan['target']['kind'];
  readonly problems: Problem[];
  readonly warnings: string[];
  readonly notes: string[];
}

/** @param trails of the scenarios, in their order. */
export function planDatabase(
  scenarios: Profile['scenarios'],
  trails: readonly (Trails | undefined)[],
  lanes: readonly LaneLoad[],
  { target, problems, warnings, notes }: DatabaseFacts,
): Omit<DatabasePlan, 'startNs'> | undefined {
  const wanted = Object.keys(scenarios).flatMap((scenario, i) => {
    const file = trails[i]?.database;
    return file === undefined ? [] : [{ scenario, file }];
  });
  const named = wanted.filter(({ file }) => file !== 'auto');
  // Nothing is sent to nobody.
  if (target === 'null') {
    warnings.push(
      ...named.map(
        ({ scenario, file }) => `${scenario}: nothing is sent (null transport): database ${file} is not written`,
      ),
    );
    return undefined;
  }
  const loadOf = (scenario: string) => lanes.find(({ name }) => name === scenario)!.load;
  const problem = (scenario: string, message: string, hint: string) =>
    problems.push({ path: `scenarios.${scenario}.params.database`, message, hint });
  const [first, second] = named;
  if (second !== undefined) {
    problem(second.scenario, `a run writes one database, and ${first!.scenario} has one`, 'run them one by one');
  }
  for (const { scenario } of named) {
    const found = obstacle(scenarios[scenario]!, loadOf(scenario));
    if (found !== undefined) problem(scenario, found.message, found.hint);
  }
  if (first !== undefined || wanted.length === 0) return first;
  const [{ scenario }] = wanted as [(typeof wanted)[number]];
  const found =
    wanted.length > 1
      ? { message: 'a run writes one database', hint: 'give one of them a file' }
      : (unaskedObstacle(scenarios[scenario]!, loadOf(scenario)) ?? obstacle(scenarios[scenario]!, loadOf(scenario)));
  if (found === undefined) return { scenario, file: null };
  notes.push(`${scenario}: no database: ${found.message} (${found.hint})`);
  return undefined;
}

interface Obstacle {
  readonly message: string;
  readonly hint: string;
}

/** Why there can be no database of these messages. */
function obstacle({ overload, anomalies, mark, transactions }: ScenarioProfile, load: Load): Obstacle | undefined {
  if (mark === 'none') {
    const message = 'what was sent before a crash is known in the topic by its mark';
    return { message, hint: 'leave out mark: none' };
  }
  if (overload.kind === 'shed') {
    const message = 'which messages are shed is known at the end only';
    return { message, hint: 'use overload: wait, or database: none' };
  }
  if (anomalies !== undefined) {
    const message = 'it has no place for records that are wrong on purpose';
    return { message, hint: 'leave out one of anomalies and database' };
  }
  if (transactions !== undefined) {
    const message = 'it does not know which transactions are committed';
    return { message, hint: 'leave out transactions, or database: none' };
  }
  if (load.kind === 'closed') {
    const message = 'as fast as acknowledgements allow is too fast for a database';
    return { message, hint: 'give a rate, or database: none' };
  }
  if (peakRate(load) > PER_SEC_MAX) {
    const message = `${formatRate(peakRate(load))} new messages are too many for a database`;
    return { message, hint: `at most ${formatRate(PER_SEC_MAX)}, or database: none` };
  }
  return undefined;
}

/** Why there is none where nobody asked for it: it must change nothing else about the run. */
function unaskedObstacle({ payload }: ScenarioProfile, load: Load): Obstacle | undefined {
  const hint = `--database FILE takes up to ${formatRate(PER_SEC_MAX)}`;
  if (payload.mode === 'pooled') return { message: 'its records are made fresh, and these are pooled', hint };
  if (load.kind === 'open' && peakRate(load) > UNASKED_PER_SEC_MAX) {
    return { message: `by default only up to ${formatRate(UNASKED_PER_SEC_MAX)} new messages`, hint };
  }
  return undefined;
}
