/** `load run --shards N`: the run in N processes of this machine, which talk through a directory. */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLineEntry } from '../command-line-entry.ts';
import { serveCluster } from '../coordinator/target.ts';
import { type ExitCode, LoadError } from '../errors.ts';
import { LOCAL_SHARDS_VARIABLE, SERVED_VARIABLE } from '../local-shard.ts';
import type { Plan } from '../plan/plan.ts';
import { plan, planToRun } from '../planning.ts';
import { FORMATS } from '../report/reports.ts';
import { defaultResultDirectory, newResultDirectory, prepareResultDirectory } from '../report/result-directory.ts';
import { keepData } from '../shards/kept-data.ts';
import { LocalShards, type LocalShardsEnd } from '../shards/local-shards.ts';
import type { EmbeddedCluster } from '../transport/librdkafka/embedded-cluster.ts';
import { shownPath } from '../workload/shown-path.ts';
import { EVENTS } from './event-lines.ts';
import { COMMAND_VARIABLE, type Invocation } from './invocation.ts';
import { liveAddressOf } from './live-page.ts';
import { metricsAddressOf } from './metrics/metrics-server.ts';
import { Notices } from './notices.ts';
import { checkSplitFlags, localShardsOf } from './shard-count.ts';
import { durationNsOf, isSet, logLevelOf, oneOf, overridesOf, profileOf, textValue, type Values } from './values.ts';

export async function executeShards(invocation: Invocation): Promise<ExitCode> {
  const { values, params, terminal } = invocation;
  const shards = localShardsOf(invocation);
  checkSplitFlags(values);
  checkValues(values);
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: isSet(values, 'quiet') });
  const id = randomBytes(4).toString('hex');
  const planned = await planToRun(await plan(profileOf(values), { overrides: overridesOf(values, params), shards }));
  const place = await openPlace(values, planned.plan);
  const cluster = clusterOf(planned.plan);
  try {
    notices.note(`run ${id} in ${shards} processes; their bus is ${shownPath(place.bus)}`);
    if (cluster !== undefined) {
      notices.note(`this process serves the embedded cluster at ${cluster.bootstrapServers} for all of them`);
    }
    const cores = availableParallelism();
    if (shards > cores) {
      notices.warn(`${shards} shards on ${cores} cores: they take turns, and add delay of their own`);
    }
    const end = await runShards(invocation, { shards, id, place, notices, cluster });
    return finish(end, { id, place, notices });
  } finally {
    cluster?.close();
    closePlace(place);
    notices.close();
  }
}

/** Here, so that a mistake is reported once, and before anything is started. @throws InputError */
function checkValues(values: Values): void {
  oneOf(values, 'format', [...FORMATS, EVENTS]);
  metricsAddressOf(values);
  liveAddressOf(values);
  durationNsOf(values, 'wait-for-broker');
  durationNsOf(values, 'shard-wait');
}

/** Where the shards write. */
interface Place {
  /** The result directory; none with `--out none`. */
  readonly out?: string;
  /** It was not there before. */
  readonly isNew: boolean;
  readonly bus: string;
}

async function openPlace(values: Values, { name }: Plan): Promise<Place> {
  const given = textValue(values, 'out');
  if (given === 'none') return { isNew: true, bus: mkdtempSync(join(tmpdir(), 'load-bus-')) };
  const { path, isNew } =
    given === undefined
      ? await newResultDirectory(defaultResultDirectory(name, new Date()))
      : await prepareResultDirectory(given);
  return { out: path, isNew, bus: join(path, 'bus') };
}

/** A result directory in which nothing is goes away again. */
function closePlace({ out, isNew }: Place): void {
  if (out === undefined || !isNew) return;
  try {
    rmdirSync(out);
  } catch {
    // There is something in it.
  }
}

/** In this process, for all shards. */
function clusterOf(plan: Plan): EmbeddedCluster | undefined {
  const { target } = plan;
  if (target.kind !== 'embedded') return undefined;
  const cluster = serveCluster(plan, target.brokers);
  if (target.rttMs > 0) cluster.setRtt(target.rttMs);
  return cluster;
}

interface ShardedRun {
  readonly shards: number;
  readonly id: string;
  readonly place: Place;
  readonly notices: Notices;
  readonly cluster: EmbeddedCluster | undefined;
}

async function runShards(
  { args, terminal, commandLine }: Invocation,
  { shards, id, place, notices, cluster }: ShardedRun,
): Promise<LocalShardsEnd> {
  const typed = withoutShards(args);
  const { out, bus } = place;
  const logOf = (shard: number) => (out === undefined ? undefined : join(out, `shard-${shard}.log`));
  const said = new Set<string>();
  const running = new LocalShards({
    shards,
    entry: commandLineEntry(),
    argsOf: (shard) => [
      ...typed,
      ...[`--shard=${shard}/${shards}`, `--run=${id}`, `--bus=${bus}`],
      ...(shard === 0 && out !== undefined ? [`--out=${out}`] : ['--out=none']),
    ],
    env: {
      ...process.env,
      [COMMAND_VARIABLE]: commandLine,
      [LOCAL_SHARDS_VARIABLE]: String(shards),
      ...(cluster && { [SERVED_VARIABLE]: cluster.bootstrapServers }),
    },
    logOf,
    onLine: (shard, line) => {
      const [, kind, text] = /^(warning|error): (.*)$/.exec(line) ?? [];
      if (text === undefined || said.has(text)) return;
      said.add(text);
      if (kind === 'error') notices.error([`shard ${shard}: ${text}`]);
      else notices.warn(`shard ${shard}: ${text}`);
    },
    onMessage: (message) => {
      // A run of an experiment: for the process that started this one.
      if ('kind' in message) terminal.onLive?.(message as never);
      else terminal.onProgress?.(message as never);
    },
    onStartAgain: (shard, killedBy) => notices.warn(`shard ${shard} was ended by ${killedBy} and is started again`),
  });
  terminal.onInterrupt(
    ({ by }) => running.stop(by),
    () => running.end(),
  );
  const end = await running.ended;
  for (let shard = 1; shard < shards; shard++) removeEmpty(logOf(shard));
  return end;
}

/** The arguments as typed but for how many processes there are: each of them is one. */
function withoutShards(args: readonly string[]): string[] {
  return args.filter((arg, i) => arg !== '--shards' && args[i - 1] !== '--shards' && !arg.startsWith('--shards='));
}

function removeEmpty(file: string | undefined): void {
  if (file !== undefined && statSync(file, { throwIfNoEntry: false })?.size === 0) rmSync(file);
}

function finish(
  { exitCode, endedBy }: LocalShardsEnd,
  { id, place, notices }: Pick<ShardedRun, 'id' | 'place' | 'notices'>,
): ExitCode {
  const { bus } = place;
  const isKept = keepData(bus);
  const hint = `load collect ${id} --bus ${shownPath(bus)} makes a result of what the shards have sent`;
  if (endedBy !== undefined) {
    throw new LoadError('SHARD_LOST', `shard 0, which makes the result, was ended by ${endedBy} twice`, {
      ...(isKept && { hint }),
    });
  }
  if (isKept) notices.note(hint);
  return exitCode;
}
