/** `load kube run`: a run in the cluster, as `load run` shows one of this machine. */
import { join } from 'node:path';
import { checked, checkVersion, parseJson } from '../compare/stored-run.ts';
import { debug } from '../debug.ts';
import { EXIT, type ExitCode, LoadError } from '../errors.ts';
import { KubeApi } from '../kubernetes/api.ts';
import { openConnection } from '../kubernetes/connection.ts';
import { deploy, remove } from '../kubernetes/deployed-job.ts';
import { type FollowedRun, followRun } from '../kubernetes/follow-run.ts';
import { jobName } from '../kubernetes/kube-run.ts';
import { checkRights } from '../kubernetes/rights.ts';
import { FORMATS, renderReport, writeFromResult } from '../report/reports.ts';
import { defaultResultDirectory, inResultDirectory } from '../report/result-directory.ts';
import { RESULT_VERSION, type Result } from '../result/result.ts';
import { RESULT_SCHEMA } from '../result/result-schema.ts';
import { countOf, MS_PER_SEC } from '../units.ts';
import { writeWhole } from '../whole-file.ts';
import { describeFailure } from './failure.ts';
import type { Invocation } from './invocation.ts';
import type { KubeSettings } from './kube-settings.ts';
import type { Notices } from './notices.ts';
import { type Interruption, summaryLook, type Terminal, writeApart } from './terminal.ts';
import { isSet, oneOf, textValue, type Values } from './values.ts';

export async function runOnKubernetes(
  { run, packed, timing, manifests }: KubeSettings,
  { values, terminal }: Invocation,
  notices: Notices,
): Promise<ExitCode> {
  const format = oneOf(values, 'format', FORMATS);
  const connection = await openConnection(textValue(values, 'context'));
  const api = new KubeApi(connection);
  const namespace = run.namespace ?? connection.namespace;
  await checkRights(api, namespace);
  const [stop, abandon] = [new AbortController(), new AbortController()];
  let interruption: Interruption | undefined;
  terminal.onInterrupt(
    (given) => {
      interruption = given;
      notices.note(`${given.by}: the run is stopped, its result waited for; repeat to remove it at once`);
      stop.abort();
    },
    () => abandon.abort(),
  );
  const plan = packed.planned.plan;
  return inResultDirectory(outOf(values, plan.name), async (directory) => {
    await deploy(api, namespace, run, manifests);
    notices.note(`${jobName(run)}: ${countOf(run.shards, 'pod')} in namespace ${namespace} of ${connection.server}`);
    let followed: FollowedRun;
    try {
      followed = await followRun({
        ...{ api, namespace, run, stop: stop.signal, abandon: abandon.signal },
        startWithinMs: timing.startWithinSec * MS_PER_SEC,
        graceMs: timing.graceSec * MS_PER_SEC,
        holdUpMs: HOLD_UP_MS,
        onNote: (note) => notices.note(note),
        onLine: (line) => onErrorLine(line, notices),
        onEvent: (event) => {
          if (event.event === 'progress') {
            notices.progress(event.progress);
            terminal.onProgress?.(event.progress);
          } else if (event.event === 'warning') notices.warn(event.text);
          else notices.note(event.text);
        },
      });
    } finally {
      notices.close();
      if (!isSet(values, 'keep') || interruption !== undefined) {
        await removeAll(() => remove(api, namespace, run, abandon.signal.aborted), jobName(run), namespace, notices);
      }
    }
    const exitCode = exitCodeOf(followed, interruption);
    const files = new Map(followed.files.map((file) => [file.name, file.content.toString()]));
    const text = files.get(RESULT_FILE);
    if (text === undefined) throw noResult(followed, interruption, exitCode);
    const result = resultOf(text);
    const writeError = directory === undefined ? undefined : await written(directory, files, result, notices);
    await print(result, directory, { format, histogram: isSet(values, 'histogram') }, terminal);
    if (writeError === undefined) return exitCode;
    notices.error(describeFailure(writeError, false).lines);
    return EXIT.failed;
  });
}

/** What shard 0 says before it prints events, and what librdkafka does. */
function onErrorLine(line: string, notices: Notices): void {
  const [, warning] = /^warning: (.*)$/.exec(line) ?? [];
  if (warning === undefined) debug(() => `shard 0: ${line}`);
  else notices.warn(warning);
}

const HOLD_UP_MS = 3_000;

const RESULT_FILE = 'result.json';
const PROFILE_FILE = 'profile.yaml';

/** A directory that was named is taken as it is; without a name each run has its own. */
function outOf(values: Values, name: string): { readonly out?: string; readonly ownDirectory?: boolean } {
  const out = textValue(values, 'out');
  if (out === 'none') return {};
  return out === undefined ? { out: defaultResultDirectory(name, new Date()), ownDirectory: true } : { out };
}

/** What cannot be removed is said, and how it is: the run has its result all the same. */
async function removeAll(work: () => Promise<void>, name: string, namespace: string, notices: Notices): Promise<void> {
  try {
    await work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    notices.warn(`${name} is still in the cluster: ${why} (kubectl delete job,configmap ${name} -n ${namespace})`);
  }
}

/** Pods are asked to end by SIGTERM, whatever came here. */
function exitCodeOf(followed: FollowedRun, interruption: Interruption | undefined): ExitCode {
  const exitCode = followed.exitCode ?? followed.failure?.exitCode;
  const own = interruption?.by === 'SIGINT' ? EXIT.sigint : EXIT.sigterm;
  if (interruption !== undefined && (exitCode === undefined || exitCode === EXIT.sigterm)) return own;
  const codes: readonly number[] = Object.values(EXIT);
  return exitCode !== undefined && codes.includes(exitCode) ? (exitCode as ExitCode) : EXIT.failed;
}

function noResult({ failure }: FollowedRun, interruption: Interruption | undefined, exitCode: ExitCode): LoadError {
  if (interruption !== undefined) {
    return new LoadError('INTERRUPTED', 'the run was removed before it had a result', { exitCode });
  }
  const { reason = 'shard 0 ended without a result', lines = [] } = failure ?? {};
  return new LoadError('KUBERNETES', [reason, ...lines.map((line) => `  ${line}`)].join('\n'), {
    exitCode: exitCode === EXIT.ok ? EXIT.failed : exitCode,
  });
}

/** With what the schema does not name. @throws InputError where the image has an engine that writes another one. */
function resultOf(text: string): Result {
  const value = parseJson(RESULT_FILE, text);
  checkVersion(RESULT_FILE, value, RESULT_VERSION, 'a result', 'use an image with the version of this engine');
  checked(RESULT_FILE, RESULT_SCHEMA, value);
  return value as Result;
}

/** What came from the pod as it came, and what is made of it. */
async function written(
  directory: string,
  files: ReadonlyMap<string, string>,
  result: Result,
  notices: Notices,
): Promise<Error | undefined> {
  try {
    for (const [name, content] of files) await writeWhole(join(directory, name), content);
    const profileYaml = files.get(PROFILE_FILE) ?? '';
    await writeFromResult(directory, { result, profileYaml }, (warning) => notices.warn(warning));
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

async function print(
  result: Result,
  directory: string | undefined,
  { format, histogram }: { readonly format: string; readonly histogram: boolean },
  terminal: Terminal,
): Promise<void> {
  const { stdout } = terminal;
  if (format === 'text') writeApart(terminal);
  const look = { ...summaryLook(stdout, histogram), ...(directory !== undefined && { directory }) };
  stdout.write(await renderReport(format, { result }, look));
}
