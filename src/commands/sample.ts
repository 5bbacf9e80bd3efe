/** `load sample`: the records of a profile as a run would send them, to look at or to keep; nothing is sent. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { EXIT, type ExitCode, InputError, LoadError, type Problem } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { eventLine } from '../observers/event-log.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import { scheduleOf } from '../plan/record-time.ts';
import { plan } from '../planning.ts';
import { makeDirectoryOf } from '../report/result-directory.ts';
import { scrub } from '../secrets.ts';
import { Anomalies } from '../workload/anomalies.ts';
import { isPlainBytes, schemaTextOf } from '../workload/definition.ts';
import { WIRE_HEADER_BYTES } from '../workload/encoding/avro.ts';
import { containerBlock, containerHeader } from '../workload/encoding/avro-container.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import type { RecordPlan } from '../workload/record-plan.ts';
import { nameOf } from '../workload/reference.ts';
import { openRecords } from '../workload/workload.ts';
import { SAMPLE_FORMATS } from './flags.ts';
import type { Invocation } from './invocation.ts';
import { Notices } from './notices.ts';
import { type PastRun, readPastRun } from './past-run.ts';
import { openPayloads, PAYLOADS_MAX, recordTimeAt } from './record-payloads.ts';
import { explainScenario } from './sample-explain.ts';
import type { Output } from './terminal.ts';
import { isSet, logLevelOf, oneOf, overridesOf, profileOf, textValue, type Values } from './values.ts';

/** In place of a run's own tag: samples are the same each time, and nobody takes them for a run's. */
const NO_RUN: PastRun = { runTag: '0'.repeat(16) };

type SampleFormat = (typeof SAMPLE_FORMATS)[number];

interface Settings {
  readonly count: number;
  readonly from: number;
  readonly format: SampleFormat;
  readonly explains: boolean;
  readonly out: string | undefined;
  readonly run: PastRun;
}

export async function execute({ values, params, terminal }: Invocation): Promise<ExitCode> {
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: false });
  const settings = readSettings(values);
  const { run } = settings;
  const { messages: _, ...overrides } = overridesOf(values, params);
  const planned = await plan(profileOf(values, run.profile), { overrides, onNote: (text) => notices.note(text) });
  for (const note of planned.loaded.notes) notices.note(note);
  for (const warning of planned.loaded.warnings) notices.warn(warning);
  const sampled: Plan = { ...planned.plan, runTag: run.runTag };
  if (run.profileHash !== undefined && run.profileHash !== planned.loaded.hash) {
    notices.warn('that run had another profile, or other flags: these may not be its records');
  }
  if (run.startedAtMs !== undefined && hasUnknownTimes(sampled)) {
    notices.warn('when that run planned or sent its records is not known: times may be others');
  }
  const scenarios = chooseScenarios(sampled, textValue(values, 'scenario'), settings);
  if (settings.format === 'avro' && settings.out === undefined && terminal.stdout.isTTY) {
    const hint = '--out FILE, or a pipe';
    throw new InputError([{ place: '--format', message: 'an Avro container cannot be printed to a terminal', hint }]);
  }
  const isPartial = ({ record: { anomalies } }: LanePlan) =>
    anomalies !== undefined && anomalies.tombstones + anomalies.malformed > 0;
  if (settings.format === 'avro' && scenarios.some(isPartial)) {
    notices.note('Tombstones and malformed records are left out: a container holds valid records only');
  }
  const { out } = settings;
  if (out === undefined) await writeSample(sampled, scenarios, settings, toReader(terminal.stdout));
  else {
    await writeFile(out, (file) => writeSample(sampled, scenarios, settings, toFile(file)));
    notices.note(`Written to ${out}`);
  }
  return EXIT.ok;
}

/** Hours of the real day are laid out when the plan is made, and a closed loop has no plan of times. */
function hasUnknownTimes({ clock, lanes }: Plan): boolean {
  return (clock.matters && clock.startMs === null) || lanes.some(({ load }) => scheduleOf(load) === undefined);
}

function readSettings(values: Values): Settings {
  const problems: Problem[] = [];
  const whole = (name: string, min: number): number => {
    const text = textValue(values, name) ?? '';
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
    problems.push({ place: `--${name}`, message: `\`${text}\` is not a whole number of at least ${min}` });
    return min;
  };
  const count = whole('messages', 1);
  const from = whole('from', 0);
  const format = oneOf(values, 'format', SAMPLE_FORMATS);
  const explains = isSet(values, 'explain');
  if (explains && format !== 'text') {
    problems.push({ place: '--explain', message: `it prints text, not ${format}`, hint: '--format text' });
  }
  if (problems.length > 0) throw new InputError(problems);
  const ofRun = textValue(values, 'of-run');
  const run = ofRun === undefined ? NO_RUN : readPastRun(ofRun);
  return { count, from, format, explains, out: textValue(values, 'out'), run };
}

function chooseScenarios({ lanes }: Plan, name: string | undefined, { format, from }: Settings): LanePlan[] {
  const names = lanes.map((scenario) => scenario.name);
  if (name !== undefined && !names.includes(name)) {
    const hint = suggest(name, names);
    throw new InputError([{ place: '--scenario', message: `there is no scenario \`${name}\``, ...(hint && { hint }) }]);
  }
  const chosen = lanes.filter((scenario) => name === undefined || scenario.name === name);
  const problems = chosen.flatMap((scenario): Problem[] => {
    if (from < scenario.load.count) return [];
    const message = `scenario ${scenario.name} has ${scenario.load.count} messages, counted from 0`;
    return [{ place: '--from', message, hint: 'a longer --duration plans more' }];
  });
  if (format === 'avro' && chosen.length > 1) {
    const hint = `--scenario ${names[0]}, for example`;
    problems.push({ place: '--format', message: 'an Avro container holds records of one schema', hint });
  }
  const schemaless = chosen.find(({ record }) => definitionOf(record.workload).avroSchema === null);
  if (format === 'avro' && schemaless !== undefined) {
    const message = `records of ${nameOf(schemaless.record.workload)} have no Avro schema`;
    problems.push({ place: '--format', message, hint: 'text or json' });
  }
  if (problems.length > 0) throw new InputError(problems);
  return chosen;
}

/** Resolves with whether more may come. */
type Write = (chunk: string | Uint8Array) => Promise<boolean>;

/** For an output that may have an end before the records have: `sample … | head -1`. The program reports why it ended. */
function toReader(output: Output): Write {
  return (chunk) => new Promise((resolve) => output.write(chunk as string, (error) => resolve(!error)));
}

function toFile(file: Output): Write {
  return (chunk) =>
    new Promise((resolve, reject) => file.write(chunk as string, (error) => (error ? reject(error) : resolve(true))));
}

async function writeFile(path: string, write: (file: Output) => Promise<void>): Promise<void> {
  try {
    makeDirectoryOf(path);
    const file = createWriteStream(path);
    await once(file, 'open');
    await write(file);
    file.end();
    await once(file, 'close');
  } catch (error) {
    throw new LoadError('SAMPLE_FILE', `${path} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

async function writeSample(
  sampled: Plan,
  scenarios: readonly LanePlan[],
  settings: Settings,
  write: Write,
): Promise<void> {
  const startedAtMs = settings.run.startedAtMs ?? Date.now();
  for (const [i, scenario] of scenarios.entries()) {
    const chunks =
      settings.format === 'text'
        ? textOf(sampled, scenario, settings, startedAtMs)
        : encodedOf(sampled, scenario, settings, startedAtMs);
    for (const chunk of chunks) {
      if (!(await write(settings.format === 'text' ? scrub(String(chunk)) : chunk))) return;
    }
    if (!settings.explains) continue;
    const [first] = indexesOf(scenario, settings);
    await write(
      `\n${explainScenario(sampled, scenario, first!, recordTimeAt(sampled, scenario, first!, startedAtMs))}\n`,
    );
    if (i < scenarios.length - 1) await write('\n');
  }
}

function indexesOf({ load }: LanePlan, { from, count }: Settings): number[] {
  return Array.from({ length: Math.min(count, load.count - from) }, (_, i) => from + i);
}

/** The lines of `run --log-events`. */
function* textOf(sampled: Plan, scenario: LanePlan, settings: Settings, startedAtMs: number): Generator<string> {
  const identity = { seed: sampled.seed, scenario: scenario.name, runTag: sampled.runTag };
  const dueMs = (index: number) => recordTimeAt(sampled, scenario, index, startedAtMs);
  const read = openRecords(scenario.record, identity, dueMs);
  for (const index of indexesOf(scenario, settings)) yield `${eventLine(scenario, index, read(index, dueMs(index)))}\n`;
}

/** The payloads a run of this format would send: a line each, or the whole ones in a container with their schema. */
function* encodedOf(
  sampled: Plan,
  scenario: LanePlan,
  settings: Settings,
  startedAtMs: number,
): Generator<string | Uint8Array> {
  const isAvro = settings.format === 'avro';
  const record: RecordPlan = { ...scenario.record, format: isAvro ? 'avro' : 'json' };
  const definition = definitionOf(record.workload);
  const marker = createHash('sha256').update(`${sampled.seed} ${scenario.name}`).digest().subarray(0, 16);
  const read = openPayloads(sampled, scenario, record, startedAtMs);
  if (isAvro) yield containerHeader(schemaTextOf(definition), marker);
  const isWhole = wholeRecords(sampled, scenario);
  const indexes = indexesOf(scenario, settings);
  for (let at = 0; at < indexes.length; at += PAYLOADS_MAX) {
    const part = indexes.slice(at, at + PAYLOADS_MAX);
    if (isAvro) {
      const records = read(part);
      yield containerBlock(
        records.flatMap((bytes, j) => (isWhole(part[j]!) ? [bytes!.subarray(WIRE_HEADER_BYTES)] : [])),
        marker,
      );
    } else if (isPlainBytes(definition)) yield* plainLines(sampled, scenario, part, startedAtMs);
    else {
      const lines = read(part).map((bytes) => (bytes === null ? 'null' : Buffer.from(bytes).toString()));
      yield `${lines.join('\n')}\n`;
    }
  }
}

/** What can stand in a container: neither a tombstone nor what cannot be decoded. */
function wholeRecords({ seed }: Plan, { name, record }: LanePlan): (index: number) => boolean {
  const anomalies = record.anomalies && new Anomalies(record.anomalies, record.format, { seed, scenario: name });
  return (index) => !['tombstone', 'malformed'].includes(anomalies?.of(index)?.kind ?? '');
}

/** Bytes have no JSON of their own. */
function* plainLines(sampled: Plan, scenario: LanePlan, indexes: readonly number[], startedAtMs: number) {
  const { name, record } = scenario;
  const read = openRecords(record, { seed: sampled.seed, scenario: name, runTag: sampled.runTag });
  for (const index of indexes) {
    const { json } = read(index, recordTimeAt(sampled, scenario, index, startedAtMs));
    yield `${json}\n`;
  }
}
