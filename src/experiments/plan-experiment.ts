/** An experiment before it begins: every cell planned as its run will plan it, with every problem there is. */
import { chooseCell } from '../compare/cell-choice.ts';
import { InputError, type Problem } from '../errors.ts';
import { type Measure, parseGoal } from '../objective-grammar.ts';
import { isEndless } from '../plan/endless.ts';
import { usedTopics } from '../plan/used-topics.ts';
import { type PlannedRun, plan } from '../planning.ts';
import type { Environment } from '../profile/environment.ts';
import type { Overrides } from '../profile/overrides.ts';
import type { ClientProperties, TopicSpec } from '../profile/profile.ts';
import { countOf, formatCount } from '../units.ts';
import { type Cell, cellsOf, mergeOverrides, type ResolvedDimension, resolveDimensions, withFlags } from './cells.ts';
import type { Dimension } from './vary.ts';
import { openVaryTargets } from './vary-target.ts';

export interface ExperimentRequest {
  readonly kind: 'sweep' | 'repeat';
  /** Of the experiment; the profile's by default. */
  readonly name?: string;
  /** File or bundled name. */
  readonly profile: string;
  /** Those of its file. */
  readonly dimensions: readonly Dimension[];
  /** Those of flags, which take the place of the file's. */
  readonly flagDimensions?: readonly Dimension[];
  /** Of all cells. */
  readonly overrides: Overrides;
  /** Processes of this machine that each run is split over; one by default. */
  readonly shards?: number;
  readonly repeat: number | 'auto';
  readonly maxRepeat: number;
  readonly settleMs: number;
  readonly baseline?: string;
  readonly goal?: string;
  /** Figures of each run beside the standard ones and the goal's. */
  readonly measures?: readonly Measure[];
  readonly cwd: string;
  readonly env?: Environment;
}

export interface PlannedCell extends Cell {
  readonly profileHash: string;
  /** Of `load run`, without what the experiment adds. */
  readonly overrides: Overrides;
  /** 0 where a number of messages ends it. */
  readonly durationNs: number;
  readonly topics: Readonly<Record<string, TopicSpec>>;
  readonly properties: ClientProperties;
  readonly target: 'kafka' | 'embedded' | 'null';
}

export interface PlannedExperiment extends Omit<ExperimentRequest, 'name' | 'baseline'> {
  readonly name: string;
  readonly cells: readonly PlannedCell[];
  /** Values by factor. */
  readonly vary: Readonly<Record<string, readonly string[]>>;
  readonly seed: number;
  readonly baseline: string;
  /** What is worth a warning about any cell, once. */
  readonly warnings: readonly string[];
}

/** Seconds each: more of them take weeks, and the order of all rounds is drawn before a run. */
const RUNS_MAX = 100_000;

/** @throws InputError with every problem of every cell. */
export async function planExperiment(request: ExperimentRequest): Promise<PlannedExperiment> {
  const { profile, overrides, shards, cwd, env, goal } = request;
  const options = { cwd, ...(env && { env }), ...(shards && { shards }) };
  checkRepeat(request);
  if (goal !== undefined) parseGoal(goal, '--goal');
  const targetOf = openVaryTargets(profile, cwd);
  const resolve = (dimensions: readonly Dimension[]) => resolveDimensions(dimensions, targetOf);
  const dimensions = withFlags(resolve(request.dimensions), resolve(request.flagDimensions ?? []));
  const problems = new CellProblems(dimensions);
  const warnings = new Set<string>();
  const cells: PlannedCell[] = [];
  let name = request.name;
  let seed = 0;
  const drafts = cellsOf(dimensions, 'all');
  checkRuns(drafts.length, request);
  for (const cell of drafts) {
    const merged = mergeOverrides(overrides, cell.overrides);
    const planned = await problems.of(cell, () => plan(profile, { overrides: merged, ...options }));
    if (planned === undefined) continue;
    for (const warning of planned.plan.warnings) warnings.add(warning);
    problems.add(cell, unfit(planned));
    name ??= planned.plan.name;
    seed = planned.plan.seed;
    cells.push(plannedCell({ ...cell, overrides: merged }, planned));
  }
  problems.stop(drafts.length);
  const wrong = [...sameCells(cells), ...severalClusters(cells)];
  if (wrong.length > 0) throw new InputError(wrong);
  return {
    ...request,
    name: name!,
    cells,
    vary: valuesByFactor(cells),
    seed,
    baseline: baselineOf(cells, request.baseline),
    warnings: [...warnings],
  };
}

function checkRepeat({ repeat, maxRepeat }: ExperimentRequest): void {
  if (repeat !== 'auto' || maxRepeat >= 2) return;
  throw new InputError([{ place: '--max-repeat', message: 'must be 2 or more: one run of each cell decides nothing' }]);
}

function checkRuns(cells: number, { repeat, maxRepeat }: ExperimentRequest): void {
  const runs = cells * (repeat === 'auto' ? maxRepeat : repeat);
  if (runs <= RUNS_MAX) return;
  const message = `${countOf(runs, 'run')}: an experiment has up to ${formatCount(RUNS_MAX)}`;
  const place = repeat === 'auto' ? '--max-repeat' : '--repeat';
  throw new InputError([{ place, message, hint: 'fewer rounds, or fewer cells' }]);
}

/** What can be run once, but not in an experiment. */
function unfit({ plan: { lanes, database } }: PlannedRun): Problem[] {
  const problems: Problem[] = [];
  if (lanes.some(({ load }) => isEndless(load))) {
    problems.push({ message: 'a run that is repeated needs an end', hint: 'add --duration 30s' });
  }
  if (database !== undefined && database.file !== null) {
    const message = `all runs would go on with one message database, ${database.file}`;
    problems.push({ message, hint: 'leave `database` out: each run then has its own' });
  }
  return problems;
}

function plannedCell(cell: Cell, { loaded, plan }: PlannedRun): PlannedCell {
  return {
    ...cell,
    profileHash: loaded.hash,
    durationNs: plan.durationNs,
    topics: Object.fromEntries(usedTopics(plan)),
    properties: plan.clients[0]!.properties,
    target: plan.target.kind,
  };
}

/** Cells that ask the same: a value written in two ways, or a path that a flag or a scenario overrides. */
function sameCells(cells: readonly PlannedCell[]): Problem[] {
  const first = new Map<string, PlannedCell>();
  return cells.flatMap((cell): Problem[] => {
    const other = first.get(cell.profileHash);
    if (other === undefined) {
      first.set(cell.profileHash, cell);
      return [];
    }
    const message = `cells \`${other.name}\` and \`${cell.name}\` are the same profile`;
    return [{ place: '--vary', message, hint: 'equal values, or a flag or a scenario that overrides what is varied' }];
  });
}

/** Topics are made and deleted, and pauses measured, on one. */
function severalClusters(cells: readonly PlannedCell[]): Problem[] {
  const real = cells.filter(({ target }) => target === 'kafka');
  const servers = [...new Set(real.map(({ properties }) => properties['bootstrap.servers']))];
  if (servers.length < 2) return [];
  const message = `the cells are on ${servers.length} clusters: ${servers.join(' and ')}`;
  return [{ place: '--vary', message, hint: 'run each in an experiment of its own, then use `load compare`' }];
}

function valuesByFactor(cells: readonly Cell[]): Record<string, string[]> {
  const values = new Map<string, Set<string>>();
  for (const { factors } of cells) {
    for (const [name, value] of Object.entries(factors)) {
      values.set(name, (values.get(name) ?? new Set()).add(value));
    }
  }
  return Object.fromEntries([...values].map(([name, found]) => [name, [...found]]));
}

/** @throws InputError with the nearest of what there is. */
function baselineOf(cells: readonly Cell[], wanted: string | undefined): string {
  if (wanted === undefined) return cells[0]!.name;
  try {
    return cells[chooseCell('--baseline', cells, wanted)]!.name;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map((problem) => ({ ...problem, place: `--baseline ${wanted}` })));
  }
}

/** Problems with the cells that have them; what all cells have is a problem of none. */
class CellProblems {
  readonly #places: ReadonlyMap<string, string>;
  readonly #found = new Map<string, { readonly problem: Problem; readonly cells: string[] }>();

  constructor(dimensions: readonly ResolvedDimension[]) {
    const factors = dimensions.flat();
    this.#places = new Map(factors.flatMap(({ target, place }) => target.flags.map((flag) => [flag, place] as const)));
  }

  async of<T>(cell: Cell, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.add(cell, error.problems);
      return undefined;
    }
  }

  add({ name }: Cell, problems: readonly Problem[]): void {
    for (const given of problems) {
      const place = this.#places.get(given.place ?? '') ?? given.place;
      const problem = { ...given, ...(place !== undefined && { place }) };
      const key = JSON.stringify(problem);
      const known = this.#found.get(key);
      if (known === undefined) this.#found.set(key, { problem, cells: [name] });
      else known.cells.push(name);
    }
  }

  stop(count: number): void {
    if (this.#found.size === 0) return;
    throw new InputError(
      [...this.#found.values()].map(({ problem, cells }) => {
        if (cells.length === count) return problem;
        const more = cells.length > 1 ? ` and ${cells.length - 1} more` : '';
        return { ...problem, message: `${problem.message}; cell ${cells[0]}${more}` };
      }),
    );
  }
}
