/** `load verify DIR`: what a finished run has sent, against what is in the log now. */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { checkConsumer } from '../coordinator/client-check.ts';
import { EXIT, type ExitCode, InputError } from '../errors.ts';
import { loadProfile } from '../profile/load.ts';
import type { ClientProperties } from '../profile/profile.ts';
import { PAGE_FILE, writePage } from '../report/page-file.ts';
import { resultJson } from '../report/result-json.ts';
import { verificationText } from '../report/verification-text.ts';
import type { VerificationResult } from '../result/reading-result.ts';
import { isReadOnly } from '../result/reading-words.ts';
import type { Result } from '../result/result.ts';
import { checkPastRun, pastLedgerFacts } from '../verification/past-run.ts';
import { Verification } from '../verification/verification.ts';
import { readVerifyFile, type VerifyFile } from '../verification/verify-file.ts';
import { writeWhole } from '../whole-file.ts';
import type { RecordPlan } from '../workload/record-plan.ts';
import { loadRecords } from '../workload/worker-records.ts';
import type { Invocation } from './invocation.ts';
import { Notices } from './notices.ts';
import { orDamaged, readPast } from './past-results.ts';
import { DEFAULT_PROFILE, listValue, logLevelOf, oneOf, textValue, type Values } from './values.ts';

/** A member checks some hundred thousand records a second. */
const MEMBERS_MAX = 4;
/** Syslog's. */
const WARNING_LEVEL = 4;
const FORMATS = ['text', 'json'] as const;

/** Of experiments on a cluster; `--repeat` is a sweep too. */
const NOT_KEPT =
  'the runs of --repeat, sweep and capacity delete their topics: verify while they run, with `verify: true` in the profile';

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const directory = textValue(values, 'DIR')!;
  const format = oneOf(values, 'format', FORMATS);
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: false });
  const [past] = await orDamaged(directory, () => readPast(directory));
  const { result } = past!;
  if (result === undefined) {
    throw new InputError([{ place: directory, message: `it is a ${past!.kind}, not a run`, hint: NOT_KEPT }]);
  }
  if (isReadOnly(result)) throw new InputError([{ place: directory, message: 'the run sent nothing: it only read' }]);
  const file = readVerifyFile(directory);
  const properties = await reachOf(directory, values, result);
  checkPastRun(directory, result, file);
  const results = await verifyPast(result, file, { properties, notices });
  terminal.stdout.write(format === 'json' ? `${JSON.stringify(results, null, 2)}\n` : verificationText(results));
  const verified: Result = { ...result, verification: results };
  await writeWhole(join(directory, 'result.json'), resultJson(verified));
  const [again] = await orDamaged(directory, () => readPast(directory));
  await writePage(join(directory, PAGE_FILE), again!.page(directory), (warning) => notices.warn(warning));
  return exitCodeOf(results);
}

async function verifyPast(
  result: Result,
  file: VerifyFile,
  { properties, notices }: { readonly properties: ClientProperties; readonly notices: Notices },
): Promise<Record<string, VerificationResult>> {
  const { plan } = file;
  const { readLog } = await import('../coordinator/read-log.ts');
  const openRecords = await loadRecords(plan.lanes.flatMap(({ record }) => [record, ...foreignOf(record)]));
  let verification: Verification | undefined;
  const reading = await readLog({
    plan,
    startedAtMs: Date.parse(result.run.startedAt),
    nowMs: Date.now(),
    startOffsets: result.ledger.partitions,
    properties,
    members: Math.min(MEMBERS_MAX, availableParallelism()),
    onLog: ({ level, message }) => {
      if (level <= WARNING_LEVEL) notices.warn(message);
    },
    onNote: (note) => notices.note(note),
    openPages(readPlan, memory) {
      const opened = new Verification({ plan: readPlan, memory, openRecords });
      verification = opened;
      return (page) => opened.add(page);
    },
  });
  const members = reading.groups.flatMap((group) => group.members);
  return verification!.result(members, pastLedgerFacts(result, file, reading.logs));
}

function foreignOf({ foreign = {} }: RecordPlan): RecordPlan[] {
  return Object.values(foreign).flatMap((record) => [record, ...foreignOf(record)]);
}

/** The run's own servers by default; what is secret was never written down. */
async function reachOf(directory: string, values: Values, { run }: Result): Promise<ClientProperties> {
  if (run.target === 'null') {
    throw new InputError([{ message: 'the run sent to nobody: the null transport keeps no records' }]);
  }
  const servers = textValue(values, 'bootstrap-servers') ?? (run.target === 'embedded' ? undefined : run.target);
  const loaded = await loadProfile(textValue(values, 'profile') ?? DEFAULT_PROFILE, {
    overrides: {
      consumerConfig: listValue(values, 'consumer-config'),
      ...(servers !== undefined && { bootstrapServers: servers }),
    },
  });
  const { kafka, consumer } = loaded.profile;
  if (kafka['bootstrap.servers'] === undefined || kafka['bootstrap.servers'] === 'embedded') {
    const message = 'the run was on an embedded cluster, which keeps its records only as long as it runs';
    const hint = 'of a `load embedded` give --bootstrap-servers; otherwise check in the run itself, with --verify';
    throw new InputError([{ place: directory, message, hint }]);
  }
  checkConsumer({ ...kafka, ...consumer }, loaded);
  return { ...kafka, ...consumer };
}

/** What was found wrong comes before what could not be verified. */
function exitCodeOf(results: Readonly<Record<string, VerificationResult>>): ExitCode {
  const all = Object.values(results);
  const isWrong = ({ lost, duplicated, outOfOrder, corrupted, abortedInLog }: VerificationResult) =>
    lost + duplicated + outOfOrder + corrupted + abortedInLog > 0;
  if (all.some(isWrong)) return EXIT.verificationFailed;
  return all.some(({ refused }) => refused !== undefined) ? EXIT.failed : EXIT.ok;
}
