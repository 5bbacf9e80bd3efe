/** `load --dry-run`: no broker; what would be sent, and how fast this machine could generate it. */
import { EXIT, type ExitCode } from '../errors.ts';
import { describeLoad } from '../plan/pace.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import { recordMs, recordNs, recordTimeOf } from '../plan/record-time.ts';
import type { PlannedRun } from '../planning.ts';
import { describeAnomaly } from '../report/anomaly.ts';
import { keyText } from '../report/record-line.ts';
import { escapeControls } from '../report/text-escapes.ts';
import type { Result } from '../result/result.ts';
import { scrub } from '../secrets.ts';
import { formatBytes, formatCount, formatRate } from '../units.ts';
import { isPlainBytes } from '../workload/definition.ts';
import { parseJson, prettyJson } from '../workload/encoding/exact-json.ts';
import { keyFields } from '../workload/encoding/payload-decoder.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import { nameOf } from '../workload/reference.ts';
import { type GeneratedRecord, openRecords } from '../workload/workload.ts';
import { CEILING_SEC, measureCeiling, peakPerSec, WITHOUT_CONSUMERS } from './ceiling.ts';
import type { Format } from './flags.ts';
import type { Notices } from './notices.ts';
import type { Output } from './terminal.ts';

const SAMPLES = 3;

export interface DryRunOptions {
  readonly format: Format;
  readonly notices: Notices;
  readonly stdout: Output;
}

interface Sample extends GeneratedRecord {
  readonly index: number;
}

export async function dryRun(planned: PlannedRun, options: DryRunOptions): Promise<ExitCode> {
  const { format, notices, stdout } = options;
  for (const warning of planned.plan.warnings) notices.warn(warning);
  for (const note of planned.plan.notes) notices.note(note);
  const file = planned.plan.database?.file ?? undefined;
  if (file !== undefined) notices.warn(`a dry run sends nothing: database ${file} is not written`);
  const nowMs = Date.now();
  const samples = planned.plan.lanes.map((scenario) => sampleRecords(planned.plan, scenario, nowMs));
  if (planned.plan.reading !== undefined) notices.note(WITHOUT_CONSUMERS);
  notices.note(`Measuring for ${CEILING_SEC} s how fast this machine generates these records …`);
  const result = await measureCeiling(planned, 'null');
  const text =
    format === 'json'
      ? asJson(planned.plan, samples, result)
      : escapeControls(scrub(asText(planned.plan, samples, result)));
  stdout.write(`${text}\n`);
  return EXIT.ok;
}

/** The first records as they will be, but for the run tag in them and the time. */
function sampleRecords(plan: Plan, { name, record, load }: LanePlan, startedAtMs: number): Sample[] {
  const dueMs = (index: number) => recordMs(recordTimeOf(plan.clock, startedAtMs), recordNs(load, index));
  const read = openRecords(record, { seed: plan.seed, scenario: name, runTag: plan.runTag }, dueMs);
  return Array.from({ length: Math.min(SAMPLES, load.count) }, (_, index) => ({ index, ...read(index, dueMs(index)) }));
}

function asJson(plan: Plan, samples: readonly Sample[][], { rate, totals, phases, client }: Result): string {
  const ceiling = {
    recordsPerSec: rate.achievedPerSec,
    payloadBytesPerSec: totals.payloadBytes / phases.load,
    workers: client.workers,
  };
  const plain = ({ index, key, json, ...record }: Sample) => ({
    index,
    ...keyFields(key),
    ...record,
    value: parseJson(json),
  });
  const scenarios = Object.fromEntries(
    plan.lanes.map(({ name }, i) => [scrub(name), { samples: samples[i]!.map(plain) }]),
  );
  return prettyJson({ profile: plan.name, scenarios, ceiling });
}

function asText(plan: Plan, samples: readonly Sample[][], result: Result): string {
  return [
    `Dry run of ${plan.name}: ${describeLoad(plan)}. Nothing is sent.`,
    ...plan.lanes.flatMap((scenario, i) => ['', ...scenarioLines(scenario, samples[i]!)]),
    '',
    ...ceilingLines(plan, result),
  ].join('\n');
}

function scenarioLines({ name, topic, record }: LanePlan, samples: readonly Sample[]): string[] {
  const format = isPlainBytes(definitionOf(record.workload)) ? '' : ` (${record.format})`;
  return [
    `Scenario ${name}: ${nameOf(record.workload)}${format} → ${topic}`,
    ...samples.flatMap((sample) => {
      const { index, key, payloadBytes, json, anomaly } = sample;
      const wrong = anomaly === undefined ? '' : `  ${describeAnomaly(sample)}`;
      const said = anomaly?.kind === 'tombstone' ? [] : [`  ${json}`];
      return [
        `  #${index}  ${key === null ? 'no key' : `key ${keyText(key)}`}  ${formatCount(payloadBytes)} B${wrong}`,
        ...said,
      ];
    }),
  ];
}

function ceilingLines({ lanes }: Plan, { rate, totals, phases, client }: Result): string[] {
  const { achievedPerSec } = rate;
  const workers = client.workers === 1 ? '1 worker' : `${client.workers} workers`;
  const bytes = `${formatBytes(totals.payloadBytes / phases.load)}/s`;
  const peak = peakPerSec(lanes);
  const modes = [...new Set(lanes.map(({ record }) => record.mode))].join(' and ');
  const share = peak / achievedPerSec;
  const percent = share < 0.0001 ? 'less than 0.01' : formatCount(share * 100, 2);
  const planned = `The plan's peak of ${formatRate(peak)} is ${percent} % of that`;
  return [
    `Ceiling     ${formatCount(achievedPerSec)} records/s, ${bytes}: ${workers}, ${modes}, no broker and no client`,
    ...(peak === 0 ? [] : [`            ${planned}${share < 1 ? '.' : ': it cannot be reached here.'}`]),
  ];
}
