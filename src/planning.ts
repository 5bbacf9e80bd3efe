/** From a profile to its plan: what a run would do, without doing it. Loads nothing that only a run needs. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { debug, timed } from './debug.ts';
import { type Again, type EarlierRun, earlierRun, planOfRest, planOfRestByTopic } from './lifecycle/earlier-run.ts';
import { buildPlan, type PlanFacts } from './plan/build-plan.ts';
import { checkFootprint, footprintProblems } from './plan/client-footprint.ts';
import type { Plan } from './plan/plan.ts';
import { coresEach, type ShardPlace } from './plan/shard.ts';
import { checkShardable } from './plan/shardable.ts';
import { checkWeightsThresholds } from './plan/weights-thresholds.ts';
import { processLimits } from './process-limits.ts';
import { type LoadedProfile, type LoadOptions, loadProfile } from './profile/load.ts';
import { redact } from './secrets.ts';
import { checkRecords } from './workload/record-check.ts';
import { measureRecord, trailsOf } from './workload/workload.ts';

/** What the processes of a sharded run must have alike, and this one's place among them. */
export interface SharedFacts {
  /** 16 hex digits. */
  readonly runTag: string;
  readonly shard: ShardPlace;
  /** Where the simulated clock stands when the profile gives it no start, ms since 1970. */
  readonly nowMs: number;
}

export interface PlanOptions extends LoadOptions {
  /** CPUs to plan for; by default those of this process. */
  readonly cores?: number;
  /** What is as it should be and still worth a word, a sentence each. */
  readonly onNote?: (note: string) => void;
}

/** How a run is split over processes of one machine. */
export interface LocalSplit {
  /** Processes, which share the cores; 1 by default. */
  readonly shards?: number;
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
export async function plan(profile: string, options: PlanOptions & LocalSplit = {}): Promise<PlannedRun> {
  const loaded = await timed(`profile ${profile}`, () => loadProfile(profile, options));
  const { shards = 1 } = options;
  return planLoaded(loaded, shards === 1 ? options : { ...options, ...asFirstOf(shards, options) });
}

function asFirstOf(count: number, { cores = availableParallelism() }: PlanOptions) {
  const shared = { runTag: newRunTag(), shard: { index: 0, count } };
  return { cores: coresEach(cores, count), shared };
}

function newRunTag(): string {
  return randomBytes(8).toString('hex');
}

/** The same of a profile that is read already, and perhaps changed. */
export async function planLoaded(
  loaded: LoadedProfile,
  options: Pick<PlanOptions, 'cores' | 'onNote'> & {
    readonly shared?: Omit<SharedFacts, 'nowMs'> & Partial<SharedFacts>;
  } = {},
): Promise<PlannedRun> {
  const startMs = performance.now();
  const cores = options.cores ?? availableParallelism();
  const shared = options.shared ?? { runTag: newRunTag() };
  const onRecord = noteWhenSlow(options.onNote);
  const measure: PlanFacts['measure'] = (record, seed, scenario) => measureRecord(record, seed, scenario, onRecord);
  const build = (again: Partial<Again> = {}) =>
    buildPlan(loaded.profile, { cores, ...shared, measure, trails: trailsOf, ...again });
  const begun = build();
  if (options.shared !== undefined) checkShardable(begun);
  const earlier = earlierRun(begun, loaded.hash, build);
  const planned = earlier === undefined ? begun : planOfRest(earlier);
  if (planned.target.kind !== 'null' && hasOwnProperties(loaded)) {
    const { checkClients } = await import('./coordinator/client-check.ts');
    checkClients(planned, loaded);
  }
  checkWeightsThresholds(loaded.profile.thresholds, planned);
  debugDecisions(planned, performance.now() - startMs);
  const notes = [...loaded.notes, ...planned.notes];
  const refused = footprintProblems(planned, processLimits()).map(
    ({ message, hint }) => `it will not run: ${message}; ${hint}`,
  );
  const warnings = [...loaded.warnings, ...planned.warnings, ...refused];
  return { loaded, plan: { ...planned, notes, warnings }, ...(earlier && { earlier }) };
}

/**
 * The same as it is run: what goes on after an earlier run leaves out what that one's topic already has.
 * @throws InputError where a record cannot be made, or the system does not let all clients be opened; LoadError where the topic cannot be read.
 */
export async function planToRun(planned: PlannedRun): Promise<PlannedRun> {
  const { earlier, loaded } = planned;
  checkFootprint(planned.plan);
  const readsTopic = earlier !== undefined && planned.plan.target.kind === 'kafka';
  const plan = readsTopic ? await planOfRestByTopic(earlier, loaded.profile.kafka) : planned.plan;
  for (const { name, record, load } of plan.lanes) {
    checkRecords(record, { seed: plan.seed, scenario: name, runTag: plan.runTag }, load.count);
  }
  return { ...planned, plan };
}

function debugDecisions({ workers, workersReason, lanes, clients, target }: Plan, tookMs: number): void {
  debug(() => `plan: ${tookMs.toFixed(1)} ms; target ${target.kind}; workers ${workers}: ${workersReason}`);
  for (const { name, record, load, inFlight } of lanes) {
    debug(() => `plan: ${name}: ${load.count} messages, ${inFlight} in flight, ${record.mode}: ${record.reason}`);
  }
  for (const { properties } of clients) debug(() => `plan: client of ${JSON.stringify(redact(properties))}`);
}

/** Without any there is nothing that librdkafka could refuse, and no need to load it. */
function hasOwnProperties({ propertyPlaces }: LoadedProfile): boolean {
  const names = Object.values(propertyPlaces).flatMap((places) => Object.keys(places));
  return names.some((name) => name !== 'bootstrap.servers');
}

const SLOW_MS = 1_000;

/** To be called after each record that is generated; notes once that planning takes long, while it does. */
function noteWhenSlow(onNote: ((note: string) => void) | undefined): () => void {
  const startMs = performance.now();
  let isNoted = onNote === undefined;
  return () => {
    if (isNoted || performance.now() - startMs < SLOW_MS) return;
    isNoted = true;
    onNote?.('planning takes more than a second: records are generated to learn their size');
  };
}
