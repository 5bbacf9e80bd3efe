/** What watches a run because of its plan, whoever started it. */

import type { Observer, StartedRun } from '../coordinator/observer.ts';
import type { Plan } from '../plan/plan.ts';
import type { LoadedProfile } from '../profile/load.ts';
import { beginningOf, planNotes } from '../result/run-identity.ts';
import { abortOnFail } from './abort-on-fail.ts';
import { FaultObserver } from './faults.ts';
import { Journal } from './journal.ts';
import { LifecycleObserver } from './lifecycle.ts';

export interface WatchedRun {
  readonly plan: Plan;
  readonly loaded: LoadedProfile;
  readonly directory: string | undefined;
  readonly command: string;
  /** What was reported until now, for the result. */
  readonly notes: readonly string[];
  readonly warn: (warning: string) => void;
  /** What faults do, and what their commands print; a line each. */
  readonly logFault: (line: string) => void;
}

/** @throws LoadError or InputError where the lifecycle database that the profile names cannot be opened. */
export function standardObservers({ plan, loaded, directory, command, notes, warn, logFault }: WatchedRun): Observer[] {
  const observers: Observer[] = [];
  // What shards measured is on their bus, for whoever collects it again.
  if (directory !== undefined && plan.shard === undefined) {
    const beginning = (run: StartedRun) =>
      beginningOf({ ...run, loaded, command, notes: [...planNotes(run.plan), ...notes] }, run);
    observers.push(new Journal({ directory, profileYaml: loaded.resolved, beginning, warn }));
  }
  if (plan.database !== undefined) {
    observers.push(new LifecycleObserver(plan, { profileHash: loaded.hash, directory, warn }));
  }
  if (plan.faults !== undefined) observers.push(new FaultObserver(plan.faults, { log: logFault, warn }));
  if (loaded.profile.thresholds.length > 0) observers.push(abortOnFail(loaded.profile.thresholds));
  return observers;
}
