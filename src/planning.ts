/** From a profile to its plan: what a run would do, without doing it. Loads nothing that only a run needs. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { type Again, type EarlierRun, earlierRun, planOfRest } from './lifecycle/earlier-run.ts';
import { buildPlan } from './plan/build-plan.ts';
import type { Plan } from './plan/plan.ts';
import { checkWeightsThresholds } from './plan/weights-fit.ts';
import { type LoadedProfile, type LoadOptions, loadProfile } from './profile/load.ts';
import { measureRecord, trailsOf } from './workload/workload.ts';

export interface PlanOptions extends LoadOptions {
  /** CPUs to plan for; those of this process unless told. */
  readonly cores?: number;
}

export interface PlannedRun {
  readonly loaded: LoadedProfile;
  readonly plan: Plan;
  /** Present when the plan is what another run with the same database left. */
  readonly earlier?: EarlierRun;
}

/**
 * What a profile would do, without doing it.
 * @param profile a YAML or JSON file, or the name of a bundled profile with or without an ending.
 * @throws InputError with everything that is wrong about it.
 */
export async function plan(profile: string, options: PlanOptions = {}): Promise<PlannedRun> {
  const loaded = await loadProfile(profile, options);
  const cores = options.cores ?? availableParallelism();
  const runTag = randomBytes(8).toString('hex');
  const build = (again: Partial<Again> = {}) =>
    buildPlan(loaded.profile, { cores, runTag, measure: measureRecord, trails: trailsOf, ...again });
  const begun = build();
  const earlier = earlierRun(begun, loaded.hash, build);
  const planned = earlier === undefined ? begun : planOfRest(earlier);
  if (planned.target.kind !== 'null' && hasOwnProperties(loaded)) {
    const { checkClients } = await import('./coordinator/client-check.ts');
    checkClients(planned, loaded);
  }
  checkWeightsThresholds(loaded.profile.thresholds, planned);
  const notes = [...loaded.notes, ...planned.notes];
  return { loaded, plan: { ...planned, notes }, ...(earlier && { earlier }) };
}

/** Without any there is nothing that librdkafka could refuse, and no need to load it. */
function hasOwnProperties({ propertyPlaces }: LoadedProfile): boolean {
  const names = Object.values(propertyPlaces).flatMap((places) => Object.keys(places));
  return names.some((name) => name !== 'bootstrap.servers');
}
