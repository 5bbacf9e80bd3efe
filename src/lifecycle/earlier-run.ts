/** A run that an earlier one with the same database has begun: the same command goes on where that one ended. */
import { existsSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { isEndless } from '../plan/endless.ts';
import type { OpenLoad, Plan } from '../plan/plan.ts';
import type { ResumePoint } from '../plan/resume.ts';
import { formatCount } from '../units.ts';
import type { MessageState } from '../workload/built-in/message-lifecycle/state.ts';
import { MessageDatabase, type SavedRun } from './message-database.ts';
import { leftByDatabase, leftByTopic } from './records-left.ts';

export interface EarlierRun {
  readonly file: string;
  readonly saved: SavedRun;
  /** The plan as it was at its beginning. */
  readonly whole: Plan;
  readonly rebuild: (resume: ResumePoint) => Plan;
}

/** What a plan depends on, when it is made again. */
export interface Again {
  readonly runTag: string;
  readonly nowMs: number;
  readonly resume?: ResumePoint;
}

/**
 * Undefined where the plan has no database, or that one is new.
 * @param build the same profile's plan.
 * @throws InputError where the database is another profile's, or its run has ended.
 */
export function earlierRun(plan: Plan, profileHash: string, build: (again: Again) => Plan): EarlierRun | undefined {
  const file = plan.database?.file ?? undefined;
  if (file === undefined || plan.target.kind === 'null' || !existsSync(file)) return undefined;
  const saved = readSaved(file);
  if (saved === undefined) return undefined;
  const refuse = (message: string): never => {
    throw new InputError([{ place: file, message, hint: 'name another file, or remove this one' }]);
  };
  if (saved.ended) refuse('the run in this database has ended');
  if (saved.profileHash !== profileHash) {
    refuse(`the run in this database is one of ${saved.profile} with other settings: only the same command resumes it`);
  }
  const { runTag, plannedAtMs: nowMs } = saved;
  const whole = build({ runTag, nowMs });
  return { file, saved, whole, rebuild: (resume) => build({ runTag, nowMs, resume }) };
}

function readSaved(file: string): SavedRun | undefined {
  const database = new MessageDatabase(file);
  try {
    return database.saved();
  } finally {
    database.close();
  }
}

/** What is left, by the database alone: for a look at the plan. */
export function planOfRest(earlier: EarlierRun): Plan {
  return planFrom(earlier, leftByDatabase(earlier.saved));
}

/**
 * What is left, by the topic too; what stands there and not in the database is written down.
 * @throws LoadError where the topic cannot be read.
 */
export async function planOfRestByTopic(
  earlier: EarlierRun,
  properties: Readonly<Record<string, string>>,
): Promise<Plan> {
  const { file, saved, whole } = earlier;
  const states: MessageState[] = [];
  const point = await leftByTopic(saved, whole, properties, (state) => states.push(state));
  const database = new MessageDatabase(file);
  try {
    database.add(states);
  } finally {
    database.close();
  }
  return planFrom(earlier, point);
}

function planFrom({ file, saved, whole, rebuild }: EarlierRun, point: ResumePoint): Plan {
  const counts = whole.lanes.map(({ name, load }) => {
    const { missing, from } = point.left[name] ?? { missing: [], from: 0 };
    return missing.length + Math.max(0, (load as OpenLoad).count - from);
  });
  const [left, all] = [counts, whole.lanes.map(({ load }) => load.count)].map((each) =>
    each.reduce((a, b) => a + b, 0),
  );
  const { scenario } = whole.database!;
  if (left === 0) {
    const hint = 'name another file, or remove this one';
    throw new InputError([{ place: file, message: 'the run in this database has ended', hint }]);
  }
  const plan = rebuild(point);
  const rest = plan.lanes.some(({ load }) => isEndless(load))
    ? 'until it is stopped'
    : `${formatCount(left!)} of ${formatCount(all!)} records are left`;
  const goesOn = `${scenario}: resumes run ${saved.runTag} of ${file}, ${rest}`;
  return { ...plan, warnings: [goesOn, ...plan.warnings] };
}
