/** `load run --shard i/N`: one process of a run that is split over several. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { ExecuteOptions } from '../coordinator/execute.ts';
import { EXIT, type ExitCode, InputError, LoadError, type Problem } from '../errors.ts';
import { LOCAL_SHARDS_VARIABLE, REPLACED_VARIABLE, SERVED_VARIABLE } from '../local-shard.ts';
import { coresEach } from '../plan/shard.ts';
import { type PlannedRun, planLoaded, planToRun } from '../planning.ts';
import { type LoadedProfile, loadProfile } from '../profile/load.ts';
import { assignSchemaIds } from '../registry/schema-ids.ts';
import { engineVersion } from '../result/machine.ts';
import type { Execute, RunReport } from '../run.ts';
import type { Prepared } from '../shards/messages.ts';
import { type BusPlace, openBus } from '../shards/open-bus.ts';
import { executePart } from '../shards/part.ts';
import { ShardSession } from '../shards/session.ts';
import { runTagOf } from '../shards/shared-plan.ts';
import { executeWhole } from '../shards/whole-run.ts';
import { NS_PER_MS } from '../units.ts';
import { describeFailure } from './failure.ts';
import type { Invocation } from './invocation.ts';
import type { Notices } from './notices.ts';
import { checkSplitFlags } from './shard-count.ts';
import { durationNsOf, overridesOf, profileOf, textValue, type Values } from './values.ts';

const WAIT_MS = 300_000;

interface ShardNumber {
  readonly index: number;
  readonly count: number;
}

/** A process that is in the run: what it has planned, and how it takes part. */
export interface JoinedRun {
  readonly planned: PlannedRun;
  readonly shard: ShardNumber;
  /** Of shard 0: runs the whole. */
  readonly execute: Execute;
  /** Of the others: runs this part. */
  part(options: ExecuteOptions): Promise<ExitCode>;
  /** Tells the others why this one cannot go on. */
  fail(error: unknown): Promise<void>;
  /** Of shard 0: the result is written. */
  ended(exitCode: ExitCode, report: RunReport): Promise<void>;
  close(): Promise<void>;
}

/** @throws InputError before anything is sent; LoadError where the bus or the others are not there. */
export async function joinRun({ values, params, commandLine }: Invocation, notices: Notices): Promise<JoinedRun> {
  const { shard, id } = readPlace(values);
  checkFlags(values);
  const longestMs = waitMs(values);
  const loaded = await loadProfile(profileOf(values), { overrides: overridesOf(values, params) });
  const runTag = runTagOf(id);
  const { [LOCAL_SHARDS_VARIABLE]: local, [REPLACED_VARIABLE]: killedBy } = process.env;
  const cores = coresEach(availableParallelism(), Number(local ?? 1));
  const planWith = (profile: LoadedProfile, nowMs: number) =>
    planLoaded(profile, { cores, shared: { runTag, shard, nowMs }, onNote: (text) => notices.note(text) });
  const nowMs = Date.now();
  const first = await planWith(loaded, nowMs);
  checkReachable(first.plan, shard.count);
  const instance = randomBytes(8).toString('hex');
  const bus = await openBus(busOf(values, first, loaded, notices), {
    ...{ id, shard: shard.index },
    instance,
  });
  let session: ShardSession | undefined;
  try {
    session = await ShardSession.join({
      bus,
      instance,
      engineVersion: engineVersion(),
      waitMs: longestMs,
      shard: shard.index,
      shards: shard.count,
      onWait: (text) => notices.note(text),
      ...(killedBy !== undefined && { replaces: `ended by ${killedBy}` }),
    });
    const opened = session;
    const known = shard.index === 0 ? session.plannedAlready : await session.prepared();
    const planned = known === undefined ? first : await planWith(withShared(loaded, known), known.nowMs);
    const context = {
      ...{ thresholds: loaded.profile.thresholds, profileHash: loaded.hash, profileYaml: loaded.resolved },
      command: commandLine,
    };
    return {
      planned,
      shard,
      execute: (plan, options) => executeWhole(plan, opened, options, { nowMs: known?.nowMs ?? nowMs, context }),
      part: (options) => runPart(planned, opened, options),
      fail: async (error) => {
        const { lines, exitCode } = describeFailure(error, false);
        await opened.fail({ message: lines[0]!, hint: lines.slice(1).join(' ').trim() || undefined, exitCode });
      },
      ended: async (exitCode, report) => {
        try {
          await opened.ended(exitCode);
          if (isWhole(report)) return await bus.remove();
        } catch (error) {
          // The result is written all the same.
          return notices.warn((error as Error).message);
        }
        // The process that started this one names it, as it does where this one is killed.
        if (local !== undefined) return;
        notices.note(`${bus.place} is kept: \`load collect ${id}${busFlag(values)}\` makes the result again from it`);
      },
      close: async () => {
        opened.close();
        await bus.close();
      },
    };
  } catch (error) {
    session?.close();
    await bus.close();
    throw error;
  }
}

async function runPart(given: PlannedRun, session: ShardSession, options: ExecuteOptions): Promise<ExitCode> {
  const planned = await planToRun(given);
  const { plan } = await assignSchemaIds(planned.plan, planned.loaded.profile.schemaRegistry);
  const { measurement, findings } = await executePart(plan, session, options);
  const untold = findings.find(({ error }) => error !== undefined)?.error;
  if (untold !== undefined) throw untold;
  const lost = measurement.workers.find(({ complete }) => !complete);
  if (lost !== undefined) throw new LoadError('WORKER_LOST', `worker ${lost.worker}: ${lost.failure}`);
  const { stopped } = measurement;
  if (stopped?.by === 'error') options.onWarning?.(`ended early: ${stopped.reason}`);
  const by = (options.signal?.reason as { by?: string } | undefined)?.by;
  return by === 'SIGINT' ? EXIT.sigint : by === 'SIGTERM' ? EXIT.sigterm : EXIT.ok;
}

/** @throws InputError with an example. */
function readPlace(values: Values): { readonly shard: ShardNumber; readonly id: string } {
  const problems: Problem[] = [];
  const given = textValue(values, 'shard') ?? '';
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(given) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (index === undefined || shard.index >= shard.count) {
    const hint = 'i/N, with i from 0 to N - 1: `--shard 0/4` to `--shard 3/4`';
    problems.push({ place: '--shard', message: `\`${given}\` is not a shard`, hint });
  }
  const id = textValue(values, 'run');
  if (id === undefined) {
    const hint = 'all shards of a run are given the same, and no other run has it';
    problems.push({ place: '--run', message: '`--shard` needs the name of the run: `--run NAME`', hint });
  }
  if (problems.length > 0) throw new InputError(problems);
  return { shard, id: id! };
}

/** Flags of what is not split. */
function checkFlags(values: Values): void {
  checkSplitFlags(values);
  if (textValue(values, 'bus') !== undefined && textValue(values, 'bus-servers') !== undefined) {
    const message = 'shards have one bus, and `--bus` names another';
    throw new InputError([{ place: '--bus-servers', message, hint: 'leave one of them out' }]);
  }
}

function busOf(values: Values, { plan }: PlannedRun, { profile }: LoadedProfile, notices: Notices): BusPlace {
  const path = textValue(values, 'bus');
  if (path !== undefined) return { kind: 'directory', path };
  const servers = textValue(values, 'bus-servers');
  if (servers !== undefined) return { kind: 'kafka', properties: { 'bootstrap.servers': servers } };
  if (plan.target.kind !== 'kafka') {
    const message = 'the shards have no bus: this run has no cluster that all of them reach';
    const hint = '`--bus DIR`, a directory that all see, or `--bus-servers HOST:PORT`';
    throw new InputError([{ place: '--shard', message, hint }]);
  }
  notices.warn(
    'the shards talk through the cluster under test, some kilobytes a second each: `--bus-servers` takes another cluster',
  );
  return { kind: 'kafka', properties: profile.kafka };
}

/** As typed. */
function busFlag(values: Values): string {
  for (const flag of ['bus', 'bus-servers']) {
    const given = textValue(values, flag);
    if (given !== undefined) return ` --${flag} ${given}`;
  }
  return '';
}

/** @throws InputError where each shard would send to a cluster of its own. */
function checkReachable({ target }: PlannedRun['plan'], count: number): void {
  if (target.kind !== 'embedded' || count === 1 || process.env[SERVED_VARIABLE] !== undefined) return;
  const message = 'each shard would have an embedded cluster of its own';
  const hint = 'name a cluster that all shards reach: HOST:PORT; `load embedded` serves one';
  throw new InputError([{ place: '--bootstrap-servers', message, hint }]);
}

function waitMs(values: Values): number {
  return textValue(values, 'shard-wait') === undefined ? WAIT_MS : durationNsOf(values, 'shard-wait') / NS_PER_MS;
}

/** Nothing is missing, and all of it is written. */
function isWhole({ result, writeError }: RunReport): boolean {
  const shards = result.shards?.shards ?? [];
  return writeError === undefined && shards.every(({ instances }) => instances.at(-1)?.complete === true);
}

/** As shard 0 has decided it for all. */
function withShared(loaded: LoadedProfile, { threads, seed }: Prepared): LoadedProfile {
  return { ...loaded, profile: { ...loaded.profile, workers: threads, seed } };
}
